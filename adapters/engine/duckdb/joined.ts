import { gzipSync } from "node:zlib";
import type { InputFile, Program } from "../../../core/mod.ts";
import { fileFault, type FileTable, type Unreadable } from "./unreadable.ts";

/** A program that reads few big files for the many small ones of its tables. */
export interface Joined {
  readonly program: Program;
  /** The files that are not as they were published: the program reads none of them. */
  readonly unreadable: readonly Unreadable[];
  /** The tables whose files were read and found as they were published. */
  readonly read: ReadonlySet<FileTable>;
}

/** What the program reads as it is. */
const NONE = { unreadable: [], read: new Set<FileTable>() };
/** Fewer files are read as they are. */
const FEWEST = 32;
const PIECE = 1 << 20;
/** A gzip file that ends a line, should the one before it not have done so. */
const LINE_END = new Uint8Array(gzipSync("\n"));

/**
 * Joins the many small packed files of tables of lines of JSON into a few, below a folder: opening a file costs DuckDB more
 * than what a raw hour holds. So what was read once is what is hashed and what is parsed. Gzip files in a row are one; where
 * one is not whole, or more than a gzip file, what follows is none to DuckDB, which then fails. What cannot be joined is read as it is.
 */
export function joined(program: Program, root: string, folder: string, parts: number): Joined {
  try {
    return join(program, root, folder, parts);
  } catch (error) {
    // On a full disk, say, the files can still be read as they are.
    if (error instanceof Error && "code" in error) return { program, ...NONE };
    throw error;
  }
}

function join(program: Program, root: string, folder: string, parts: number): Joined {
  const unreadable: Unreadable[] = [];
  const read = new Set<FileTable>();
  const inputs = Object.entries(program.inputs).map(([name, table], place) => {
    if (!("files" in table) || !isJoined(table)) return [name, table];
    read.add(table);
    Deno.mkdirSync(folder, { recursive: true });
    const size = Math.ceil(table.files.length / parts);
    const files = Array.from({ length: Math.ceil(table.files.length / size) }, (_, part): InputFile => {
      const path = `${folder}/${place}-${part}.json.gz`;
      unreadable.push(...append(root, table.files.slice(part * size, (part + 1) * size), path));
      return { ref: { path, size: 0, hash: "" }, partition: null };
    });
    return [name, { ...table, files }];
  });
  return { program: { name: program.name, inputs: Object.fromEntries(inputs) }, unreadable, read };
}

/** An empty file is no gzip file: it would be none in the middle of another, and go unnoticed. */
function isJoined({ format, files }: FileTable): boolean {
  return format === "ndjson" && files.length >= FEWEST &&
    files.every(({ ref: { path, size } }) => path.endsWith(".gz") && size > 0);
}

/** @returns The files that are not as they were published. */
function append(root: string, files: readonly InputFile[], path: string): Unreadable[] {
  const unreadable: Unreadable[] = [];
  using to = Deno.openSync(path, { write: true, createNew: true });
  const piece = new Uint8Array(PIECE);
  let filled = 0;
  const flush = () => {
    writeAll(to, piece.subarray(0, filled));
    filled = 0;
  };
  for (const file of files) {
    const found = fileFault(root, file);
    if ("reason" in found) {
      unreadable.push(found);
      continue;
    }
    for (const bytes of [found.bytes, LINE_END]) {
      if (filled + bytes.length > piece.length) flush();
      if (bytes.length > piece.length) writeAll(to, bytes);
      else {
        piece.set(bytes, filled);
        filled += bytes.length;
      }
    }
  }
  flush();
  return unreadable;
}

function writeAll(to: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}
