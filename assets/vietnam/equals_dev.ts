import type { Audited, Check, CheckAnswer } from "../../core/check.ts";
import { type Described, type Engine, EngineError, type Row } from "../../core/ports/engine.ts";
import type { ObjectStore } from "../../core/ports/object_store.ts";
import type { FileRef } from "../../core/ports/publisher.ts";
import type { Resources } from "../resources.ts";
import { MART } from "./contract.ts";

interface Pair {
  readonly day: Audited;
  readonly staged: FileRef;
  readonly standing: FileRef;
}

/** A production day is the development day, value by value: what was looked at is what is promoted. */
export const equalsDev: Check<Resources> = {
  checks: [{ name: "equals_dev", severity: "blocking" }],
  async run({ outputs, inputs, resources: { engine, store }, signal }) {
    const standing = new Map((await inputs.dev!.standing()).map((each) => [each.partition, each]));
    const answers: CheckAnswer[] = [];
    const pairs: Pair[] = [];
    for (const day of outputs) {
      const dev = standing.get(day.partition);
      const [staged] = day.files;
      const [other] = dev?.files ?? [];
      if (dev === undefined) answers.push(answer(day, "the development day does not stand, wanted it first"));
      else if (staged !== undefined && other !== undefined) pairs.push({ day, staged, standing: other });
      else if (staged === other) answers.push(answer(day));
      else answers.push(answer(day, `it has ${day.rows} rows, the development day ${dev.rows}`));
    }
    const same = await Promise.all(pairs.map((pair) => sameBytes(store, pair)));
    const others = pairs.filter((_, i) => !same[i]);
    return [
      ...answers,
      ...pairs.filter((_, i) => same[i]).map(({ day }) => answer(day)),
      ...await compare(engine, others, signal),
    ];
  },
};

/** Files of the same bytes are equal in schema, row count and every value: only others need be read as tables. */
async function sameBytes(store: ObjectStore, { staged, standing }: Pair): Promise<boolean> {
  const [a, b] = await Promise.all([store.read(staged.path), store.read(standing.path)]);
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at === a.length;
}

function answer({ partition }: Audited, detail?: string): CheckAnswer {
  const check = "equals_dev";
  return detail === undefined
    ? { check, partition, passed: true }
    : { check, partition, passed: false, detail };
}

async function compare(
  engine: Engine,
  pairs: readonly Pair[],
  signal: AbortSignal,
): Promise<CheckAnswer[]> {
  if (pairs.length === 0) return [];
  const described = await engine.describe(
    pairs.flatMap(({ staged, standing }) => [staged.path, standing.path]),
    signal,
  );
  const answers: CheckAnswer[] = [];
  const alike: Pair[] = [];
  for (const [i, pair] of pairs.entries()) {
    const [staged, standing] = [described[2 * i]!, described[2 * i + 1]!];
    if (staged.status === "failed") answers.push(answer(pair.day, staged.reason));
    else if (standing.status === "failed") answers.push(answer(pair.day, standing.reason));
    else if (JSON.stringify(staged) === JSON.stringify(standing)) alike.push(pair);
    else {
      const columns = `its columns are ${columnsText(staged)}, the development day's ${
        columnsText(standing)
      }`;
      const [rows] = await compareRows(engine, [pair], signal);
      answers.push(answer(pair.day, rows?.detail === undefined ? columns : `${rows.detail}; ${columns}`));
    }
  }
  return [...answers, ...await compareRows(engine, alike, signal)];
}

function columnsText({ columns }: Described & { readonly status: "read" }): string {
  return columns.map(({ name, type }) => `${name} ${type}`).join(", ");
}

async function compareRows(
  engine: Engine,
  pairs: readonly Pair[],
  signal: AbortSignal,
): Promise<CheckAnswer[]> {
  if (pairs.length === 0) return [];
  try {
    const rows = await engine.query(program(pairs), signal);
    const differences = new Map(rows.map((row) => [String(row.day), row]));
    return pairs.map(({ day }) => {
      const found = differences.get(day.key!);
      return answer(day, found && difference(found));
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const [only] = pairs;
    if (pairs.length === 1) return [answer(only!.day, error.message)];
    const middle = pairs.length >> 1;
    return [
      ...await compareRows(engine, pairs.slice(0, middle), signal),
      ...await compareRows(engine, pairs.slice(middle), signal),
    ];
  }
}

function program(pairs: readonly Pair[]) {
  const table = (files: readonly FileRef[]) => ({
    columns: MART.columns,
    format: "parquet" as const,
    files: files.map((ref) => ({ ref, partition: null })),
  });
  return {
    name: "audits/vietnam_equal",
    inputs: {
      staged: table(pairs.map(({ staged }) => staged)),
      standing: table(pairs.map(({ standing }) => standing)),
      pairs: {
        columns: ["day", "staged", "standing"].map((name) => ({
          name,
          type: "utf8" as const,
          nullable: false,
        })),
        rows: pairs.map(({ day, staged, standing }) => ({
          day: day.key,
          staged: staged.path,
          standing: standing.path,
        })),
      },
    },
  };
}

/** The first difference, with both sides. */
function difference(row: Row): string {
  const counts = row.staged_rows === row.standing_rows
    ? ""
    : `it has ${row.staged_rows} rows, the development day ${row.standing_rows}; `;
  return `${counts}${row.differing} rows differ, the first at location ${row.location_id}, ${row.datetime}: ` +
    `${row.difference} is ${row.staged_value}, the development day's ${row.standing_value}`;
}
