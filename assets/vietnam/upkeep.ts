import {
  chunks,
  count,
  type FileRef,
  HOUR,
  hourly,
  type Json,
  keyRange,
  type MaterializationRecord,
  type Ranges,
  rangeText,
  type Seq,
} from "../../core/mod.ts";
import type { Discrepancy, UpkeepContext } from "../group.ts";
import { type AnsweredHour, answersFolder, recordedVersion } from "./raw/answered_hour.ts";
import type { Compared } from "./raw/records_compared.ts";
import { isAllThere, listAnswers } from "./raw/answer_list.ts";
import type { RawHours, RawZone } from "./raw/hour_files.ts";

/** The records as they were when they and the state said the same. */
interface Agreed {
  readonly seq: Seq;
  readonly records: readonly FileRef[];
}

/** Hours looked up at once. */
const AT_ONCE = 10_000;
/** After more events than these the records are read once more. */
const MOST_EVENTS = 200;
const LATER = "the lake has a later answer than the state";
const UNRECORDED = "a record of the lake is gone, and files lie there that the state does not name";

const hours = hourly({ start: "1970-01-01", timeZone: "UTC" });
const agreedKey = (zone: RawZone) => `vietnam/asked/${zone}`;

/** Looks whether the lake's records say what the state does of which hours were asked; changes nothing. */
export async function lookAtAsked(raw: RawHours, context: UpkeepContext): Promise<Discrepancy[]> {
  if (await agree(raw, context)) return [];
  const { compareAnswers } = await import("./raw/records_compared.ts");
  const agreed = await agreedBefore(raw, context);
  const compared = await compareAnswers({ ...raw, ...context, known: agreed?.records ?? [] });
  return discrepancies(raw, compared, agreed, "look");
}

/**
 * Makes the lake's records and the state say the same of which hours were asked: hours that are on no record are
 * recorded anew, and those that were answered later than the state knows are due.
 */
export async function mendAnswers(raw: RawHours, context: UpkeepContext): Promise<Discrepancy[]> {
  if (await agree(raw, context)) return [];
  const { asset, zone } = raw;
  const { state, store, publisher, now } = context;
  const [{ compareAnswers }, { writeAnswers }] = await Promise.all([
    import("./raw/records_compared.ts"),
    import("./raw/answer_records.ts"),
  ]);
  const agreed = await agreedBefore(raw, context);
  const compared = await compareAnswers({ ...raw, ...context, known: agreed?.records ?? [] });
  const { records, seq, lost } = compared;
  const written: FileRef[] = [];
  if (lost.length > 0) {
    const answered: AnsweredHour[] = [];
    for (const range of chunks(lost, AT_ONCE)) {
      answered.push(...(await state.materializations(asset, [range])).map(answeredHourOf));
    }
    written.push(await writeAnswers({ store, publisher }, zone, answered, now));
  }
  await publisher.remove(records.damaged.map(({ ref }) => ref).filter((ref) => isKnown(agreed, ref)));
  const events = dueIn(compared).flatMap(({ ranges, detail }) =>
    ranges.map((range) => ({ kind: "due" as const, asset, at: now, run: null, detail, ...range }))
  );
  if (events.length > 0) await state.commit({ claim: null, events });
  const standing = [...records.read, ...written];
  await agreeOn(raw, context, { seq, records: standing });
  const unknown = records.damaged.map(({ ref }) => ref).filter((ref) => !isKnown(agreed, ref));
  // As long as somebody is at work, a record that is gone is missed once more: hours in work were left out.
  if ((await state.holdings()).length === 0) {
    await listAnswers(store, zone, [...standing, ...unknown].map(({ path }) => path)).catch(() => {});
  }
  return discrepancies(raw, compared, agreed, "mend");
}

/** Folds the records of what was asked, once they say what the state does. */
export async function tidyAnswers(raw: RawHours, context: UpkeepContext): Promise<void> {
  // A publication that was begun and not ended may still be put back, and its record with it.
  if ((await context.state.holdings()).length > 0) return;
  const { store, publisher, now } = context;
  const { foldAnswers } = await import("./raw/answer_records.ts");
  if (await isAllThere(store, raw.zone, await store.list(answersFolder(raw.zone)))) {
    await foldAnswers({ store, publisher }, raw.zone, now);
  }
  await mendAnswers(raw, context);
}

