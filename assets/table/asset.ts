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
  single,
  sourceFile,
  type Transform,
  type Transformed,
} from "../../core/mod.ts";
import { define, type Resources } from "../resources.ts";
import { type OwnCheck, tableChecks } from "./checks.ts";
import { plainColumns, shownContract } from "./contract.ts";
import { requireFit } from "./declared.ts";
import { type ExaminedFile, TableExaminer } from "./examiner.ts";
import { equals } from "./gate.ts";
import { readersOf, WHOLE } from "./readers.ts";
import { filePath, type Table } from "./table.ts";

/** The latest materializations of each dependency, by name; none of one whose content does not count. */
export type InputMaterializations<Deps> = { readonly [Name in keyof Deps]: readonly Materialization[] };

/** The declaration of a table: an asset's own options, and how a program makes its partitions. */
export interface TableAssetOptions<Partitioning extends PartitionSet, Deps extends Dependencies<Partitioning>>
  extends
    Pick<
      AssetOptions<Resources, Partitioning, Deps>,
      | "key"
      | "description"
      | "owners"
      | "kind"
      | "partitions"
      | "deps"
      | "code"
      | "sources"
      | "batch"
      | "retry"
      | "timeout"
      | "freshness"
      | "automation"
    > {
  /** The contract, and where the files lie. */
  readonly table: Table;
  /** Scans the files; shared by tables of one contract, equal files are scanned once. @default one of its own */
  readonly examiner?: TableExaminer;
  /**
   * The program whose rows are written: `marts/x` is `sql/marts/x.sql`, below the project or, for a graph's module, below
   * the module's folder. It is among the asset's `sources`.
   */
  readonly program: string;
  /**
   * The tables that the program reads, by the names that its statement uses: `tableInput`, `filesInput` or `{
   * columns, rows }`.
   */
  readonly inputs: (materialized: InputMaterializations<Deps>) => Readonly<Record<string, InputTable>>;
  /** The program's column that holds the key of a row's partition; `all` where the asset is not partitioned. */
  readonly partition: string;
  /** For columns of the contract that the program names otherwise: the program's name, by the contract's. */
  readonly answered?: Readonly<Record<string, string>>;
  /** The program's columns by which each file is sorted; they need not be written. @default the contract's `sort` */
  readonly sort?: readonly string[];
  /** The program's boolean column that says which rows are written. @default all are */
  readonly written?: string;
  /**
   * Whether the program may answer rows of partitions that were not asked for, or of none, which are left out: of the
   * neighbours that it reads, say.
   *
   * @default false: such rows fail the partitions that were
   */
  readonly answersOthers?: boolean;
  /** The program's integer columns that are summed into metadata of each partition, and not written. @default none */
  readonly counts?: readonly string[];
  /** Further metadata: from the inputs, a function of a partition's key. */
  readonly facts?: (materialized: InputMaterializations<Deps>) => (key: string) => Metadata;
  /** Checks beside the contract's, by name. */
  readonly checks?: Readonly<Record<string, OwnCheck>>;
  /**
   * A promotion gate: each partition must equal the same one of another table of this contract before it is published. It is
   * that of the dependency `input`, called `told` in messages ("development").
   */
  readonly gate?: { readonly input: string; readonly told: string };
}

/** An asset whose partitions are a table's files. */
export interface TableAsset<Partitioning extends PartitionSet = PartitionSet>
  extends Asset<Resources, Partitioning> {
  readonly table: Table;
}

/**
 * Declares a table: a program makes each partition as one Parquet file, which is published if it keeps the contract. A
 * partition without rows has no file.
 */
export function tableAsset<Partitioning extends PartitionSet, Deps extends Dependencies<Partitioning>>(
  options: TableAssetOptions<Partitioning, Deps>,
): TableAsset<Partitioning> {
  const {
    table,
    program,
    inputs,
    answered,
    sort,
    counts = [],
    written,
    answersOthers,
    facts,
    checks,
    gate,
    ...declared
  } = options;
  const { contract } = table;
  const { key, partitions = single } = options;
  requireFit({
    key,
    table,
    partitions,
    deps: Object.keys(options.deps ?? {}),
    ...(gate && { gate }),
  });
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
    { partitions, inputs: upstream, staging }: Context<Resources, Deps>,
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
      ...(answersOthers !== undefined && { answersOthers }),
      readers: () => readersOf(partitions, upstream, materialized),
      outputs: Array.from(partitions, ({ key }) => ({
        partition: key ?? WHOLE,
        temporary: `${staging}/${key ?? WHOLE}.snappy.parquet`,
      })),
    };
  }

  const statement = sourceFile(`sql/${program}.sql`);
  const asset = define.asset<Partitioning, Deps>({
    kind: "table",
    ...declared,
    sources: [statement, ...(options.sources ?? []).filter(({ path }) => path !== statement.path)],
    pool: "duckdb",
    contract: shownContract(contract),
    checks: [
      tableChecks({ table, examiner, own: checks ?? {} }),
      ...(gate === undefined ? [] : [equals({ contract, ...gate })]),
    ],
    async *takeIn(context) {
      const { tableInLake } = await import("./taken_in.ts");
      yield* tableInLake({ table, examiner, set: options.partitions ?? single }, context);
    },
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
  return { ...asset, table };
}

function stagedFile(each: Transformed, path: string): ExaminedFile | undefined {
  if (each.status === "failed" || each.written === undefined) return undefined;
  return { path, ...each.written, staged: true };
}
