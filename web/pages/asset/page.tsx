import {
  type AnyAsset,
  type AssetStatus,
  type DeclaredColumn,
  downstreamOf,
  milliseconds,
  type OpenLake,
  type PartitionRange,
  type PartitionSet,
  type Ranges,
  sourceNames,
} from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { Cells } from "../../parts/cells.tsx";
import { shownCounts } from "../../parts/counts.ts";
import { DataTable } from "../../parts/data_table.tsx";
import { Events } from "../../parts/events.tsx";
import {
  Age,
  AssetLink,
  Empty,
  Facts,
  firstOf,
  Panel,
  partitionHref,
  Said,
  Title,
  Written,
} from "../../parts/small.tsx";
import { severityWords } from "../../parts/severity.ts";
import { State, StateBar, States } from "../../parts/state.tsx";
import { link, type View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { Elsewhere, elsewhere } from "./elsewhere.tsx";
import { gridOf } from "./grid.ts";
import { Numbers } from "./numbers.tsx";
import { queuedOf, rangesOf, type Shown, shownOf } from "./shown.ts";
import { type Span, spanOf } from "./span.ts";
import { text } from "./words.ts";

/** So many of the newest events are shown. */
const EVENTS = 20;
/** The files of so many of the partitions that are shown are looked at while somebody waits. */
const LOOKED = 100;

/** An asset: how its partitions stand, what it declares, what happened to it. */
export function asset(pages: Pages): void {
  pages.get("/assets/:group/:name", takes("at", "number"), async (context) => {
    const { view, lake, lookbackDays } = context.var;
    const t = view.in(text);
    const key = `${context.req.param("group")}/${context.req.param("name")}`;
    const { graph, orchestrator } = lake;
    const declared = graph.byKey.get(key);
    if (declared === undefined) {
      return await show(
        context,
        { title: t.unknown(key), live: false, status: 404 },
        <Empty whole title={t.unknown(key)}>
          <a class="button" href="/assets">{t.all}</a>
        </Empty>,
      );
    }
    await orchestrator.refresh();
    const set = orchestrator.partitions(key);
    const span = spanOf(set, view.url.searchParams.get("at"), orchestrator.now);
    const bounds = span === undefined ? { all: true } : { from: span.from, to: span.to };
    const selection = { lookbackDays, ...bounds };
    await orchestrator.lookAtFiles(key, newestOf(set, await orchestrator.states(key, selection)));
    const [status] = await orchestrator.status({ assets: new Set([key]), ...selection });
    const [counts] = await orchestrator.counts(lookbackDays, new Set([key]));
    const shown = shownOf(set, { ...status!, queued: await queuedOf(lake, key, set) });
    const acts = actsOf(declared, span);
    return await show(context, { title: key }, [
      <Title
        title={<span class="key">{key}</span>}
        lead={declared.description === "" ? undefined : <Written>{declared.description}</Written>}
      >
        {acts.map(({ name, href }) => <a class="button" data-dialog href={href}>{t[name]}</a>)}
      </Title>,
      <div data-live="counts" class="stack">
        <StateBar view={view} counts={shownCounts(counts!)} />
        <div class="spread">
          <States view={view} counts={shownCounts(counts!)} />
          <span class="small quiet">
            {t.lastMade}:{" "}
            {counts!.lastMaterialized === null ? t.never : <Age view={view} at={counts!.lastMaterialized} />}
          </span>
        </div>
      </div>,
      status!.warnings.length === 0 ? null : <Warnings view={view} asset={key} set={set} status={status!} />,
      <Elsewhere view={view} asset={key} found={await elsewhere(lake, key, counts!, shown)} />,
      <Partitions view={view} asset={key} set={set} span={span} shown={shown} />,
      <Numbers view={view} lake={lake} asset={declared} set={set} span={span} />,
      <div class="panels">
        <Declaration view={view} lake={lake} asset={declared} />
        <Checks view={view} asset={declared} status={status!} />
      </div>,
      <Contract view={view} asset={declared} />,
      <Panel
        title={t.history}
        live="history"
        side={<a href={`/runs?asset=${encodeURIComponent(key)}`}>{t.allRuns}</a>}
      >
        <History view={view} lake={lake} asset={key} set={set} />
      </Panel>,
    ]);
  });
}

async function History(
  { view, lake: { state }, asset, set }: { view: View; lake: OpenLake; asset: string; set: PartitionSet },
) {
  const events = await state.eventsOf(asset, EVENTS);
  if (events.length === 0) return <p class="quiet">{view.in(text).noHistory}</p>;
  return <Events view={view} asset={asset} set={set} events={events} />;
}

/** The newest of some partitions. */
function newestOf(set: PartitionSet, ranges: readonly PartitionRange[]): Ranges {
  const last = ranges.at(-1)?.to;
  const to = last == null ? 0 : set.ordinal(last)!;
  return ranges.length === 0 ? [] : [{ from: to - LOOKED + 1, to }];
}

/** What can be asked for of an asset, within the stretch that is shown. */
function actsOf({ key, materialize }: AnyAsset, span: Span | undefined) {
  const query = new URLSearchParams({ selection: key, ...(span && { from: span.from, to: span.to }) });
  const names = materialize === null
    ? ["runChecks"] as const
    : ["materialize", ...(span === undefined ? [] : ["backfill"] as const), "runChecks", "wipe"] as const;
  const paths = { materialize: "materialize", backfill: "backfill", runChecks: "check", wipe: "wipe" };
  return names.map((name) => ({ name, href: `/acts/${paths[name]}?${query}` }));
}

function Warnings(
  { view, asset, set, status }: { view: View; asset: string; set: PartitionSet; status: AssetStatus },
) {
  const t = view.in(text);
  return (
    <Panel title={t.warnings} live="warnings">
      <ul class="rows">
        {status.warnings.map(({ partition, message }) => (
          <li>
            <span class="whole">
              {partition === undefined
                ? null
                : (
                  <a class="key" href={partitionHref(asset, firstOf(set, partition))}>
                    {partition ?? t.looksAt}
                  </a>
                )} <Said>{message}</Said>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** The partitions of a stretch: a heat map where they have a place in time, and their ranges as a table. */
function Partitions(
  { view, asset, set, span, shown }: {
    view: View;
    asset: string;
    set: PartitionSet;
    span: Span | undefined;
    shown: readonly Shown[];
  },
) {
  const t = view.in(text);
  const grid = gridOf(set, shown, view.language);
  const label = span?.name === undefined ? t.partitions : `${t.partitions} ${span.name}`;
  if (shown.length === 0) {
    return (
      <Empty title={t.noneYet}>
        <p>{t.noneYetHint}</p>
      </Empty>
    );
  }
  const ranges = rangesOf(shown);
  return (
    <Panel title={label} live="partitions" side={span && <Moves view={view} span={span} />}>
      {set.spec.type === "single"
        ? (
          <p>
            {t.whole}: <State view={view} state={shown[0]!.state} />{" "}
            <a href={partitionHref(asset, null)}>{t.looksAt}</a>
          </p>
        )
        : null}
      {grid === undefined ? null : <Cells view={view} asset={asset} grid={grid} label={label} />}
      {set.spec.type === "static"
        ? (
          <ul class="chips">
            {shown.map(({ key, state }) => (
              <li>
                <a class="key" href={partitionHref(asset, key)}>{key}</a> <State view={view} state={state} />
              </li>
            ))}
          </ul>
        )
        : null}
      {grid === undefined ? null : (
        <DataTable
          view={view}
          prefix="range-"
          summary={`${t.ranges} (${view.format.number(ranges.length)})`}
          caption={label}
          rows={ranges}
          columns={[
            {
              name: "from",
              title: t.from,
              cell: ({ from }) => <a class="key" href={partitionHref(asset, from)}>{from}</a>,
              by: ({ from }) => from,
            },
            {
              name: "to",
              title: t.to,
              cell: ({ to }) => <a class="key" href={partitionHref(asset, to)}>{to}</a>,
              by: ({ to }) => to,
            },
            { name: "count", title: t.count, number: true, by: ({ count }) => count },
            {
              name: "state",
              title: t.state,
              cell: ({ state }) => <State view={view} state={state} />,
              by: ({ state }) => state,
            },
          ]}
        />
      )}
    </Panel>
  );
}

function Moves({ view, span: { before, after } }: { view: View; span: Span }) {
  const t = view.in(text);
  return (
    <span class="pages">
      {before === undefined ? null : <a href={link(view, { at: before })}>{t.before}</a>}
      {after === undefined ? null : <a href={link(view, { at: after })}>{t.after}</a>}
    </span>
  );
}

function Declaration({ view, lake, asset }: { view: View; lake: OpenLake; asset: AnyAsset }) {
  const t = view.in(text);
  const { spec } = asset.partitions;
  const list = (keys: readonly string[]) =>
    keys.length === 0 ? <span class="quiet">{t.nothing}</span> : (
      <ul>
        {keys.map((key) => (
          <li>
            <AssetLink of={key} />
          </li>
        ))}
      </ul>
    );
  const length = (of: Parameters<typeof milliseconds>[0]) => view.format.duration(milliseconds(of));
  return (
    <Panel title={t.declared}>
      <Facts
        of={[
          [t.kind, asset.kind],
          [t.group, <a href={`/assets?group=${encodeURIComponent(asset.group)}`}>{asset.group}</a>],
          ...asset.owners.length === 0 ? [] : [[t.owners, asset.owners.join(", ")] as const],
          [t.set, "timeZone" in spec ? t.zone(spec.type, spec.timeZone, spec.start) : spec.type],
          [t.reads, list([...new Set(Object.values(asset.deps).map(({ asset }) => asset.key))])],
          [t.readBy, list(downstreamOf(lake.graph, asset.key))],
          ...asset.materialize === null ? [[t.automation, t.external] as const] : [
            [
              t.automation,
              <>
                {asset.automation === null ? t.onDemand : t.byItself}{" "}
                <a href={`/automation?asset=${encodeURIComponent(asset.key)}`}>{t.why}</a>
              </>,
            ] as const,
            [t.code, <code>{lake.orchestrator.codeVersion(asset.key).slice(0, 16)}</code>] as const,
          ],
          ...asset.sources.length === 0 ? [] : [
            [
              t.sources,
              <ul>
                {sourceNames(asset).map((name) => (
                  <li>
                    <code>{name}</code>
                  </li>
                ))}
              </ul>,
            ] as const,
          ],
          ...asset.freshness === null
            ? []
            : [[t.freshness, t.within(length(asset.freshness.within))] as const],
          ...asset.retention === null ? [] : [[t.retention, length(asset.retention)] as const],
        ]}
      />
    </Panel>
  );
}

function Checks({ view, asset, status }: { view: View; asset: AnyAsset; status: AssetStatus }) {
  const t = view.in(text);
  const declared = asset.checks.flatMap(({ checks }) => checks);
  if (declared.length === 0) return null;
  const { passed, failed } = status.checks;
  return (
    <Panel
      title={t.checks}
      live="checks"
      side={<a href={`/checks?asset=${encodeURIComponent(asset.key)}`}>{t.looksAt}</a>}
    >
      <p>{t.passedFailed(view.format.number(passed), view.format.number(failed))}</p>
      <DataTable
        view={view}
        prefix="check-"
        rows={declared}
        columns={[
          { name: "name", title: t.check, cell: ({ name }) => <code>{name}</code>, by: ({ name }) => name },
          {
            name: "severity",
            title: t.severity,
            cell: ({ severity }) => view.in(severityWords)[severity],
            by: ({ severity }) => severity,
          },
        ]}
      />
    </Panel>
  );
}

function Contract({ view, asset: { contract } }: { view: View; asset: AnyAsset }) {
  const t = view.in(text);
  if (contract === null) return null;
  const columns: readonly DeclaredColumn[] = [...contract.columns, ...contract.partitionColumns];
  return (
    <Panel title={t.contract}>
      <DataTable
        view={view}
        prefix="column-"
        rows={columns}
        columns={[
          { name: "name", title: t.column, cell: ({ name }) => <code>{name}</code>, by: ({ name }) => name },
          {
            name: "type",
            title: t.type,
            cell: ({ type, nullable }) => `${type}${nullable ? "?" : ""}`,
            by: ({ type }) => type,
          },
          { name: "unit", title: t.unit, by: ({ unit }) => unit ?? null },
        ]}
      />
    </Panel>
  );
}
