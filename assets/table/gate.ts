import {
  type Audited,
  type Check,
  type CheckAnswer,
  type Described,
  type Engine,
  EngineError,
  type FileRef,
  type ObjectStore,
  type Program,
  type Row,
} from "../../core/mod.ts";
import { type Contract, plainColumns } from "./contract.ts";
import { gateStatement } from "./gate_statement.ts";

interface Pair {
  readonly partition: Audited;
  readonly staged: FileRef;
  readonly standing: FileRef;
}

/** A gate between two tables of one contract. */
export interface GateOptions {
  readonly contract: Contract;
  /** The dependency, by name, on the table whose partition of the same key each partition must equal. */
  readonly input: string;
  /** How messages call that table: "development". */
  readonly told: string;
}

/** The check `equals_<input>`: a partition passes if it equals the other table's, value by value, in columns and rows. */
export function equals(
  { contract, input, told }: GateOptions,
): Check<{ engine: Engine; store: ObjectStore }> {
  const statement = gateStatement(contract);
  const name = `equals_${input}`;

  return {
    checks: [{ name, severity: "blocking", against: input }],
    async run({ outputs, inputs, resources: { engine, store }, signal }) {
      const standing = new Map(
        (await inputs[input]!.materializations()).map((each) => [each.partition, each]),
      );
      const answers: CheckAnswer[] = [];
      const pairs: Pair[] = [];
      for (const partition of outputs) {
        const other = standing.get(partition.partition);
        const [staged] = partition.files;
        const [stands] = other?.files ?? [];
        if (other === undefined) {
          answers.push(answer(partition, `the ${told} partition does not stand, wanted it first`));
        } else if (staged !== undefined && stands !== undefined) {
          pairs.push({ partition, staged, standing: stands });
        } else if (staged === stands) answers.push(answer(partition));
        else answers.push(answer(partition, `it has ${partition.rows} rows, the ${told} one ${other.rows}`));
      }
      const same = await Promise.all(pairs.map((pair) => sameBytes(store, pair)));
      return [
        ...answers,
        ...pairs.filter((_, i) => same[i]).map(({ partition }) => answer(partition)),
        ...await compare(engine, pairs.filter((_, i) => !same[i]), signal),
      ];
    },
  };

  function answer({ partition }: Audited, detail?: string): CheckAnswer {
    return { check: name, partition, passed: detail === undefined, ...(detail !== undefined && { detail }) };
  }

  async function compare(
    engine: Engine,
    pairs: readonly Pair[],
    signal: AbortSignal,
  ): Promise<CheckAnswer[]> {
    if (pairs.length === 0) return [];
    const described = await engine.describe(
      pairs.flatMap(({ staged, standing }) => [staged, standing]),
      signal,
    );
    const answers: CheckAnswer[] = [];
    const alike: Pair[] = [];
    for (const [i, pair] of pairs.entries()) {
      const [staged, standing] = [described[2 * i]!, described[2 * i + 1]!];
      if (staged.status === "failed") answers.push(answer(pair.partition, staged.reason));
      else if (standing.status === "failed") answers.push(answer(pair.partition, standing.reason));
      else if (JSON.stringify(staged) === JSON.stringify(standing)) alike.push(pair);
      else {
        const columns = `its columns are ${columnsText(staged)}, the ${told} one's ${columnsText(standing)}`;
        const [rows] = await compareRows(engine, [pair], signal);
        answers.push(
          answer(pair.partition, rows?.detail === undefined ? columns : `${rows.detail}; ${columns}`),
        );
      }
    }
    return [...answers, ...await compareRows(engine, alike, signal)];
  }

  /** Compares the rows of pairs; a file that cannot be read is found by halves. */
  async function compareRows(
    engine: Engine,
    pairs: readonly Pair[],
    signal: AbortSignal,
  ): Promise<CheckAnswer[]> {
    if (pairs.length === 0) return [];
    try {
      const rows = await engine.query({ name, statement, inputs: inputsOf(contract, pairs) }, signal);
      const differences = new Map(rows.map((row) => [row.pair_partition, row]));
      return pairs.map(({ partition }) => {
        const found = differences.get(nameOf(partition));
        return answer(partition, found && difference(found, told));
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const [only] = pairs;
      if (pairs.length === 1) return [answer(only!.partition, error.message)];
      const middle = pairs.length >> 1;
      return [
        ...await compareRows(engine, pairs.slice(0, middle), signal),
        ...await compareRows(engine, pairs.slice(middle), signal),
      ];
    }
  }
}

/** Files of the same bytes are equal in schema, row count and every value: only others need be read as tables. */
async function sameBytes(store: ObjectStore, { staged, standing }: Pair): Promise<boolean> {
  const [a, b] = await Promise.all([store.read(staged.path), store.read(standing.path)]);
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at === a.length;
}

function columnsText({ columns }: Described & { readonly status: "read" }): string {
  return columns.map(({ name, type }) => `${name} ${type}`).join(", ");
}

function inputsOf(contract: Contract, pairs: readonly Pair[]): Program["inputs"] {
  const table = (files: readonly FileRef[]) => ({
    columns: plainColumns(contract.columns),
    format: "parquet" as const,
    files: files.map((ref) => ({ ref, partition: null })),
  });
  const texts = ["pair_partition", "staged", "standing"];
  return {
    staged: table(pairs.map(({ staged }) => staged)),
    standing: table(pairs.map(({ standing }) => standing)),
    pairs: {
      columns: texts.map((name) => ({ name, type: "utf8" as const, nullable: false })),
      rows: pairs.map(({ partition, staged, standing }) => ({
        pair_partition: nameOf(partition),
        staged: staged.path,
        standing: standing.path,
      })),
    },
  };
}

/** A partition in the statement, where a null would equal none: a table's only partition has no key. */
function nameOf({ partition }: Audited): string {
  return String(partition);
}

/** The first difference, with both sides. */
function difference(row: Row, told: string): string {
  const counts = row.staged_rows === row.standing_rows
    ? ""
    : `it has ${row.staged_rows} rows, the ${told} one ${row.standing_rows}; `;
  const differing = Number(row.differing) === 1 ? "1 row differs" : `${row.differing} rows differ`;
  return `${counts}${differing}, the first at ${row.place}: ` +
    `${row.difference} is ${row.staged_value}, the ${told} one's ${row.standing_value}`;
}
