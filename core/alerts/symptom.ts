import type { AlertText } from "../ports/alerts.ts";

/** Something that is wrong with a subject now. */
export interface Symptom extends AlertText {
  readonly subject: string;
  /** The source that it most likely comes of: while that is down, nobody is told besides. */
  readonly because?: string;
  /** Whether somebody is at work on all of it: nobody is told unless it goes on for a while. */
  readonly mending?: boolean;
}