/** Whether nothing has changed since the records and the state said the same. */
async function agree(raw: RawHours, context: UpkeepContext): Promise<boolean> {
  const { state, store, publisher } = context;
  const paths = await store.list(answersFolder(raw.zone));
  const agreed = await agreedBefore(raw, context);
  const { seq = 0, records = [] } = agreed ?? {};
  if (paths.join() !== records.map(({ path }) => path).join()) return false;
  const events = await state.since(seq, MOST_EVENTS + 1);
  const isRecorded = events.some(({ kind, asset }) => kind === "materialized" && asset === raw.asset);
  if (isRecorded || events.length > MOST_EVENTS) return false;
  if (!await isAllThere(store, raw.zone, paths)) return false;
  return (await publisher.intact(records)).every(Boolean);
}

async function agreedBefore({ zone }: RawHours, { state }: UpkeepContext): Promise<Agreed | undefined> {
  return (await state.keyValue.get(agreedKey(zone)))?.value as unknown as Agreed | undefined;
}

/** Two commands that agree at once agree on the same; what neither has seen is compared by the next. */
async function agreeOn(
  { zone }: RawHours,
  { state: { keyValue } }: UpkeepContext,
  { seq, records }: Agreed,
): Promise<void> {
  const before = await keyValue.get(agreedKey(zone));
  const sorted = records.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const value: Json = { seq, records: sorted.map((ref) => ({ ...ref })) };
  await keyValue.put(agreedKey(zone), value, before?.version ?? 0);
}

/** Whether the state has taken in all that a record said, so that nothing is lost with it. */
function isKnown(agreed: Agreed | undefined, { path }: FileRef): boolean {
  return agreed?.records.some((record) => record.path === path) ?? false;
}

function discrepancies(
  { asset }: RawHours,
  compared: Compared,
  agreed: Agreed | undefined,
  act: "look" | "mend",
): Discrepancy[] {
  const { records, lost } = compared;
  // Lakes of before 0.2 have no records.
  const isOlder = agreed === undefined && records.read.length + records.damaged.length === 0;
  const unknown =
    'which hours it speaks of is not known: if the state is a copy from before, "materialize --force" ' +
    "asks them anew; then delete the file";
  const [anew, away] = act === "mend"
    ? ["recorded anew", "taken away"]
    : ["the next materialize records them", "the next materialize takes it away"];
  return [
    ...records.damaged.map(({ ref, problem }) => ({
      asset,
      message: `${problem}: ${isKnown(agreed, ref) ? away : unknown}`,
    })),
    ...lost.length === 0 || isOlder ? [] : [{
      asset,
      message: `found ${textOf(lost)} on no record of the lake, wanted all that were asked: ${anew}`,
    }],
    ...dueIn(compared).map((due) => ({
      asset,
      message: `${due.detail} of ${textOf(due.ranges)}: materialize takes ${
        due.detail === LATER ? "it" : "them"
      } in`,
      due,
    })),
  ];
}

/** What is to be asked again, and why; hours of which no record vouches for the files may need all sensors. */
function dueIn({ ahead, unrecorded }: Compared): NonNullable<Discrepancy["due"]>[] {
  return [{ ranges: ahead, detail: LATER }, { ranges: unrecorded, detail: UNRECORDED }]
    .filter(({ ranges }) => ranges.length > 0);
}

function textOf(ranges: Ranges): string {
  const { from, to } = keyRange(hours, { from: ranges[0]!.from, to: ranges.at(-1)!.to });
  const many = count(ranges);
  return many === 1 ? from! : `${many} hours (${rangeText(from, to)})`;
}

function answeredHourOf(
  { partition, event: { at, dataVersion, payload: { rows, metadata } } }: MaterializationRecord,
): AnsweredHour {
  const silent = metadata.sensors_set_aside?.value;
  return {
    hour: partition * HOUR,
    rows: rows ?? 0,
    version: recordedVersion(dataVersion),
    askedAt: at,
    extractedAt: at,
    setAside: typeof silent === "string" ? silent.split(", ").map(Number) : [],
  };
}
