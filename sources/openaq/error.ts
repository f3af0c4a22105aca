import { type Milliseconds, SourceError } from "../../core/mod.ts";

/**
 * The kind of failure: `key` the key was refused; `forbidden` the key may not ask that; `missing` there is no such thing; `invalid` the question was not
 * understood; `too-much` the window was too large to answer in time; `limited` too many requests, even after waiting;
 * `failing` an error or nonsense, again and again; `unreachable` no answer at all; `clock` the server's clock and this
 * machine's are too far apart.
 */
export type Trouble =
  | "key"
  | "forbidden"
  | "missing"
  | "invalid"
  | "too-much"
  | "limited"
  | "failing"
  | "unreachable"
  | "clock";

/** Troubles that are no single question's: no other would be answered, either. */
export const EVERYONES: ReadonlySet<Trouble> = new Set<Trouble>(["key", "limited", "unreachable", "clock"]);

/** A question that OpenAQ did not answer; the message is one line and names the URL. */
export class OpenAQError extends SourceError {
  override readonly name = "OpenAQError";

  /** @param patience How much longer the question may be tried. */
  constructor(readonly trouble: Trouble, message: string, readonly patience: Milliseconds = 0) {
    super(`asking OpenAQ: ${message}`, EVERYONES.has(trouble));
  }
}
