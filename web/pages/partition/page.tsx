import { type AnyAsset, type Instant, type PartitionSet, RequestError } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { Cause } from "../../parts/causes.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Events } from "../../parts/events.tsx";
import { LogLines } from "../../parts/log.tsx";
import { MetadataCell } from "../../parts/metadata.tsx";
import { RunLink } from "../../parts/run.tsx";
import { assetHref, Empty, Facts, Panel, partitionHref, Said, Time, Title } from "../../parts/small.tsx";
import { severityWords } from "../../parts/severity.ts";
import { Marked, Stand } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { type Look, lookAt, type Version } from "./look.ts";
import { text } from "./words.ts";

/** One partition: how it stands and why, what it holds, what happened to it. */
export function partition(pages: Pages): void {
  pages.get("/assets/:group/:name/:partition", takes(), async (context) => {
    const { view, lake, lookbackDays } = context.var;
    const t = view.in(text);
    const { group, name, partition } = context.req.param();
    const asset = `${group}/${name}`;
    const key = partition === "_" ? null : partition;
    const declared = lake.graph.byKey.get(asset);
    const look = declared && await lookAt(lake, asset, { partition: key, lookbackDays }).catch((error) => {
      if (error instanceof RequestError) return undefined;
      throw error;
    });
    if (declared === undefined || look === undefined) {
      return await show(
        context,
        { title: t.unknown, live: false, status: 404 },
        <Empty whole title={t.unknown}>
          <a class="button" href={declared ? assetHref(asset) : "/assets"}>
            {t.back(declared ? asset : "/assets")}
          </a>
        </Empty>,
      );
    }
    const set = lake.orchestrator.partitions(asset);
    return await show(context, { title: `${asset} ${key ?? ""}` }, [
      <Title
        title={
          <>
            <a class="key" href={assetHref(asset)}>{asset}</a> <span class="key">{key ?? ""}</span>
          </>
        }
        lead={
          <span data-live="state">
            <Stand view={view} of={look} />
          </span>
        }
      >
        {actsOf(declared, key, look).map(({ name, href }) => (
          <a class="button" data-dialog href={href}>{t[name]}</a>
        ))}
      </Title>,
      <Beside view={view} asset={asset} keys={besides(set, key, lake.orchestrator.now)} />,
      <Why view={view} look={look} />,
      <div class="panels">
        <Stands view={view} look={look} />
        <Metadata view={view} look={look} />
      </div>,
      look.latest === undefined ? null : (
        <Panel title={t.preview}>
          <a data-include href={`${partitionHref(asset, key)}/rows`}>{t.lookAtRows}</a>
        </Panel>
      ),
      <Files view={view} look={look} />,
      <Checks view={view} look={look} />,
      <Versions view={view} look={look} />,
      <Panel title={t.log} live="log">
        {look.log.length === 0 ? <p class="quiet">{t.noLog}</p> : <LogLines view={view} lines={look.log} />}
      </Panel>,
      <Panel title={t.history} live="history">
        <Events view={view} asset={asset} set={set} events={look.events} />
      </Panel>,
    ]);
  });
}

function actsOf({ key, materialize }: AnyAsset, partition: string | null, { state, latest, versions }: Look) {
  const query = new URLSearchParams({ selection: key, ...(partition !== null && { partitions: partition }) });
  const acts = [
    ...materialize === null ? [] : [{
      name: "rebuild",
      href: `/acts/materialize?${query}${state === "fresh" ? "&force=true" : ""}`,
    }] as const,
    ...latest === undefined ? [] : [{ name: "runChecks", href: `/acts/check?${query}` }] as const,
    ...versions.length < 2 ? [] : [{ name: "rollback", href: `/acts/rollback?${query}` }] as const,
    ...latest === undefined ? [] : [{ name: "wipe", href: `/acts/wipe?${query}` }] as const,
  ];
  return acts;
}

/** The keys of the partitions before and after one, of those that exist. */
function besides(set: PartitionSet, key: string | null, now: Instant): (string | null)[] {
  const ordinal = key === null ? undefined : set.ordinal(key);
  const existing = set.existing(now);
  if (ordinal === undefined || existing === null) return [];
  return [ordinal - 1, ordinal + 1].map((each) =>
    each < existing.from || each > existing.to ? null : set.key(each)
  );
}

function Beside(
  { view, asset, keys }: { view: View; asset: string; keys: readonly (string | null)[] },
) {
  if (keys.length === 0) return null;
  const [before, after] = keys;
  return (
    <nav class="pages" aria-label={view.in(text).neighbours}>
      {before ? <a class="key" href={partitionHref(asset, before)}>{`← ${before}`}</a> : null}
      {after ? <a class="key" href={partitionHref(asset, after)}>{`${after} →`}</a> : null}
    </nav>
  );
}

