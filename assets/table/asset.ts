import {
  type Asset,
  type AssetOptions,
  type Context,
  type Dependencies,
  type FailedOutput,
  type InputTable,
  iso,
  type Materialization,
  type Metadata,
  type Output,
  type PartitionSet,
  sourceFile,
  type Transform,
  type Transformed,
} from "../../core/mod.ts";
import { define, type Resources } from "../resources.ts";
import { type OwnCheck, tableChecks } from "./checks.ts";
import { plainColumns, shownContract } from "./contract.ts";
import { type ExaminedFile, TableExaminer } from "./examiner.ts";
import { equals } from "./gate.ts";
import { filePath, type Table } from "./table.ts";

/** The latest materializations of each dependency whose content a table is made of. */
export type InputMaterializations<Deps> = { readonly [Name in keyof Deps]: readonly Materialization[] };

export interface TableAssetOptions<Set extends PartitionSet, Deps extends Dependencies<Set>> extends
  Pick<
    AssetOptions<Resources, Set, Deps>,
    | "key"
    | "description"
    | "kind"
    | "partitions"
    | "deps"
    | "code"
    | "sources"
    | "batch"
    | "retry"
    | "timeout"
    | "freshness"
  > {
  readonly table: Table;
  /** Remembers what files hold; tables of one contract may share one. @default one of its own */
  readonly examiner?: TableExaminer;
  /** The program whose rows are written: `marts/x` is `sql/marts/x.sql`. */
  readonly program: string;
  /** The tables that the program reads. */
  readonly inputs: (materialized: InputMaterializations<Deps>) => Readonly<Record<string, InputTable>>;
  /** The program's column that names a row's partition: `all`, where there are none. */
  readonly partition: string;
  /** The program's columns that are written by another name, by that name. */
  readonly answered?: Readonly<Record<string, string>>;
  /** The program's columns by which files are sorted. @default the contract's `sort` */
  readonly sort?: readonly string[];
  /** The program's boolean column that says which rows are written. @default all are */
  readonly written?: string;
  /** The program's counts, which become metadata of each partition. @default none */
  readonly counts?: readonly string[];
  /** Further metadata of each partition, by its key. */
  readonly facts?: (materialized: InputMaterializations<Deps>) => (key: string) => Metadata;
  /** Checks beside those that the contract gives. */
  readonly checks?: Readonly<Record<string, OwnCheck>>;
  /** A dependency on a table of the same contract, which each partition must equal before it is published. */
  readonly gate?: { readonly input: string; readonly told: string };
}

/** How the only partition of a table without any is named. */
const WHOLE = "all";

/** Declares a table of which a program makes each partition as one Parquet file, audited by its contract. */
export function tableAsset<Set extends PartitionSet, Deps extends Dependencies<Set>>(
  options: TableAssetOptions<Set, Deps>,
): Asset<Resources, Set> {
  const { table, program, inputs, answered, sort, counts = [], written, facts, checks, gate, ...declared } =
    options;
  const { contract } = table;
  const { examiner = new TableExaminer(contract) } = options;
  const read = Object.entries(options.deps ?? {});

  async function readInputs({ inputs }: Context<Resources, Deps>): Promise<InputMaterializations<Deps>> {
    const materialized = read.map(async ([name, { mode }]) => [
      name,
      mode === "content" ? await inputs[name]!.materializations() : [],
    ]);
    return Object.fromEntries(await Promise.all(materialized));
  }

  function transform(
    { partitions, staging }: Context<Resources, Deps>,
    materialized: InputMaterializations<Deps>,
  ): Transform {
    return {
      name: program,
      inputs: inputs(materialized),
      columns: plainColumns(contract.columns),
      ...(answered && { answered }),
      sort: sort ?? contract.sort ?? [],
      partition: options.partition,
      counts,
      ...(written !== undefined && { written }),
      outputs: Array.from(partitions, ({ key }) => ({
        partition: key ?? WHOLE,
        temporary: `${staging}/${key ?? WHOLE}.snappy.parquet`,
      })),
    };
  }

  return define.asset<Set, Deps>({
    kind: "table",
    ...declared,
    sources: [sourceFile(`sql/${program}.sql`), ...options.sources ?? []],
    pool: "duckdb",
    contract: shownContract(contract),
    checks: [
      tableChecks({ table, examiner, own: checks ?? {} }),
      ...(gate === undefined ? [] : [equals({ contract, ...gate })]),
    ],
    async *materialize(context) {
      const { partitions, resources: { engine }, signal, now } = context;
      const materialized = await readInputs(context);
      const wanted = transform(context, materialized);
      const done = await engine.transform(wanted, signal);
      const staged = done.map((each, i) => stagedFile(each, wanted.outputs[i]!.temporary));
      const examined = await examiner.examine(engine, staged.filter((file) => file !== undefined), signal);
      const remaining = examined.values();
      const told = facts?.(materialized);
      yield [...partitions].map(({ ordinal, key }, i): Output | FailedOutput => {
        const each = done[i]!;
        if (each.status === "failed") return { partition: ordinal, error: each.reason };
        const metadata: Metadata = {
          ...Object.fromEntries(counts.map((name) => [name, { type: "number", value: each.counts[name]! }])),
          ...(each.lines !== undefined && { lines: { type: "number", value: each.lines } }),
          ...told?.(key ?? WHOLE),
          built: { type: "text", value: iso(now) },
          ...(each.shared && { evaluation: { type: "text", value: "shared" } }),
        };
        const final = filePath(table, key);
        const file = staged[i];
        if (file === undefined) {
          const absent = [{ final, absent: true as const }];
          return { partition: ordinal, dataVersion: examiner.empty, rows: 0, metadata, staged: absent };
        }
        const found = remaining.next().value!;
        if ("reason" in found) return { partition: ordinal, error: found.reason };
        const written = { size: file.size, hash: file.hash };
        return {
          partition: ordinal,
          dataVersion: found.facts.dataVersion,
          rows: each.rows,
          metadata,
          staged: [{ final, temporary: file.path, written }],
        };
      });
    },
  });
}

function stagedFile(each: Transformed, path: string): ExaminedFile | undefined {
  if (each.status === "failed" || each.written === undefined) return undefined;
  return { path, ...each.written, staged: true };
}
