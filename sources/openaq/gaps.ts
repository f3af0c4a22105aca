import { z } from "zod";
import { DAY, type Instant } from "../../core/instant.ts";
import type { KeyValue } from "../../core/ports/key_value.ts";
import { merged, type TimeRange, without } from "./ranges.ts";

/** The hours that a sensor owes, because it failed when they were asked. */
export interface Gap {
  readonly sensor: number;
  readonly ranges: readonly TimeRange[];
  /** What it last failed with. */
  readonly message: string;
  /** When it was set aside. */
  readonly since: Instant;
  /** When it was last asked, to see whether it answers again. */
  readonly probed: Instant;
  /** Whether it answers again, so that the ranges are to be asked again. */
  readonly recovered: boolean;
}

const PREFIX = "openaq/gaps/";
const INSTANT = z.number();
const KEPT = z.object({
  ranges: z.array(z.tuple([INSTANT, INSTANT])),
  message: z.string(),
  since: INSTANT,
  probed: INSTANT,
  recovered: z.boolean(),
});

/** All gaps, by sensor: those of sensors set aside, and those that recovered but were not closed yet. */
export async function gaps(kv: KeyValue): Promise<Gap[]> {
  const all = [...await kv.list(PREFIX)].map(([key, { value }]) =>
    gapOf(Number(key.slice(PREFIX.length)), value)
  );
  return all.filter(({ ranges }) => ranges.length > 0).sort((a, b) => a.sensor - b.sensor);
}

/** The gaps of sensors that answer again: their hours are due, and once that is recorded, `closeGap` ends them. */
export async function recovered(kv: KeyValue): Promise<Gap[]> {
  return (await gaps(kv)).filter((gap) => gap.recovered);
}

/** When a sensor that is set aside is asked again: once a UTC day. */
export function nextProbe({ probed }: Gap): Instant {
  return (Math.floor(probed / DAY) + 1) * DAY;
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
    };
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
    const { message, since, probed, recovered } = gap;
    const ranges = gap.ranges.map(({ from, to }) => [from, to]);
    if (await kv.put(PREFIX + sensor, { ranges, message, since, probed, recovered }, kept?.version ?? 0)) {
      return;
    }
  }
}

function gapOf(sensor: number, value: unknown): Gap {
  const { ranges, ...rest } = KEPT.parse(value);
  return { sensor, ranges: ranges.map(([from, to]) => ({ from, to })), ...rest };
}
