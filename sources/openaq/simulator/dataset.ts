import type { Instant } from "../../../core/mod.ts";
import type { Location } from "../schema.ts";

/** The measurements of a sensor whose averaging period ends in (from, to], as far as they are known at `now`. */
export interface RowsQuestion {
  readonly sensor: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly now: Instant;
  /** Rows left out at the beginning. */
  readonly skip: number;
  readonly limit: number;
}

/** The data behind a simulated OpenAQ. */
export interface Dataset {
  /** The name of its source that it announces, e.g. `simulated:1`; undefined where the data are real. */
  readonly source: string | undefined;
  /** With all of the API's fields. */
  locations(now: Instant): readonly Location[] | Promise<readonly Location[]>;
  /** Each row as JSON text, ascending by the end of its period; none for an unknown sensor. */
  rows(question: RowsQuestion): readonly string[] | Promise<readonly string[]>;
  /** The newest row as JSON text. */
  newest(sensor: number, now: Instant): string | undefined | Promise<string | undefined>;
  /**
   * Changes the value of the row that begins at `start`, as a station would that corrects itself.
   * @returns Whether there is such a row.
   */
  change(sensor: number, start: Instant, value: number | null): boolean | Promise<boolean>;
}
