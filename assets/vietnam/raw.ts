import {
  type Asset,
  type Check,
  contains,
  type Context,
  DAY,
  eager,
  type FailedOutput,
  type FileRef,
  from,
  HOUR,
  hourly,
  type HourlySet,
  type Input,
  type Instant,
  latest,
  type Metadata,
  type Milliseconds,
  type ObjectStore,
  type OrdinalRange,
  type Outlook,
  type Output,
} from "../../core/mod.ts";
import type { HourRows, HoursGroup } from "../../sources/openaq/question.ts";
import { define, type Resources } from "../resources.ts";
import { shownContract } from "../table/contract.ts";
import { OWNERS, RAW } from "./contract.ts";
import { hourDue } from "./due.ts";
import { knownLocations, latestLocations, locations } from "./locations.ts";
import { type AnsweredHour, recordedVersion, stageAnswers } from "./raw/answered_hour.ts";
import { listFurther } from "./raw/answer_list.ts";
import { filesByFolder, HourError, hourFolder, type RawZone, recordedAt } from "./raw/hour_files.ts";

const hours = hourly({ start: "2016-01-01", timeZone: "UTC" });
/** The hours of a leap year: a request for a sensor reaches no further than a year. */
const YEAR = 8_784;
/** The hours of 41 days: of a sensor that reports by the hour, OpenAQ answers them, and the one after, with one page. */
const PAGE = 984;
/** Hours recorded side by side. */
const AT_ONCE = 24;

type RawContext = Context<Resources, { readonly locations: Input }>;

export interface RawOptions {
  readonly environment: "test" | "prod";
  /** How old an hour becomes before it is asked for the last time. */
  readonly lookback: Milliseconds;
}

/** Every measurement of Vietnam's sensors by the hour in which its averaging period begins, as it was answered. */
export function raw({ environment, lookback }: RawOptions): Asset<Resources, HourlySet> {
  const zone: RawZone = `aq_raw_${environment}`;
  const due = (hour: Instant, askedAt: Instant) =>
    hourDue({ start: hour, end: hour + HOUR }, askedAt, lookback);
  return define.asset({
    key: `vietnam/raw_${environment}`,
    description: "OpenAQ's measurements by hour, as answered",
    owners: OWNERS,
    kind: "raw",
    partitions: hours,
    deps: { locations: from(locations, latest, { mode: "order" }) },
    batch: { most: YEAR, scattered: true, backfill: PAGE },
    pool: "openaq",
    contract: shownContract(RAW),
    checks: [rowsHaveFiles, rowsUsable, filesOwn],
    ...(environment === "test" && { retention: { days: 7 } }),
    // The days that commands mean, and today. Older hours are asked for by whoever wants them, at OpenAQ's pace.
    automation: eager({ lookBack: Math.floor((lookback + DAY) / HOUR) }),
    due: (window, askedAt) => due(window!.start, askedAt),
    async requests({ batches, rows, resources, now, signal }) {
      const answer = await knownLocations(resources, now, signal);
      return resources.openaq.expected(answer, batches.map((ranges) => ranges.map(timeOf)), rows);
    },
    async *takeIn(context) {
      const { rawHoursInLake } = await import("./raw/taken_in.ts");
      yield* rawHoursInLake(zone, context);
    },
    async *materialize(context) {
      const { partitions, inputs, resources: { openaq, store }, log, progress, signal, now, forced } =
        context;
      let asking = false;
      const question = {
        ranges: partitions.ranges.map(timeOf),
        owed: context.marked.map(timeOf),
        recorded: () => recordedAt(store, zone, partitions.ranges.map(timeOf)),
        locations: await latestLocations(inputs.locations, store),
        stillGood: (hour: Instant, askedAt: Instant) => due(hour, askedAt) > now,
        forced,
        told(asked: number, left: number, outlook: Outlook) {
          asking = left > 0;
          if (asking) progress(asked, asked + left, "requests", outlook);
        },
        signal,
      };
      const recorded = new Map(
        (await context.materializations()).map(({ partition, files }) => [partition, files]),
      );
      const known = { recorded, onRecord: await onRecord(store, zone, question.owed.length > 0) };
      let done = 0;
      for await (const group of openaq.hours(question, log)) {
        yield await outputs(context, zone, group, known);
        // Published by now. A list that cannot be written makes no hour wrong: the next command writes it.
        await listFurther(store, zone).catch(() => {});
        done += group.hours.length;
        if (!asking) progress(done, partitions.count, "hours");
      }
      await openaq.tellOwed();
    },
  });
}

/** The state of hours before they are recorded once more. */
interface KnownHours {
  /** By partition, the files that the state names. */
  readonly recorded: ReadonlyMap<number, readonly FileRef[]>;
  /** By hour, what its files hold together by the lake's records. */
  readonly onRecord: ReadonlyMap<Instant, AnsweredHour>;
}

