import {
  type AssetCounts,
  type AssetKey,
  type AssetStatus,
  failingPartitions,
  type PartitionSet,
  RequestError,
} from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { AssetLink, Empty, firstOf, Panel, partitionHref, Said, Time, Title } from "../../parts/small.tsx";
import { severityWords } from "../../parts/severity.ts";
import { Marked } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { givenIn, takes } from "../../view/given.ts";
import { Failing } from "./failing.tsx";
import { type CheckHistory, historyOf } from "./history.ts";
import { text } from "./words.ts";

/** So many partitions that fail are on a page. */
const PAGE = 50;

/** The checks of all assets, or of one over time. */
export function checks(pages: Pages): void {
  pages.get("/checks", takes("asset", "before"), async (context) => {
    const { view, lake, lookbackDays } = context.var;
    const t = view.in(text);
    const { graph, orchestrator } = lake;
    const asset = givenIn(view.url.searchParams, "asset", {
      isMeant: (key) => graph.byKey.has(key),
      wanted: "an asset of this graph",
    });
    if (asset === undefined && view.url.searchParams.get("before")) {
      throw new RequestError(
        'reading "before": found no "asset" beside it, wanted the one whose partitions are meant',
      );
    }
    await orchestrator.refresh();
    if (asset !== undefined) {
      const set = orchestrator.partitions(asset);
      const before = givenIn(view.url.searchParams, "before", {
        isMeant: (key) => set.ordinal(key) !== undefined,
        wanted: `a partition of ${asset}`,
      });
      const page = { limit: PAGE, ...(before !== undefined && { before: set.ordinal(before)! }) };
      const failing = await failingPartitions(lake, asset, page);
      const history = await historyOf(lake, asset);
      return await show(context, { title: t.one(asset) }, [
        <Title title={t.one(asset)} lead={t.oneLead}>
          <a class="button" data-dialog href={`/acts/check?selection=${encodeURIComponent(asset)}`}>
            {t.runChecks}
          </a>
          <a class="button" href="/checks">{t.all}</a>
        </Title>,
        <Failing view={view} asset={asset} set={set} failing={failing} />,
        <One view={view} asset={asset} set={set} history={history} />,
      ]);
    }
    const checked = new Set(graph.assets.filter((each) => each.checks.length > 0).map(({ key }) => key));
    const counts = await orchestrator.counts(lookbackDays, checked);
    const lately = new Map(
      (await orchestrator.status({ assets: checked, lookbackDays })).map((each) => [each.key, each.warnings]),
    );
    const rows = counts.map((each): Row => ({ ...each, warnings: lately.get(each.key) ?? [] }));
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead}>
        <a class="button" data-dialog href="/acts/check?selection=*">{t.runChecks}</a>
      </Title>,
      rows.length === 0
        ? (
          <Empty title={t.noChecks}>
            <p>{t.noChecksHint}</p>
          </Empty>
        )
        : (
          <div class="panel" data-live="checks">
            <All
              view={view}
              rows={rows}
              days={lookbackDays}
              setOf={(key) => orchestrator.partitions(key)}
            />
          </div>
        ),
    ]);
  });
}

/** The checks of an asset's partitions, and what was found of those of the last days. */
type Row = AssetCounts & Pick<AssetStatus, "warnings">;

