import type { AnswerFormat, DamageError, TablePart } from "../../core/mod.ts";

/** What a process that answers one statement is given on its standard input. */
export interface AskedStatement {
  readonly statement: string;
  readonly format: Exclude<AnswerFormat, "table">;
  readonly head: boolean;
  readonly part?: TablePart;
  /** In milliseconds. */
  readonly timeout: number;
  /** In bytes, of the whole process. */
  readonly memory: number;
}

/** How it ends where it gave no answer: the last line on its standard error says why. */
export const REFUSED = 3;
/** The same, where that is for the sake of a file of the lake that is not what was published: a {@linkcode Damage}. */
export const DAMAGED = 4;

/** Damage that it met, as it says it: one line of JSON. */
export type Damage = Pick<DamageError, "message" | "path">;

/** Writes what is asked, to the end. */
export async function writeAsked(asked: AskedStatement, to: WritableStream<Uint8Array>): Promise<void> {
  await new Response(JSON.stringify(asked)).body!.pipeTo(to);
}

/** Reads what is asked. */
export async function readAsked(from: ReadableStream<Uint8Array>): Promise<AskedStatement> {
  return JSON.parse(await new Response(from as ReadableStream<Uint8Array<ArrayBuffer>>).text());
}
