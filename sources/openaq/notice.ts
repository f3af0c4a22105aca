import { DAY, type Instant, iso, type KeyValue, type Milliseconds } from "../../core/mod.ts";
import type { LocationsAnswer } from "./client.ts";
import { changeGap, type Gap, gaps, owe } from "./gaps.ts";
import { gained, known, type Listed, listedIn, mayHave, putKnown } from "./known.ts";
import { merged, type TimeRange, without } from "./ranges.ts";

/** A sensor that is not listed for so long is given up: its gap ends, and if it comes back it is a new one. */
export const GIVEN_UP_AFTER: Milliseconds = 30 * DAY;

/**
 * Compares the list of locations with the one before: sensors that are gone owe the hours recorded without them, and
 * those that are back, new or have earlier rows owe what they were not asked.
 *
 * @returns A line for each sensor that is given up.
 */
export async function notice(kv: KeyValue, answer: LocationsAnswer): Promise<string[]> {
  const { askedAt } = answer;
  const now = listedIn(answer);
  const before = await known(kv) ?? { askedAt, sensors: now };
  const open = new Map((await gaps(kv)).map((gap) => [gap.sensor, gap]));
  for (const [sensor, listed] of now) {
    const gap = open.get(sensor);
    if (gap?.gone != null) await welcomeBack(kv, gap);
    const more = gained(before.sensors.get(sensor), listed, { before: before.askedAt, now: askedAt });
    if (more !== undefined) await owe(kv, sensor, more.hours, more.why, askedAt);
  }
  const gone = new Map<number, Listed>();
  const givenUp: string[] = [];
  for (const sensor of new Set([...before.sensors.keys(), ...open.keys()])) {
    if (now.has(sensor)) continue;
    const gap = open.get(sensor);
    const listed = before.sensors.get(sensor);
    const since = gap?.gone ?? askedAt;
    if (since <= askedAt - GIVEN_UP_AFTER) {
      await changeGap(kv, sensor, (gap) => gap && { ...gap, ranges: [], gone: null });
      givenUp.push(givenUpLine(sensor, listed, since, gap?.ranges ?? []));
      continue;
    }
    if (listed !== undefined) gone.set(sensor, listed);
    if (listed === undefined || listed.first !== null || listed.last !== null) {
      await changeGap(kv, sensor, (gap) => missed(gap, sensor, since));
    }
  }
  await putKnown(kv, { askedAt, sensors: new Map([...now, ...gone]) });
  return givenUp;
}

/** The sensors that a history knows of and its list of locations lacks owe its hours, too. */
export async function oweUnlisted(
  kv: KeyValue,
  locations: LocationsAnswer,
  hours: readonly TimeRange[],
): Promise<void> {
  const listed = listedIn(locations);
  const unlisted = (await gaps(kv)).filter(({ sensor }) => !listed.has(sensor));
  if (unlisted.length === 0) return;
  const before = await known(kv);
  for (const { sensor, gone } of unlisted) {
    const last = before?.sensors.get(sensor);
    const lacking = last === undefined ? hours : mayHave(last, gone ?? locations.askedAt, hours);
    await changeGap(kv, sensor, (gap) => {
      if (gap === undefined || without(lacking, gap.ranges).length === 0 && gap.told === null) {
        return undefined;
      }
      return { ...gap, ranges: merged([...gap.ranges, ...lacking]), told: null };
    });
  }
}

function missed(gap: Gap | undefined, sensor: number, since: Instant): Gap | undefined {
  if (gap?.gone === since) return undefined;
  if (gap !== undefined && gap.ranges.length > 0) return { ...gap, gone: since, told: null };
  return { sensor, ranges: [], message: "", since, probed: since, recovered: true, gone: since, told: null };
}

async function welcomeBack(kv: KeyValue, { sensor, gone }: Gap): Promise<void> {
  await changeGap(kv, sensor, (gap) => {
    if (gap === undefined) return undefined;
    const message = gap.recovered ? `is listed again, gone since ${iso(gone!)}` : gap.message;
    return { ...gap, message, gone: null, told: null };
  });
}

function givenUpLine(
  sensor: number,
  listed: Listed | undefined,
  since: Instant,
  ranges: readonly TimeRange[],
): string {
  const of = listed === undefined ? "" : ` of location ${listed.location}`;
  const owed = ranges.map(({ from, to }) => `${iso(from)} to ${iso(to)}`).join(", ");
  return `sensor ${sensor}${of} is given up, not listed since ${iso(since)}` +
    (owed === "" ? "" : `: it owes ${owed} no more`);
}
