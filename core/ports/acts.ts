import type { Instant } from "../instant.ts";
import type { Json } from "./key_value.ts";

/** What somebody asked for over the web, and what came of it. */
export interface Act {
  readonly at: Instant;
  /** What who asked may do; null of who was not admitted. */
  readonly role: "read" | "operate" | null;
  /** Where who asked was. */
  readonly address: string;
  /** Of what kind it was, such as `cancel`. */
  readonly act: string;
  /** What it was asked for with, such as a run's number. */
  readonly detail: Readonly<Record<string, Json>>;
  readonly outcome: "done" | "refused" | "failed";
  /** In words, why; empty where there is no more to say. */
  readonly message: string;
}

/** An act as it is kept: a later one has a greater number. */
export interface KeptAct extends Act {
  readonly number: number;
}

/** The journal of acts. */
export interface Acts {
  note(act: Act): Promise<void>;
  /** The newest first; with `before`, those with a lesser number. */
  list(page: { readonly limit: number; readonly before?: number }): Promise<readonly KeptAct[]>;
  /** Forgets acts of before an instant, or only counts them. @returns How many. Numbers are never given again. */
  forget(before: Instant, counting?: "only"): Promise<number>;
}
