import { z } from "zod";
import { DAY, HOUR, type Instant, iso, type KeyValue } from "../../core/mod.ts";
import { merged, type TimeRange, without } from "./ranges.ts";

/** The recorded hours that a sensor owes: it was not asked for them, or failed when it was. */
export interface Gap {
  readonly sensor: number;
  readonly ranges: readonly TimeRange[];
  /** Its last error, or, once it answers again, why it owes hours. */
  readonly message: string;
  /** When it was set aside. */
  readonly since: Instant;
  /** When it was last asked, to see whether it answers again. */
  readonly probed: Instant;
  /** Whether it answers, so that the ranges are to be asked again. */
  readonly recovered: boolean;
  /** When it was first missed among the locations; null while it is there. */
  readonly gone: Instant | null;
  /** The number of the last event when its hours were said to be due; null while they are not. */
  readonly told: number | null;
}

const PREFIX = "openaq/gaps/";
const INSTANT = z.number();
const KEPT = z.object({
  ranges: z.array(z.tuple([INSTANT, INSTANT])),
  message: z.string(),
  since: INSTANT,
  probed: INSTANT,
  recovered: z.boolean(),
  gone: INSTANT.nullable().default(null),
  told: z.number().nullable().default(null),
});

/** All gaps, by sensor: those of sensors set aside or gone, and those that answer but were not closed yet. */
export async function gaps(kv: KeyValue): Promise<Gap[]> {
  const all = [...await kv.list(PREFIX)].map(([key, { value }]) =>
    gapOf(Number(key.slice(PREFIX.length)), value)
  );
  return all.filter(isOpen).sort((a, b) => a.sensor - b.sensor);
}

/** Whether the sensor is neither asked now nor about to be: it is set aside, or gone. */
export function isSilent({ recovered, gone }: Gap): boolean {
  return !recovered || gone !== null;
}

/**
 * When a sensor that is set aside is asked again: at the next full hour, then after about twice as long each time, and at
 * least once each UTC day.
 */
export function nextProbe({ since, probed }: Pick<Gap, "since" | "probed">): Instant {
  const twice = probed + Math.max(0, probed - since);
  return Math.min((Math.floor(twice / HOUR) + 1) * HOUR, (Math.floor(probed / DAY) + 1) * DAY);
}

/** Takes the ranges out of the sensor's gap. */
export async function closeGap(kv: KeyValue, sensor: number, ranges: readonly TimeRange[]): Promise<void> {
  await changeGap(kv, sensor, (gap) => gap && { ...gap, ranges: without(gap.ranges, ranges) });
}

/** Adds the ranges to the sensor's gap; the sensor has failed with the message. */
export async function setAside(
  kv: KeyValue,
  sensor: number,
  ranges: readonly TimeRange[],
  message: string,
  now: Instant,
): Promise<void> {
  await changeGap(kv, sensor, (gap) => {
    const failing = gap !== undefined && gap.ranges.length > 0 && !gap.recovered;
    const since = failing ? gap.since : now;
    return {
      sensor,
      ranges: merged([...gap?.ranges ?? [], ...ranges]),
      message,
      since,
      probed: now,
      recovered: false,
      gone: null,
      told: null,
    };
  });
}

/** Adds hours that a sensor which answers owes, for the reason that the message gives; one that fails goes on failing. */
export async function owe(
  kv: KeyValue,
  sensor: number,
  ranges: readonly TimeRange[],
  message: string,
  now: Instant,
): Promise<void> {
  await changeGap(kv, sensor, (gap) => {
    const failing = gap !== undefined && gap.ranges.length > 0 && !gap.recovered;
    const same = failing ? gap : { sensor, message, since: now, probed: now, recovered: true };
    return { ...same, ranges: merged([...gap?.ranges ?? [], ...ranges]), gone: null, told: null };
  });
}

/**
 * Puts back into the sensor's gap what another process took out of it, or said to be due, before these hours came to
 * stand without the sensor.
 */
export async function stillOwed(kv: KeyValue, sensor: number, ranges: readonly TimeRange[]): Promise<void> {
  await changeGap(kv, sensor, (gap) => {
    if (gap === undefined) return undefined;
    if (gap.told === null && without(ranges, gap.ranges).length === 0) return undefined;
    const recovered = gap.recovered || gap.ranges.length === 0;
    return { ...gap, ranges: merged([...gap.ranges, ...ranges]), recovered, told: null };
  });
}

/**
 * Changes what is kept of a sensor; undefined leaves it as it is. A gap that is closed stays, without ranges: deleting
 * it could take with it what another process has just added.
 */
export async function changeGap(
  kv: KeyValue,
  sensor: number,
  change: (gap: Gap | undefined) => Gap | undefined,
): Promise<void> {
  for (;;) {
    const kept = await kv.get(PREFIX + sensor);
    const gap = change(kept && gapOf(sensor, kept.value));
    if (gap === undefined) return;
    const { sensor: _, ranges: open, ...rest } = gap;
    const ranges = open.map(({ from, to }) => [from, to]);
    if (await kv.put(PREFIX + sensor, { ranges, ...rest }, kept?.version ?? 0)) return;
  }
}

function isOpen({ ranges, gone }: Gap): boolean {
  return ranges.length > 0 || gone !== null;
}

function gapOf(sensor: number, value: unknown): Gap {
  const { ranges, ...rest } = KEPT.parse(value);
  return { sensor, ranges: ranges.map(([from, to]) => ({ from, to })), ...rest };
}

/** The sensors that are set aside, as they go on failing, each with a line. */
export async function failingSensors(
  kv: KeyValue,
): Promise<{ readonly subject: string; readonly message: string }[]> {
  const failing = (await gaps(kv)).filter(({ recovered, gone }) => !recovered && gone === null);
  return failing.map(({ sensor, since, message }) => ({
    subject: String(sensor),
    message: `sensor ${sensor} is set aside since ${iso(since)}: ${message}`,
  }));
}
