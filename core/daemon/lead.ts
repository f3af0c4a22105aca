import type { AssetKey } from "../event.ts";
import { type Milliseconds, SECOND } from "../instant.ts";

/** The names of the leads that those who ask for runs have begin so. */
export const TICKS = "ticks";

/** The lead in what is asked for of the assets of some groups: daemons of the same groups have it by turns. */
export function leadOf(assets: readonly { readonly group: string }[]): string {
  return [TICKS, ...[...new Set(assets.map(({ group }) => group))].sort()].join(" ");
}

/** The groups of a lead. */
export function groupsOf(lead: string): ReadonlySet<string> {
  return new Set(lead.split(" ").slice(1));
}

/** So often who leads gives a sign of life. */
export const BEAT: Milliseconds = 5 * SECOND;
/** Who leads and gives no sign of life for so long has lost the lead to whoever asks for it. */
export const SILENT: Milliseconds = 30 * SECOND;

/** What others are to know of the daemon that leads. */
export interface LeadNote {
  /** How many times as fast as the machine its lake lives. */
  readonly speed: number;
  /** The code that it makes assets with, by the ids of the records. */
  readonly codes: Readonly<Record<AssetKey, number>>;
  /** The names of the schedules and sensors that it has. */
  readonly asks: readonly string[];
}
