import { type Instant, type Milliseconds, MINUTE } from "../../core/mod.ts";

/** A sensor that is being asked, by who wants something under that key. */
export interface Asking {
  readonly by: string;
  readonly sensor: number;
  readonly since: Instant;
}

/** How the keys begin under which it is kept that sensors are being asked. */
export const ASKING = "asking/";
const KEY = /^asking\/(.+)\/(\d+)-(\d+)$/;
/** Nobody is believed to ask for longer: it was killed, or waits. */
const MOST: Milliseconds = MINUTE;

/** Where it is kept that a sensor is being asked; the value is empty. */
export function askingKey({ by, sensor, since }: Asking): string {
  return `${ASKING}${by}/${sensor}-${since}`;
}

/** The questions under way, of keys; others, and what has gone on for too long, are passed by. */
export function askingOf(keys: readonly string[], now: Instant): Asking[] {
  return keys.flatMap((key) => {
    const [, by, sensor, since] = KEY.exec(key) ?? [];
    if (by === undefined || Math.abs(now - Number(since)) > MOST) return [];
    return [{ by, sensor: Number(sensor), since: Number(since) }];
  });
}
