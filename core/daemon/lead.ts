import type { AssetKey } from "../event.ts";
import { type Milliseconds, SECOND } from "../instant.ts";

/** The lead that who asks for runs has. */
export const TICKS = "ticks";
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
}
