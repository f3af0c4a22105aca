import fc from "fast-check";
import type { Instant } from "../../../core/instant.ts";

/** Zones whose clocks do what clocks elsewhere do not. */
export const ZONES = [
  "UTC",
  "Asia/Ho_Chi_Minh",
  "Asia/Kolkata", // +05:30
  "Asia/Kathmandu", // +05:45
  "Europe/Berlin",
  "America/St_Johns", // -03:30 and -02:30
  "America/New_York",
  "America/Sao_Paulo", // until 2019 some midnights do not exist
  "America/Havana", // clocks go from 00:00 to 01:00, and from 01:00 to 00:00
  "America/Caracas", // -04:30 until 2016
  "Australia/Lord_Howe", // clocks shift by 30 minutes
  "Asia/Pyongyang", // +08:30 until 2018
  "Africa/Casablanca", // clocks shift around Ramadan
  "Antarctica/Casey", // clocks shift by three hours
  "Pacific/Chatham", // +12:45 and +13:45
  "Pacific/Kiritimati", // +14:00
];

const from = Date.UTC(2016, 0, 2);
const to = Date.UTC(2035, 11, 30);
const transitions = new Map(ZONES.map((zone) => [zone, transitionsOf(zone)] as const));

/** The changes of a zone's clock, 2016 to 2035. */
function transitionsOf(zone: string): Instant[] {
  const found: Instant[] = [];
  let next = at(from, zone).getTimeZoneTransition("next");
  while (next !== null && next.epochMilliseconds < to) {
    found.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition("next");
  }
  return found;
}

export function at(instant: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}

export const zones = fc.constantFrom(...ZONES);

/** Instants of 2016 to 2035, every other one within two days of a change of the zone's clock where it has any. */
export function instants(zone: string): fc.Arbitrary<Instant> {
  const any = fc.integer({ min: from, max: to });
  const changes = transitions.get(zone)!;
  if (changes.length === 0) return any;
  const near = fc.tuple(
    fc.constantFrom(...changes),
    fc.integer({ min: -48 * 60, max: 48 * 60 }),
    fc.constantFrom(-1, 0, 1),
  )
    .map(([change, minutes, more]) => change + minutes * 60_000 + more);
  return fc.oneof(any, near);
}

export const zonedInstants = zones.chain((zone) => fc.tuple(fc.constant(zone), instants(zone)));
