import type { SqliteOptions } from "../open.ts";
import type { ToldError } from "./errors.ts";

/** How a state is opened in a thread: what can be said in a message. */
export type ThreadOptions = Pick<SqliteOptions, "path" | "few" | "patience" | "look">;

/** What the thread of a state is asked; each question but the last has a number, which its answer bears. */
export type Question =
  | { readonly kind: "open"; readonly id: number; readonly options: ThreadOptions }
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  /** Follows from now on, under the number of the question. */
  | { readonly kind: "watch"; readonly id: number; readonly closely: boolean }
  /** The next number of what is followed; undefined at its end. */
  | { readonly kind: "next"; readonly id: number; readonly of: number }
  | { readonly kind: "end"; readonly of: number };

/** What it says. */
export type Answer =
  /** It listens from now on. */
  | { readonly say: "ready" }
  | { readonly say: "answer"; readonly id: number; readonly value: unknown }
  | { readonly say: "failure"; readonly id: number; readonly error: ToldError }
  /** A line for people. */
  | { readonly say: "line"; readonly line: string }
  /** It cannot go on. */
  | { readonly say: "broken"; readonly message: string };
