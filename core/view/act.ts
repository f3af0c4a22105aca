import { iso } from "../instant.ts";
import type { Act, KeptAct } from "../ports/acts.ts";

/** What somebody asked for over the web, as JSON. */
export interface ActJson extends Omit<Act, "at"> {
  /** A later one has a greater number: `before` of the next page is the last one's. */
  readonly number: number;
  readonly at: string;
}

/** An act as pages and programs are told of it. */
export function actJson({ at, ...act }: KeptAct): ActJson {
  return { ...act, at: iso(at) };
}
