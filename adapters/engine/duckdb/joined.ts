import { gunzipSync } from "node:zlib";
import type { InputFile, Program } from "../../../core/mod.ts";
import { fileFault, type FileTable, type Unreadable } from "./unreadable.ts";

/** A program that reads few plain files for the many packed ones of its tables. */
export interface Joined {
  readonly program: Program;
  /** The files that are not as they were published, or no whole gzip files: the program reads none of them. */
  readonly unreadable: readonly Unreadable[];
  /** The tables whose files were read and found as they were published. */
  readonly read: ReadonlySet<FileTable>;
}

/** What the program reads as it is. */
const NONE = { unreadable: [], read: new Set<FileTable>() };
const PIECE = 1 << 20;
/** Of what a file is unpacked to, at least so many bytes at a time. */
const LEAST_ROOM = 1 << 10;
const LF = 10;

/**
 * Unpacks the packed files of tables of lines of JSON and joins them into a few plain ones, below a folder: opening a file
 * costs DuckDB more than what a raw hour holds. So what was read once is what is hashed and what is parsed. Gzip files in a
 * row are no way to join them: where one ends near the end of what DuckDB has read ahead, it takes the others for none.
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
      const path = `${folder}/${place}-${part}.json`;
      unreadable.push(...append(root, table.files.slice(part * size, (part + 1) * size), path));
      return { ref: { path, size: 0, hash: "" }, partition: null };
    });
    return [name, { ...table, files }];
  });
  return { program: { name: program.name, inputs: Object.fromEntries(inputs) }, unreadable, read };
}

function isJoined({ format, files }: FileTable): boolean {
  return format === "ndjson" && files.some(({ ref: { path } }) => isPacked(path));
}

function isPacked(path: string): boolean {
  return path.endsWith(".gz");
}

/** @returns The files that are not as they were published, or no whole gzip files. */
function append(root: string, files: readonly InputFile[], path: string): Unreadable[] {
  const unreadable: Unreadable[] = [];
  using to = new Lines(path);
  for (const file of files) {
    const found = fileFault(root, file);
    if ("reason" in found) {
      unreadable.push(found);
      continue;
    }
    const plain = isPacked(file.ref.path) ? plainOf(file, found.bytes) : found.bytes;
    if ("reason" in plain) unreadable.push(plain);
    else to.add(plain);
  }
  to.flush();
  return unreadable;
}

function plainOf(file: InputFile, bytes: Uint8Array): Uint8Array | Unreadable {
  try {
    return gunzipSync(bytes, { chunkSize: roomFor(bytes) });
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (code?.startsWith("Z_") !== true) throw error;
    return { file, reason: `reading "${file.ref.path}": ${message}, wanted a whole gzip file` };
  }
}

/** The size of what a gzip file holds, as its end says, and a byte: no more than a guess, as there may be several in a row. */
function roomFor(packed: Uint8Array): number {
  const { buffer, byteOffset, length } = packed;
  const size = length < 4 ? 0 : new DataView(buffer, byteOffset + length - 4).getUint32(0, true);
  return Math.min(Math.max(size + 1, LEAST_ROOM), PIECE);
}

/** A file of lines on its way to the disk, in pieces. */
class Lines implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #piece = new Uint8Array(PIECE);
  #filled = 0;

  constructor(path: string) {
    this.#file = Deno.openSync(path, { write: true, createNew: true });
  }

  /** Adds whole lines; the last one need not end. */
  add(bytes: Uint8Array): void {
    if (this.#filled + bytes.length >= PIECE) this.flush();
    if (bytes.length >= PIECE) this.#write(bytes);
    else {
      this.#piece.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    if (bytes.length > 0 && bytes.at(-1) !== LF) this.#piece[this.#filled++] = LF;
  }

  flush(): void {
    this.#write(this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) written += this.#file.writeSync(bytes.subarray(written));
  }
}