/** Why it stands as it does, in words, with what changed and when. */
function Why({ view, look: { state, causes, hindrance, warnings } }: { view: View; look: Look }) {
  const t = view.in(text);
  return (
    <Panel title={t.why} live="why">
      {causes.length === 0 && state === "fresh" ? <p>{t.isFresh}</p> : null}
      {causes.length === 0 ? null : (
        <>
          <p>{t.wouldMake}</p>
          <ul class="rows">
            {causes.map(({ cause, at }) => (
              <li>
                <Cause view={view} cause={cause} />
                {at === undefined ? null : (
                  <span class="small quiet">
                    {t.changedAt} <Time view={view} at={at} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {warnings.map((warning) => <p class="notice" lang="en">{warning}</p>)}
      {hindrance === undefined ? null : (
        <p class="notice bad">
          <strong>{t.hindered}:</strong> <Said>{hindrance.message}</Said>
        </p>
      )}
    </Panel>
  );
}

function Stands({ view, look: { latest } }: { view: View; look: Look }) {
  const t = view.in(text);
  if (latest === undefined) {
    return (
      <Panel title={t.facts} live="stands">
        <p class="quiet">{t.nothingStands}</p>
      </Panel>
    );
  }
  const { dataVersion, at, run, payload: { rows } } = latest;
  return (
    <Panel title={t.facts} live="stands">
      <Facts
        of={[
          [t.made, <Time view={view} at={at} />],
          ...run === null ? [] : [[t.run, <RunLink id={run} />] as const],
          ...rows === null ? [] : [[t.rows, view.format.number(rows)] as const],
          [t.dataVersion, <code>{dataVersion}</code>],
        ]}
      />
    </Panel>
  );
}

function Metadata({ view, look: { latest } }: { view: View; look: Look }) {
  const entries = Object.entries(latest?.payload.metadata ?? {});
  if (entries.length === 0) return null;
  return (
    <Panel title={view.in(text).metadata} live="metadata">
      <Facts
        of={entries.map(([name, value]) => [name, <MetadataCell view={view} name={name} of={value} />])}
      />
    </Panel>
  );
}

function Files({ view, look: { latest } }: { view: View; look: Look }) {
  const t = view.in(text);
  if (latest === undefined) return null;
  const { files, rows } = latest.payload;
  return (
    <Panel title={t.files} live="files">
      {files.length === 0 ? <p class="quiet">{rows === 0 ? t.noRows : t.noFiles}</p> : (
        <DataTable
          view={view}
          prefix="file-"
          rows={files}
          columns={[
            {
              name: "path",
              title: t.path,
              cell: ({ path }) => <span class="key">{path}</span>,
              by: ({ path }) => path,
            },
            {
              name: "size",
              title: t.size,
              number: true,
              cell: ({ size }) => view.format.bytes(size),
              by: ({ size }) => size,
            },
            {
              name: "hash",
              title: t.hash,
              cell: ({ hash }) => <code title={hash}>{hash.slice(0, 16)}</code>,
              by: ({ hash }) => hash,
            },
          ]}
        />
      )}
    </Panel>
  );
}

function Checks({ view, look: { checks } }: { view: View; look: Look }) {
  const t = view.in(text);
  if (checks.length === 0) return null;
  return (
    <Panel title={t.checks} live="checks">
      <DataTable
        view={view}
        prefix="check-"
        rows={checks}
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
          {
            name: "result",
            title: t.result,
            cell: ({ passed }) => (
              <Marked state={passed ? "fresh" : "failed"}>
                {passed ? t.passed : t.failed}
              </Marked>
            ),
            by: ({ passed }) => Number(passed),
          },
          {
            name: "found",
            title: t.found,
            cell: ({ detail = "" }) => <span class="small" lang="">{detail}</span>,
            by: ({ detail = "" }) => detail,
          },
        ]}
      />
    </Panel>
  );
}

function Versions(
  { view, look: { versions, latest } }: { view: View; look: Look },
) {
  const t = view.in(text);
  if (versions.length < 2) return null;
  const isCurrent = ({ dataVersion }: Version) => dataVersion === latest?.dataVersion;
  return (
    <Panel title={t.versions} live="versions">
      <DataTable
        view={view}
        prefix="version-"
        rows={versions}
        columns={[
          { name: "when", title: t.when, cell: ({ at }) => <Time view={view} at={at} />, by: ({ at }) => at },
          {
            name: "version",
            title: t.dataVersion,
            cell: (each) => (
              <>
                <code>{each.dataVersion.slice(0, 16)}</code> {isCurrent(each) ? t.current : ""}
              </>
            ),
            by: ({ dataVersion }) => dataVersion,
          },
          {
            name: "rows",
            title: t.rows,
            number: true,
            by: ({ payload }) => payload.rows,
          },
          {
            name: "run",
            title: t.run,
            cell: ({ run }) => run === null ? "" : <RunLink id={run} />,
            by: ({ run }) => run,
          },
        ]}
      />
    </Panel>
  );
}
