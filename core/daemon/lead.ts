import { type Milliseconds, SECOND } from "../instant.ts";

/** The lead that who asks for runs has. */
export const TICKS = "ticks";
/** So often who leads gives a sign of life. */
export const BEAT: Milliseconds = 5 * SECOND;
/** Who leads and gives no sign of life for so long has lost the lead to whoever asks for it. */
export const SILENT: Milliseconds = 30 * SECOND;