/** Hours that are not asked wholly rely on the files that lie there: whether these are all is seen by their content. */
async function onRecord(
  store: ObjectStore,
  zone: RawZone,
  isRelied: boolean,
): Promise<KnownHours["onRecord"]> {
  if (!isRelied) return new Map();
  const { answeredHours } = await import("./raw/answer_records.ts");
  return new Map((await answeredHours(store, zone)).hours.map((each) => [each.hour, each]));
}

/** The time of a range of hours. */
function timeOf({ from, to }: OrdinalRange): { readonly from: Instant; readonly to: Instant } {
  return { from: hours.window(from).start, to: hours.window(to).end };
}

async function outputs(
  { resources: { openaq, store }, staging, marked }: RawContext,
  zone: RawZone,
  group: HoursGroup,
  known: KnownHours,
): Promise<(Output | FailedOutput)[]> {
  // Packing takes longer to load than commands that only look may take.
  const { recordHour } = await import("./raw/hour_output.ts");
  const files = await filesByFolder(store, zone, group.ranges);
  const gaps = await openaq.silent();
  const asked: AnsweredHour[] = [];
  const { askedAt } = group;

  async function output(answer: HourRows): Promise<Output | FailedOutput> {
    const { hour } = answer;
    const partition = hours.at(hour);
    const folder = hourFolder(zone, hour);
    const there = {
      files: files.get(folder) ?? [],
      recorded: known.recorded.get(partition) ?? [],
      onRecord: known.onRecord.get(hour),
    };
    try {
      const whole = !contains(marked, partition);
      const made = await recordHour({ store, answer, whole, folder, ...there, now: askedAt, staging });
      const setAside = gaps.filter(({ ranges }) => ranges.some(({ from, to }) => from <= hour && hour < to))
        .map(({ sensor }) => sensor);
      asked.push({
        hour,
        rows: made.rows,
        version: recordedVersion(made.dataVersion),
        askedAt,
        extractedAt: askedAt,
        setAside,
      });
      const { strangers, ...output } = made;
      const metadata = {
        ...hourMetadata(answer, setAside),
        ...(strangers.length > 0 && { strangers: { type: "text", value: strangers.join(", ") } as const }),
      };
      return { partition, ...output, metadata, asOf: askedAt };
    } catch (error) {
      if (!(error instanceof HourError)) throw error;
      return { partition, error: error.message };
    }
  }

  const made: (Output | FailedOutput)[] = [];
  for (let i = 0; i < group.hours.length; i += AT_ONCE) {
    made.push(...await Promise.all(group.hours.slice(i, i + AT_ONCE).map(output)));
  }
  // With the last of them: once it is in place, the files that it speaks of are.
  const last = made.findLastIndex((each) => "dataVersion" in each);
  if (last < 0) return made;
  const alongside = [await stageAnswers(store, zone, asked, { askedAt, staging })];
  return made.with(last, { ...made[last] as Output, alongside });
}

/** Warnings of rows that an hour leaves out. */
function hourMetadata(
  { setAside: { longPeriod, noPeriod, unusable } }: HourRows,
  sensorsSetAside: readonly number[],
): Metadata {
  return {
    ...(longPeriod > 0 && { long_period: { type: "number", value: longPeriod } }),
    ...(noPeriod > 0 && { no_period: { type: "number", value: noPeriod } }),
    ...(unusable.length > 0 && {
      unusable: { type: "number", value: unusable.length },
      unusable_of: { type: "text", value: [...new Set(unusable)].join(", ") },
    }),
    ...(sensorsSetAside.length > 0 && {
      sensors_set_aside: { type: "text", value: sensorsSetAside.join(", ") },
    }),
  };
}

const rowsHaveFiles: Check<Resources> = {
  checks: [{ name: "rows_have_files", severity: "blocking" }],
  run: ({ outputs }) =>
    Promise.resolve(outputs.map(({ partition, rows, files }) => {
      const passed = (rows === 0) === (files.length === 0);
      const detail = `found ${files.length} files for ${rows} rows, wanted files for rows alone`;
      return { check: "rows_have_files", partition, passed, ...(!passed && { detail }) };
    })),
};

const rowsUsable: Check<Resources> = {
  checks: [{ name: "rows_usable", severity: "warning" }],
  run: ({ outputs }) =>
    Promise.resolve(outputs.map(({ partition, metadata: { unusable, unusable_of: sensors } }) => {
      const passed = unusable === undefined;
      const detail =
        `left out ${unusable?.value} rows of sensor ${sensors?.value}, wanted times and values that can be`;
      return { check: "rows_usable", partition, passed, ...(!passed && { detail }) };
    })),
};

const filesOwn: Check<Resources> = {
  checks: [{ name: "files_own", severity: "warning" }],
  run: ({ outputs }) =>
    Promise.resolve(outputs.map(({ partition, metadata: { strangers } }) => {
      const passed = strangers === undefined;
      const detail =
        `left out "${strangers?.value}" with rows of another hour, wanted it where it belongs, or deleted`;
      return { check: "files_own", partition, passed, ...(!passed && { detail }) };
    })),
};
