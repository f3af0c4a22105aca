import {
  type AssetKey,
  type Commit,
  type Intent,
  type NewEvent,
  normalize,
  type OrdinalRange,
  type Ranges,
  subtract,
} from "../../core/mod.ts";

/**
 * Checks that every event is of the claimed asset and, unless it is a due mark, of partitions that the claim holds;
 * anything else is a fault of the caller's.
 */
export function requireCovered(
  events: readonly NewEvent[],
  claim: { readonly asset: AssetKey; readonly ranges: Ranges },
): void {
  const other = events.find(({ asset }) => asset !== claim.asset);
  if (other !== undefined) {
    throw new Error(`committing: found an event of "${other.asset}", wanted "${claim.asset}" as claimed`);
  }
  const [beyond] = subtract(
    normalize(events.filter(({ kind }) => kind !== "due").map(rangeOf)),
    claim.ranges,
  );
  if (beyond !== undefined) {
    throw new Error(
      `committing: found partitions ${beyond.from} to ${beyond.to} of "${claim.asset}", wanted claimed ones`,
    );
  }
}

/** The events whose partitions a claim must cover: those to commit, and those of the intents. */
export function toBeCovered({ events, intents }: Pick<Commit, "events" | "intents">): NewEvent[] {
  return [...events, ...(intents ?? []).map(({ event }) => event)];
}

function rangeOf(event: NewEvent): OrdinalRange {
  return "partition" in event ? { from: event.partition, to: event.partition } : event;
}

/** The paths of the files that a publication names: those of the partition, and all that it puts in place or takes away. */
export function placesOf({ event, replacements }: Intent): string[] {
  return [
    ...new Set([
      ...event.payload.files.map(({ path }) => path),
      ...replacements.map(({ final }) => final),
    ]),
  ];
}
