import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { BusyError, DamageError, RefusedError } from "../../../core/mod.ts";
import type { Row } from "../../answer.ts";
import { type Pages, show } from "../../page.tsx";
import { orderOf } from "../../parts/answer_table.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { MetadataCell } from "../../parts/metadata.tsx";
import { RunLink } from "../../parts/run.tsx";
import { AssetLink, Empty, Panel, partitionHref, Time, Title } from "../../parts/small.tsx";
import { Marked, Stand } from "../../parts/state.tsx";
import type { PageEnv, View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { Compared } from "./compared.tsx";
import { COMPARED, type Difference, differencesOf, differenceStatement } from "./differences.ts";
import {
  type Checked,
  checksOf,
  type Comparison,
  DIFFERENT,
  type Gate,
  gatesOf,
  type Pair,
  pairOf,
  type Side,
} from "./gates.ts";
import { text } from "./words.ts";

/** The address of a partition's promotion. */
export function dayHref(partition: string | null, asset: string): string {
  return `/promotion/${encodeURIComponent(partition ?? "_")}?${new URLSearchParams({ asset })}`;
}

/** One partition in development and in production, value by value. */
export function day(pages: Pages): void {
  pages.get("/promotion/:day", takes("asset"), async (context) => {
    const { view, lake } = context.var;
    const t = view.in(text);
    const key = context.req.param("day");
    const partition = key === "_" ? null : key;
    const asset = view.url.searchParams.get("asset");
    await lake.orchestrator.refresh();
    const found: { gate: Gate; pair: Pair }[] = [];
    for (const gate of gatesOf(lake.graph)) {
      if (asset !== null && asset !== gate.prod.key) continue;
      const pair = await pairOf(lake, gate, partition);
      if (pair !== undefined) found.push({ gate, pair });
    }
    if (found.length === 0) {
      return await show(
        context,
        { title: t.unknown, live: false, status: 404 },
        <Empty whole title={t.unknown}>
          <a class="button" href="/promotion">{t.back}</a>
        </Empty>,
      );
    }
    const parts: Child[] = [];
    for (const { gate, pair } of found) parts.push(await Compare(context, gate, pair));
    const title = `${t.title} ${partition ?? ""}`;
    return await show(context, { title }, [
      <Title
        title={
          <>
            <a href="/promotion">{t.title}</a> <span class="key">{partition ?? ""}</span>
          </>
        }
        lead={t.lead}
      />,
      ...parts,
    ]);
  });
}

/** What is known of both sides. */
interface Both {
  readonly view: View;
  readonly gate: Gate;
  readonly pair: Pair;
}

async function Compare(context: Context<PageEnv>, gate: Gate, pair: Pair) {
  const { view, lake } = context.var;
  const checks = {
    dev: await checksOf(lake, gate.dev, pair.dev),
    prod: await checksOf(lake, gate.prod, pair.prod),
  };
  const both = { view, gate, pair };
  const name = gate.prod.key;
  return (
    <>
      <Panel
        title={<AssetLink of={name} />}
        live={`sides ${name}`}
        side={<Compared view={view} of={pair.comparison} />}
      >
        <RolledBack {...both} />
        <Sides {...both} />
        <Acts {...both} />
      </Panel>
      <Panel title={view.in(text).values} live={`values ${name}`}>
        {await Values(context, gate, pair)}
      </Panel>
      <div class="panels">
        <Checks {...both} checks={checks} />
        <Metadata {...both} />
      </div>
    </>
  );
}

/** Both have the same version: there is nothing to promote. */
const EQUAL: readonly Comparison[] = ["equal", "damaged", "aged"];

function Acts({ view, gate: { dev, prod }, pair }: Both) {
  const t = view.in(text);
  const act = (command: string, selection: string, more: Record<string, string> = {}) => {
    const partitions = pair.partition === null ? {} : { partitions: pair.partition };
    return `/acts/${command}?${new URLSearchParams({ selection, ...partitions, ...more })}`;
  };
  // What is fresh by its own account is made again by force alone.
  const forced = ({ state }: Side): Record<string, string> =>
    state === "fresh" && DIFFERENT.includes(pair.comparison) ? { force: "true" } : {};
  return (
    <p class="acts">
      {pair.dev.latest === undefined
        ? <a class="button main" data-dialog href={act("materialize", dev.key)}>{t.makeDev}</a>
        : pair.comparison === "devBack"
        ? (
          <a class="button main" data-dialog href={act("materialize", dev.key, forced(pair.dev))}>
            {t.remakeDev}
          </a>
        )
        : EQUAL.includes(pair.comparison)
        ? null
        : (
          <a class="button main" data-dialog href={act("materialize", prod.key, forced(pair.prod))}>
            {t.promote}
          </a>
        )}
      {pair.prod.latest === undefined
        ? null
        : <a class="button grave" data-dialog href={act("rollback", prod.key)}>{t.rollback}</a>}
    </p>
  );
}

/** Says which side stands as it was before the other was made of it. */
function RolledBack({ view, pair: { dev, prod } }: Both) {
  const t = view.in(text);
  const said = (words: string, { rolledBackBy, latest }: Side) =>
    rolledBackBy === undefined ? null : (
      <>
        {words} <RunLink id={rolledBackBy} />, <Time view={view} at={latest!.event.at} />.
      </>
    );
  if (dev.rolledBackBy === undefined && prod.rolledBackBy === undefined) return null;
  return (
    <p class="notice">
      {said(t.devBack, dev)} {prod.rolledBackBy === undefined ? t.promoted : said(t.prodBack, prod)}
    </p>
  );
}

/** A table of what both sides are, a fact a line. */
function SideBySide(
  { view, label, rows }: {
    view: View;
    label: string;
    rows: readonly { readonly name: Child; readonly dev: Child; readonly prod: Child }[];
  },
) {
  const t = view.in(text);
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">{t.fact}</th>
            <th scope="col">{t.development}</th>
            <th scope="col">{t.production}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, dev, prod }) => (
            <tr>
              <th scope="row">{name}</th>
              <td>{dev}</td>
              <td>{prod}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Sides({ view, gate: { dev, prod }, pair }: Both) {
  const t = view.in(text);
  const { format } = view;
  const row = (name: string, cell: (side: Side, key: string) => Child) => ({
    name,
    dev: cell(pair.dev, dev.key),
    prod: cell(pair.prod, prod.key),
  });
  const files = ({ latest }: Side) => latest?.event.payload.files ?? [];
  const made = (cell: (latest: NonNullable<Side["latest"]>) => Child) => ({ latest }: Side) =>
    latest === undefined ? "" : cell(latest);
  const schema = ({ contract }: typeof dev) =>
    contract === null
      ? ""
      : [...contract.columns, ...contract.partitionColumns].map(({ name, type }) => `${name} ${type}`).join(
        ", ",
      );
  return (
    <SideBySide
      view={view}
      label={`${t.sides}: ${prod.key}`}
      rows={[
        row(t.state, (side, key) => (
          <a href={partitionHref(key, pair.partition)}>
            <Stand view={view} of={side} />
          </a>
        )),
        row(
          t.rows,
          made(({ event: { payload } }) => payload.rows === null ? "" : format.number(payload.rows)),
        ),
        row(t.dataVersion, made(({ event }) => <code class="key">{event.dataVersion}</code>)),
        row(t.file, (side) => files(side).map(({ path }) => <div class="key small">{path}</div>)),
        row(t.size, (side) => files(side).map(({ size }) => <div>{format.bytes(size)}</div>)),
        row(t.hash, (side) => files(side).map(({ hash }) => <code title={hash}>{hash.slice(0, 16)}</code>)),
        row(t.made, made(({ event }) => <Time view={view} at={event.at} />)),
        row(t.run, made(({ event }) => event.run === null ? "" : <RunLink id={event.run} />)),
        ...dev.contract === null && prod.contract === null ? [] : [{
          name: t.schema,
          dev: <span class="small">{schema(dev)}</span>,
          prod: <span class="small">{schema(prod)}</span>,
        }],
      ]}
    />
  );
}

function Checks(
  { view, gate, pair, checks }: Both & {
    checks: Readonly<Record<"dev" | "prod", Checked>>;
  },
) {
  const t = view.in(text);
  const { dev, prod } = checks;
  const names = [...new Set([...dev.results, ...prod.results].map(({ check }) => check))];
  if (names.length === 0) return null;
  const when = ({ at }: Checked) => at === undefined ? "" : <Time view={view} at={at} />;
  const cell = ({ results }: Checked, name: string) => {
    const found = results.find(({ check }) => check === name);
    if (found === undefined) return "";
    // What the gate compared is not what stands now.
    const isOlder = found.passed && name === gate.check && DIFFERENT.includes(pair.comparison);
    const state = isOlder ? "stale" : found.passed ? "fresh" : "failed";
    return (
      <>
        <Marked state={state}>
          {isOlder ? t.passedThen : found.passed ? t.passed : t.failed}
        </Marked>
        {isOlder ? <div class="small">{t.isOlder}</div> : null}
        {found.detail === undefined ? null : <div class="small" lang="">{found.detail}</div>}
      </>
    );
  };
  return (
    <Panel title={t.checks} live={`checks ${gate.prod.key} ${pair.partition ?? ""}`}>
      <SideBySide
        view={view}
        label={`${t.checks}: ${gate.prod.key}`}
        rows={[
          { name: t.checkedAt, dev: when(dev), prod: when(prod) },
          ...names.map((name) => ({
            name: <code>{name}</code>,
            dev: cell(dev, name),
            prod: cell(prod, name),
          })),
        ]}
      />
    </Panel>
  );
}

function Metadata({ view, gate, pair }: Both) {
  const t = view.in(text);
  const [dev, prod] = [pair.dev, pair.prod].map(({ latest }) => latest?.event.payload.metadata ?? {});
  const names = [...new Set([...Object.keys(dev!), ...Object.keys(prod!)])];
  if (names.length === 0) return null;
  const cell = (of: typeof dev, side: string, name: string) => {
    const value = of?.[name];
    return value === undefined ? "" : <MetadataCell view={view} name={`${side}-${name}`} of={value} />;
  };
  return (
    <Panel title={t.metadata} live={`metadata ${gate.prod.key}`}>
      <SideBySide
        view={view}
        label={`${t.metadata}: ${gate.prod.key}`}
        rows={names.map((name) => ({
          name: JSON.stringify(dev?.[name]) === JSON.stringify(prod?.[name]) ? name : `≠ ${name}`,
          dev: cell(dev, "dev", name),
          prod: cell(prod, "prod", name),
        }))}
      />
    </Panel>
  );
}

/** The values that differ, as far as statements tell them. */
async function Values({ var: { view, lake, tables, cached } }: Context<PageEnv>, gate: Gate, pair: Pair) {
  const t = view.in(text);
  const said = (line: string) => <p class="quiet">{line}</p>;
  if (pair.comparison === "equal") return said(t.sameVersion);
  if (pair.comparison === "damaged") return said(t.damaged);
  if (pair.comparison === "aged") return said(t.aged);
  if (!DIFFERENT.includes(pair.comparison)) return said(t.oneSide);
  if (tables === undefined || cached === undefined) return said(t.closed);
  const statement = differenceStatement(gate, pair.partition, await tables.entries(), lake.graph);
  if (statement === undefined) return said(t.cannot);
  const version = `${pair.dev.latest!.seq} ${pair.prod.latest!.seq}`;
  try {
    const rows = await cached.rows(statement, version);
    const differences = differencesOf(rows, gate.prod.contract?.key ?? []);
    if (differences.length === 0) return said(t.noDifference);
    return <Differences view={view} differences={differences} rows={rows} name={gate.prod.key} />;
  } catch (error) {
    const isTold = [RefusedError, BusyError, DamageError].some((each) => error instanceof each);
    if (!(error instanceof Error) || !isTold) throw error;
    return <p class="notice bad" lang="en">{error.message}</p>;
  }
}

function Differences(
  { view, differences, rows, name }: {
    view: View;
    differences: readonly Difference[];
    rows: readonly Row[];
    name: string;
  },
) {
  const t = view.in(text);
  const cell = ({ column, ...both }: Difference, side: "dev" | "prod") => {
    const value = both[side];
    if (column === null) return value === undefined ? <em class="quiet">{t.missing}</em> : t.whole;
    return value === null ? <em class="quiet">null</em> : <code>{String(value)}</code>;
  };
  return (
    <>
      <DataTable
        view={view}
        prefix="difference-"
        label={`${t.values}: ${name}`}
        rows={differences}
        columns={[
          {
            name: "row",
            title: t.row,
            cell: ({ row }) => <span class="key">{row}</span>,
            by: ({ row }) => row,
          },
          {
            name: "column",
            title: t.column,
            cell: ({ column }) => column === null ? "" : <code>{column}</code>,
            by: ({ column }) => column,
          },
          {
            name: "dev",
            title: t.development,
            cell: (each) => cell(each, "dev"),
            by: ({ dev }) => orderOf(dev),
          },
          {
            name: "prod",
            title: t.production,
            cell: (each) => cell(each, "prod"),
            by: ({ prod }) => orderOf(prod),
          },
        ]}
      />
      {rows.length < COMPARED ? null : <p class="small quiet">{t.first(view.format.number(COMPARED))}</p>}
    </>
  );
}