function All(
  { view, rows, days, setOf }: {
    view: View;
    rows: readonly Row[];
    days: number;
    setOf: (key: AssetKey) => PartitionSet;
  },
) {
  const t = view.in(text);
  const failed = ({ checks }: Row) => checks.failed;
  return (
    <DataTable
      view={view}
      rows={[...rows].sort((a, b) => failed(b) - failed(a))}
      columns={[
        {
          name: "asset",
          title: t.asset,
          cell: ({ key }) => <a class="key" href={`/checks?asset=${encodeURIComponent(key)}`}>{key}</a>,
          by: ({ key }) => key,
        },
        { name: "passed", title: t.passed, number: true, by: ({ checks }) => checks.passed },
        {
          name: "failed",
          title: t.failed,
          number: true,
          cell: (each) =>
            failed(each) === 0 ? "0" : (
              <Marked state="failed">
                {view.format.number(failed(each))}
              </Marked>
            ),
          by: failed,
        },
        {
          name: "failing",
          title: t.failedIn,
          cell: ({ key, failing }) => (
            <>
              {failing.map((partition) => (
                <>
                  <a class="key" href={partitionHref(key, partition)}>{partition ?? key}</a>
                  {" "}
                </>
              ))}
              {failing.length < 2
                ? null
                : (
                  <a class="small nowrap" href={`/checks?asset=${encodeURIComponent(key)}`}>
                    {t.allFailing}
                  </a>
                )}
            </>
          ),
          by: ({ failing }) => failing[0] ?? "",
        },
        {
          name: "found",
          title: t.warnings(view.format.number(days)),
          cell: ({ key, warnings }) => (
            <ul class={warnings.length === 0 ? "small" : "small told"}>
              {warnings.slice(0, 3).map(({ partition, message }) => (
                <li>
                  {partition == null
                    ? null
                    : <a class="key" href={partitionHref(key, firstOf(setOf(key), partition))}>{partition}
                    </a>} <Said>{message}</Said>
                </li>
              ))}
            </ul>
          ),
          by: ({ warnings }) => warnings.length,
        },
      ]}
    />
  );
}

function One(
  { view, asset, set, history }: {
    view: View;
    asset: string;
    set: PartitionSet;
    history: readonly CheckHistory[];
  },
) {
  const t = view.in(text);
  if (history.length === 0) {
    return (
      <Empty title={t.noChecks}>
        <p>{t.noChecksHint}</p>
        <AssetLink of={asset} />
      </Empty>
    );
  }
  const failures = history.flatMap(({ check, severity, results }) =>
    results.filter(({ result }) => !result.passed).map((each) => ({ check, severity, ...each }))
  );
  return (
    <>
      <Panel title={t.title} live="history">
        <DataTable
          view={view}
          prefix="check-"
          rows={history}
          columns={[
            {
              name: "check",
              title: t.check,
              cell: ({ check }) => <code>{check}</code>,
              by: ({ check }) => check,
            },
            {
              name: "severity",
              title: t.severity,
              cell: ({ severity }) => view.in(severityWords)[severity],
              by: ({ severity }) => severity,
            },
            { name: "passed", title: t.passed, number: true, by: ({ passed }) => passed },
            { name: "failed", title: t.failed, number: true, by: ({ failed }) => failed },
            { name: "trend", title: t.trend, cell: (each) => <Trend view={view} of={each} />, by: null },
          ]}
        />
      </Panel>
      <Panel title={t.failures} live="failures">
        {failures.length === 0 ? <p class="quiet">{t.noneHint}</p> : (
          <DataTable
            view={view}
            prefix="failure-"
            rows={failures}
            columns={[
              {
                name: "when",
                title: t.when,
                cell: ({ at }) => <Time view={view} at={at} />,
                by: ({ at }) => at,
              },
              {
                name: "check",
                title: t.check,
                cell: ({ check }) => <code>{check}</code>,
                by: ({ check }) => check,
              },
              {
                name: "partition",
                title: t.partition,
                cell: ({ partition }) => {
                  const key = set.key(partition);
                  return <a class="key" href={partitionHref(asset, key)}>{key ?? asset}</a>;
                },
                by: ({ partition }) => partition,
              },
              {
                name: "detail",
                title: t.detail,
                cell: ({ result: { detail = "" } }) => <span class="small" lang="">{detail}</span>,
                by: ({ result: { detail = "" } }) => detail,
              },
            ]}
          />
        )}
      </Panel>
    </>
  );
}

/** So many of the newest results are drawn. */
const DRAWN = 60;

/** The newest results, a mark each: low ones passed, high ones failed. */
function Trend({ view, of: { passed, failed, results } }: { view: View; of: CheckHistory }) {
  const label = view.in(text).trendText(view.format.number(passed), view.format.number(failed));
  const drawn = results.slice(0, DRAWN);
  return (
    <svg
      class="trend"
      width={DRAWN * 4}
      height="18"
      viewBox={`0 0 ${DRAWN * 4} 18`}
      role="img"
      aria-label={label}
    >
      {drawn.map(({ result }, place) => (
        result.passed
          ? <rect class="s-fresh" x={place * 4} y="12" width="3" height="6" />
          : <rect class="s-failed" x={place * 4} y="0" width="3" height="18" />
      ))}
    </svg>
  );
}
