import type { Intent } from "../../core/mod.ts";

/** The paths of the files that a publication names: those of the partition, and all that it puts in place or takes away. */
export function placesOf({ event, replacements }: Intent): string[] {
  return [
    ...new Set([
      ...event.payload.files.map(({ path }) => path),
      ...replacements.map(({ final }) => final),
    ]),
  ];
}
