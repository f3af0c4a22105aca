import { hash } from "node:crypto";
import type { InputFile, InputTable } from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { below } from "../../sdk/files/place.ts";
import { identifier, pattern } from "../../sdk/duckdb/text.ts";
import { inputStatement, type UnpackedPaths } from "./input_table.ts";

/** A file that cannot be read, and why. */
export interface Unreadable {
  readonly file: InputFile;
  readonly reason: string;
}

export type FileTable = Extract<InputTable, { files: readonly InputFile[] }>;

/** The files of the lake's own making that are not as they were published. */
export function altered(root: string, { format, files }: FileTable): Unreadable[] {
  if (format === "csv") return [];
  return files.map((file) => fileFault(root, file)).filter((found) => "reason" in found);
}

/** A file's bytes; or that they are not those that are named. */
export function fileFault(root: string, file: InputFile): { readonly bytes: Uint8Array } | Unreadable {
  const { path, size, hash: wanted } = file.ref;
  const bytes = bytesOf(below(root, path));
  if (bytes?.length !== size) {
    const what = bytes === undefined ? "there is no such file" : `its size is ${bytes.length} bytes`;
    return { file, reason: `reading "${path}": ${what}, wanted ${size} bytes` };
  }
  return hash("sha256", bytes) === wanted
    ? { bytes: bytes! }
    : { file, reason: `reading "${path}": its bytes are others than were published` };
}

/** The files that DuckDB cannot read through, found by halves. */
export async function unreadable(
  root: string,
  table: FileTable,
  session: Session,
  unpacked: UnpackedPaths,
): Promise<Unreadable[]> {
  const search = async (files: readonly InputFile[]): Promise<Unreadable[]> => {
    const reason = await failure(root, { ...table, files }, session, unpacked);
    if (reason === undefined) return [];
    if (files.length === 1) return [{ file: files[0]!, reason }];
    const middle = files.length >> 1;
    return [...await search(files.slice(0, middle)), ...await search(files.slice(middle))];
  };
  return await search(table.files);
}

async function failure(
  root: string,
  table: FileTable,
  session: Session,
  unpacked: UnpackedPaths,
): Promise<string | undefined> {
  const columns = table.columns.map(({ name }) => `count(${identifier(name)})`);
  try {
    await session.run(`SELECT ${columns.join(", ")} FROM (${inputStatement(root, table, unpacked)})`);
  } catch (error) {
    if (!(error instanceof DuckDBError)) throw error;
    const path = table.files[0]!.ref.path;
    const said = table.format === "csv" ? lineFault(error) ?? error.message : error.message;
    const local = unpacked.get(path) ?? below(root, path);
    return `reading "${path}": ${said.replaceAll(pattern(local), path).replaceAll(local, path)}`;
  }
}

/** The fault of a line of a CSV file, without the line; undefined for all other errors. */
function lineFault({ cause }: DuckDBError): string | undefined {
  const message = cause instanceof Error ? cause.message : "";
  const [, line] = /CSV Error on Line: (\d+)/.exec(message) ?? [];
  const [, size] = /Maximum line size of (\d+) bytes exceeded/.exec(message) ?? [];
  if (size !== undefined) return `line ${line} is too long, wanted at most ${size} bytes`;
  return /Invalid unicode/.test(message) ? `line ${line} is no UTF-8, wanted UTF-8` : undefined;
}

function bytesOf(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    const { NotFound, NotADirectory, IsADirectory } = Deno.errors;
    if ([NotFound, NotADirectory, IsADirectory].some((none) => error instanceof none)) return undefined;
    throw error;
  }
}
