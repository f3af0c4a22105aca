import type { Log } from "../core/mod.ts";

/** All that a command tells beside its answer: on stderr, for people or as data. */
export interface CommandLog extends Log {
  /** Whether a line is an object of JSON, with all that varies in fields of its own; then progress is told here, too. */
  readonly structured: boolean;
  /** Tells what every output says, such as that the data are simulated. */
  note(notice: string): void;
  /** The line that tells an error. */
  line(message: string): string;
  /** Takes secrets out of whatever is told from now on. */
  hide(mask: (text: string) => string): void;
}
