import type { AnswerFormat } from "../../core/mod.ts";

/** What a process that answers one statement is given, as JSON on its standard input. */
export interface AskedStatement {
  readonly statement: string;
  readonly format: Exclude<AnswerFormat, "table">;
  readonly head: boolean;
  /** In milliseconds. */
  readonly timeout: number;
  /** In bytes, of the whole process. */
  readonly memory: number;
}

/** How it ends where it gave no answer: the line on its standard error says why. */
export const REFUSED = 3;
