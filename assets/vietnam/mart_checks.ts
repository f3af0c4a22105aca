import type { Audited, Check, CheckAnswer } from "../../core/check.ts";
import type { FileRef } from "../../core/ports/publisher.ts";
import type { Resources } from "../resources.ts";
import { MART } from "./contract.ts";
import { type DayExaminer, type DayFacts, type Examined, isMart } from "./day_facts.ts";
import { dayPath, type MartZone } from "./days.ts";
import { POLLUTANTS } from "./pollutants.ts";

/** What a check finds wrong with a day's file; undefined where nothing is. */
type Judge = (facts: DayFacts, day: Audited) => string | undefined;

const BLOCKING: Readonly<Record<string, Judge>> = {
  path: ({ firstDay, lastDay }, { key }) =>
    firstDay === key && lastDay === key || firstDay === null
      ? undefined
      : `its rows are of ${firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`}, wanted ${key}`,
  unique: ({ duplicates }) =>
    duplicates === 0 ? undefined : `${duplicates} of its rows repeat a location and time, wanted none`,
  keys: ({ nullKeys }) =>
    nullKeys === 0 ? undefined : `${nullKeys} of its rows have no location or no time, wanted none`,
  sorted: ({ unsorted }) =>
    unsorted === 0
      ? undefined
      : `${unsorted} of its rows come before a smaller location and time, wanted none`,
  limits: ({ beyond }) => {
    const [worst] = Object.entries(beyond).filter(([, count]) => count > 0);
    if (worst === undefined) return undefined;
    const [pollutant, count] = worst;
    const most = POLLUTANTS[pollutant as keyof typeof POLLUTANTS];
    return `${count} of its values of ${pollutant} lie outside 0 to ${most} µg/m³, wanted none`;
  },
  rows: ({ rows }, day) => againstRaw(rows, day),
};

/** The largest share of nulls that raises no warning. */
const NULL_SHARE: Readonly<Record<string, number>> = {
  location_name: 0,
  city: 0.5,
  latitude: 0,
  longitude: 0,
  pm25: 0.5,
};

const WARNINGS: Readonly<Record<string, Judge>> = {
  nulls: ({ rows, nulls }) => {
    const over = Object.entries(NULL_SHARE).filter(([name, most]) => nulls[name]! > most * rows);
    if (over.length === 0) return undefined;
    return over.map(([name, most]) =>
      `${name} is null in ${nulls[name]} of ${rows} rows, wanted at most ${100 * most} %`
    ).join("; ");
  },
  newest: ({ rows }, { key, metadata: { built } }) =>
    rows > 0 || !(typeof built?.value === "string" && built.value.startsWith(key!))
      ? undefined
      : "the newest day has no rows, wanted some",
};

const NAMES = ["schema", ...Object.keys(BLOCKING), ...Object.keys(WARNINGS)];

const NO_ROWS: DayFacts = {
  rows: 0,
  dataVersion: "",
  firstDay: null,
  lastDay: null,
  nullKeys: 0,
  duplicates: 0,
  unsorted: 0,
  beyond: {},
  nulls: Object.fromEntries(MART.columns.map(({ name }) => [name, 0])),
};

/** The checks of a mart's days: one scan for a batch, one answer for each check and day. */
export function martChecks(zone: MartZone, examiner: DayExaminer): Check<Resources> {
  return {
    checks: NAMES.map((name) => ({ name, severity: name in WARNINGS ? "warning" : "blocking" })),
    async run({ outputs, resources: { engine }, signal }) {
      const files = outputs.flatMap(({ key, files }) => files.map((file) => stagedOr(zone, key!, file)));
      const examined = await examiner.examine(engine, files, signal);
      const byPath = new Map(files.map(({ path }, i) => [path, examined[i]!]));
      return outputs.flatMap((day) => judge(day, day.files.map(({ path }) => byPath.get(path)!)));
    },
  };
}

function stagedOr(zone: MartZone, day: string, file: FileRef): FileRef & { readonly staged: boolean } {
  return { ...file, staged: file.path !== dayPath(zone, day) };
}

function judge(day: Audited, [examined, ...more]: readonly Examined[]): CheckAnswer[] {
  const { partition } = day;
  const all = (detail: string) => NAMES.map((check) => ({ check, partition, passed: false, detail }));
  if (more.length > 0) return all(`the day has ${1 + more.length} files, wanted one`);
  const answer = (check: string, detail: string | undefined): CheckAnswer =>
    detail === undefined ? { check, partition, passed: true } : { check, partition, passed: false, detail };
  const described = examined && !isMart(examined.described) ? schemaFault(examined.described) : undefined;
  if (examined !== undefined && "reason" in examined) return all(described ?? examined.reason);
  const facts = examined?.facts ?? NO_ROWS;
  return [
    answer("schema", described),
    ...Object.entries({ ...BLOCKING, ...WARNINGS }).map(([name, of]) => answer(name, of(facts, day))),
  ];
}

/** The first column that is not the contract's. */
function schemaFault(described: Examined["described"]): string {
  if (described.status === "failed") return described.reason;
  const text = (column: { name: string; type: string } | undefined) =>
    column === undefined ? "none" : `${column.name} ${column.type}`;
  const length = Math.max(described.columns.length, MART.columns.length);
  const at = Array.from({ length }, (_, i) => i)
    .find((i) => text(described.columns[i]) !== text(MART.columns[i]))!;
  return `its column ${at + 1} is ${text(described.columns[at])}, wanted ${text(MART.columns[at])}`;
}

/** The rows are those that raw's records make, and all of raw's records were read. */
function againstRaw(rows: number, { rows: wanted, metadata: { records, raw_records } }: Audited) {
  if (rows !== wanted) return `it has ${rows} rows, wanted the ${wanted} that raw gives`;
  if (records?.value === raw_records?.value) return undefined;
  return `it was made of ${records?.value} records, wanted the ${raw_records?.value} of its hours`;
}
