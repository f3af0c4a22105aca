import { type AnswerFormat, DamageError, type TablePart } from "../../core/mod.ts";

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

/** A longer message is cut, so that the line is read to its end, whatever was written before. */
const LONGEST = 8 * 1024;

/** The one line that says why there is no answer. */
export function lineOf(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ")
    .slice(0, LONGEST);
  if (!(error instanceof DamageError)) return message;
  return JSON.stringify({ message, path: error.path } satisfies Damage);
}

/** The damage that a line tells of; one that was cut, or that something else wrote, tells of it in its own words. */
export function damageIn(line: string): Damage {
  try {
    const { message, path }: Damage = JSON.parse(line);
    if (typeof message === "string") return { message, path };
  } catch {
    // it is no JSON
  }
  return { message: line, path: undefined };
}

/** Writes what is asked, to the end. */
export async function writeAsked(asked: AskedStatement, to: WritableStream<Uint8Array>): Promise<void> {
  await new Response(JSON.stringify(asked)).body!.pipeTo(to);
}

/** Reads what is asked. */
export async function readAsked(from: ReadableStream<Uint8Array>): Promise<AskedStatement> {
  return JSON.parse(await new Response(from as ReadableStream<Uint8Array<ArrayBuffer>>).text());
}
