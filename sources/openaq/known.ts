import { z } from "zod";
import { DAY, HOUR, type Instant, iso, type KeyValue } from "../../core/mod.ts";
import type { LocationsAnswer } from "./client.ts";
import { clipped, type TimeRange } from "./ranges.ts";
import type { Location } from "./schema.ts";
import { hourOf } from "./time.ts";

/** After so long without a row a location counts as silent. */
export const SILENT_FOR = 7 * DAY;

/** A sensor as the locations' list has it; the bounds are its location's. */
export interface Listed {
  readonly location: number;
  readonly name: string | null;
  readonly first: Instant | null;
  readonly last: Instant | null;
}

/** The sensors that were ever listed and are not given up, as the list had them last. */
export interface Known {
  /** When the list was asked for. */
  readonly askedAt: Instant;
  readonly sensors: ReadonlyMap<number, Listed>;
}

const KEY = "openaq/known";
const BOUND = z.number().nullable();
const KEPT = z.object({
  asked_at: z.number(),
  /** Id, name, bounds and sensors. */
  locations: z.array(z.tuple([z.number(), z.string().nullable(), BOUND, BOUND, z.array(z.number())])),
});

/** The list that was noticed last; undefined where none was. */
export async function known(kv: KeyValue): Promise<Known | undefined> {
  const kept = await kv.get(KEY);
  if (kept === undefined) return undefined;
  const { asked_at: askedAt, locations } = KEPT.parse(kept.value);
  const sensors = locations.flatMap(([location, name, first, last, ids]) =>
    ids.map((id) => [id, { location, name, first, last }] as const)
  );
  return { askedAt, sensors: new Map(sensors) };
}

export async function putKnown(kv: KeyValue, { askedAt, sensors }: Known): Promise<void> {
  const byListed = Map.groupBy(
    sensors,
    ([, { location, name, first, last }]) => JSON.stringify([location, name, first, last]),
  );
  const locations = [...byListed].map(([listed, those]) => [...JSON.parse(listed), those.map(([id]) => id)]);
  for (;;) {
    const version = (await kv.get(KEY))?.version ?? 0;
    if (await kv.put(KEY, { asked_at: askedAt, locations }, version)) return;
  }
}

/** The sensors of an answer. */
export function listedIn({ locations }: LocationsAnswer): Map<number, Listed> {
  const instant = (bound: Location["datetimeFirst"]) => bound === null ? null : Date.parse(bound.utc);
  return new Map(locations.flatMap(({ id: location, name, datetimeFirst, datetimeLast, sensors }) => {
    const listed = { location, name, first: instant(datetimeFirst), last: instant(datetimeLast) };
    return sensors.map(({ id }) => [id, listed] as const);
  }));
}

/** Of the hours, those that a sensor may have rows of, by a list of `askedAt`. */
export function mayHave(
  listed: Listed,
  askedAt: Instant,
  hours: readonly TimeRange[],
): readonly TimeRange[] {
  const { first, last } = listed;
  if (first === null && last === null) return [];
  const from = first === null ? 0 : hourOf(first) - HOUR;
  return clipped(hours, { from, to: isSilent(listed, askedAt) ? hourOf(last!) + HOUR : Infinity });
}

/** Hours that a sensor may have rows of by a list, and not by the one before, and why; undefined where there are none. */
export function gained(
  before: Listed | undefined,
  now: Listed,
  { before: askedBefore, now: askedAt }: { readonly before: Instant; readonly now: Instant },
): { readonly hours: readonly TimeRange[]; readonly why: string } | undefined {
  const all = mayHave(now, askedAt, [{ from: 0, to: hourOf(askedAt) + HOUR }]);
  if (all.length === 0) return undefined;
  const since = now.first === null ? "" : `, with rows from ${iso(now.first)} on`;
  if (before === undefined) return { hours: all, why: `is new${since}` };
  if (before.first === null && before.last === null) {
    return { hours: all, why: `reports for the first time${since}` };
  }
  const from = before.first === null || now.first !== null && now.first >= before.first
    ? []
    : clipped(all, { from: 0, to: hourOf(before.first) });
  if (isSilent(before, askedBefore) && (now.last ?? Infinity) > before.last!) {
    const hours = [...from, ...clipped(all, { from: hourOf(before.last!), to: Infinity })];
    return { hours, why: `reports again, silent since ${iso(before.last!)}` };
  }
  return from.length === 0
    ? undefined
    : { hours: from, why: `has earlier rows than were known before ${iso(askedAt)}${since}` };
}

function isSilent({ last }: Listed, askedAt: Instant): boolean {
  return last !== null && last < askedAt - SILENT_FOR;
}
