import type { Audited, Check, CheckAnswer, Engine, Severity } from "../../core/mod.ts";
import { type Examined, type Facts, schemaFault, type TableExaminer } from "./examiner.ts";
import { pathOf, stagedOr, type Table } from "./table.ts";

/** A fault of several subjects, such as cities. */
export interface FaultBySubject {
  readonly detail: string;
  /** A line for each. */
  readonly subjects: Readonly<Record<string, string>>;
}

/** The fault of a partition by its file's facts, in half a sentence; undefined where there is none. */
export type Judge = (facts: Facts, partition: Audited) => string | FaultBySubject | undefined;

/** A check of a table beside those that its contract gives. */
export interface OwnCheck {
  readonly severity: Severity;
  readonly judge: Judge;
}

/** A table whose partitions are checked. */
export interface TableCheckOptions {
  readonly table: Table;
  readonly examiner: TableExaminer;
  /** Checks beside the contract's, by name; one of the same name takes its place. */
  readonly own?: Readonly<Record<string, OwnCheck>>;
}

/**
 * The checks of a table: `schema`, those of its contract (`path`, `unique`, `keys`, `sorted`, `limits`, `rows`, `nulls`) and
 * its own. A batch is scanned once; each check answers for each partition.
 */
export function tableChecks({ table, examiner, own = {} }: TableCheckOptions): Check<{ engine: Engine }> {
  const checks = { ...contractChecks(table), ...own };
  const names = ["schema", ...Object.keys(checks)];

  function judge(partition: Audited, [examined, ...more]: readonly Examined[]): CheckAnswer[] {
    const answer = (check: string, fault: ReturnType<Judge>): CheckAnswer => ({
      check,
      partition: partition.partition,
      passed: fault === undefined,
      ...(typeof fault === "string" ? { detail: fault } : fault),
    });
    const all = (detail: string) => names.map((check) => answer(check, detail));
    if (more.length > 0) return all(`the partition has ${1 + more.length} files, wanted one`);
    const fault = examined && !examiner.fits(examined.described)
      ? schemaFault(examined.described, table.contract)
      : undefined;
    if (examined !== undefined && "reason" in examined) return all(fault ?? examined.reason);
    const facts = examined?.facts ?? examiner.none;
    return [
      answer("schema", fault),
      ...Object.entries(checks).map(([name, { judge }]) => answer(name, judge(facts, partition))),
    ];
  }

  return {
    checks: names.map((name) => ({ name, severity: checks[name]?.severity ?? "blocking" })),
    async run({ outputs, resources: { engine }, signal }) {
      const files = outputs.flatMap(({ key, files }) => files.map((file) => stagedOr(table, key, file)));
      const examined = await examiner.examine(engine, files, signal);
      const byPath = new Map(files.map(({ path }, i) => [path, examined[i]!]));
      return outputs.flatMap((each) => judge(each, each.files.map(({ path }) => byPath.get(path)!)));
    },
  };
}

/** The checks that a contract gives; those that it says nothing of are left out. */
function contractChecks(table: Table): Record<string, OwnCheck> {
  const { columns, partitionColumns, key, sort = [] } = table.contract;
  const told = partitionColumns.filter(({ of }) => of !== undefined).map(({ name }) => name);
  const never = columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
  const limited = columns.filter(({ limits }) => limits !== undefined);
  const shares = columns.filter(({ nulls = 1 }) => nulls < 1);
  const checks: Record<string, OwnCheck | false> = {
    path: told.length > 0 && {
      severity: "blocking",
      judge: (facts, { key }) => pathFault(facts, told, pathOf(table, key)),
    },
    unique: key !== undefined && blocking(({ duplicates }) => [duplicates, `repeat ${listed(key, "and")}`]),
    keys: never.length > 0 &&
      blocking(({ nullRequired }) => [nullRequired, `have no ${listed(never, "or no")}`]),
    sorted: sort.length > 0 &&
      blocking(({ unsorted }) => [unsorted, `come before a smaller ${listed(sort, "and")}`]),
    limits: limited.length > 0 && {
      severity: "blocking",
      judge({ beyond }) {
        const worst = limited.find(({ name }) => beyond[name]! > 0);
        if (worst === undefined) return undefined;
        const { name, limits: [least, most] = [], unit = "" } = worst;
        return `${beyond[name]} of its values of ${name} lie outside ${
          [least, "to", most, unit].join(" ").trim()
        }, wanted none`;
      },
    },
    rows: {
      severity: "blocking",
      judge: ({ rows }, { rows: wanted }) =>
        rows === wanted ? undefined : `it has ${rows} rows, wanted the ${wanted} that its inputs give`,
    },
    nulls: shares.length > 0 && {
      severity: "warning",
      judge({ rows, nulls: found }) {
        const over = shares.filter(({ name, nulls }) => found[name]! > nulls! * rows);
        if (over.length === 0) return undefined;
        return over.map(({ name, nulls }) =>
          `${name} is null in ${found[name]} of ${rows} rows, wanted at most ${100 * nulls!} %`
        ).join("; ");
      },
    },
  };
  return Object.fromEntries(
    Object.entries(checks).filter((entry): entry is [string, OwnCheck] => entry[1] !== false),
  );
}

/** A blocking check that counts faulty rows. */
function blocking(fault: (facts: Facts) => readonly [rows: number, what: string]): OwnCheck {
  return {
    severity: "blocking",
    judge(facts) {
      const [rows, what] = fault(facts);
      return rows === 0 ? undefined : `${rows} of its rows ${what}, wanted none`;
    },
  };
}

function pathFault(
  { path: found }: Facts,
  told: readonly string[],
  wanted: Readonly<Record<string, string>>,
): string | undefined {
  for (const name of told) {
    const [least, most] = found[name] ?? [wanted[name], wanted[name]];
    if (least === wanted[name] && most === wanted[name]) continue;
    return `its rows are of ${least === most ? least : `${least} to ${most}`}, wanted ${wanted[name]}`;
  }
}

function listed(names: readonly string[], last: string): string {
  return names.join(` ${last} `);
}
