import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { InputFile } from "../../../core/mod.ts";
import { deviceFault } from "../../sdk/files/place.ts";
import { fileFault, type FileTable, type Unreadable } from "./unreadable.ts";

/** CSV files as a program reads them. */
export interface Unpacked {
  readonly unreadable: readonly Unreadable[];
  /** Where files that were packed are read, by their own paths. */
  readonly paths: ReadonlyMap<string, string>;
  /** How many lines that are not blank the files of each partition have, without their headers, as their bytes tell. */
  readonly lines: ReadonlyMap<string, number>;
}

/**
 * Looks at the bytes of CSV files, counts their lines and unpacks those that are packed (`.gz` by name) into a folder, which
 * is made if there are any; whatever is no regular file is not opened. DuckDB looks at no gzip file's checksum, nor at where it ends, and takes far longer to unpack one.
 */
export async function unpacked(
  tables: readonly FileTable[],
  root: string,
  folder: string,
): Promise<Unpacked> {
  const unpacking = new Unpacking(root, folder);
  const devices = new Set<InputFile>();
  for (const file of tables.flatMap(({ files }) => files)) {
    const reason = deviceFault(root, file.ref.path);
    if (reason === undefined) continue;
    devices.add(file);
    unpacking.unreadable.push({ file, reason });
  }
  const waiting = tables.filter(({ format }) => format === "csv").flatMap(({ files }) => files)
    .filter((file) => !devices.has(file)).values();
  const lane = async () => {
    for (const file of waiting) await unpacking.take(file);
  };
  for (const each of await Promise.allSettled([lane(), lane()])) {
    if (each.status === "rejected") throw each.reason;
  }
  return unpacking;
}

class Unpacking {
  readonly unreadable: Unreadable[] = [];
  readonly paths = new Map<string, string>();
  readonly lines = new Map<string, number>();

  constructor(readonly root: string, readonly folder: string) {}

  async take(file: InputFile): Promise<void> {
    const { path } = file.ref;
    const found = fileFault(this.root, file);
    if ("reason" in found) {
      this.unreadable.push(found);
      return;
    }
    const counter = new LineCounter();
    if (path.endsWith(".gz")) {
      const fault = await this.#unpack(path, found.bytes, counter);
      if (fault !== undefined) {
        this.unreadable.push({ file, reason: `reading "${path}": ${fault}, wanted a whole gzip file` });
        return;
      }
    } else counter.count(found.bytes);
    const partition = file.partition ?? "";
    this.lines.set(partition, (this.lines.get(partition) ?? 0) + Math.max(0, counter.lines - 1));
  }

  /** @returns Why the bytes are no gzip file, if they are none. */
  async #unpack(path: string, bytes: Uint8Array, counter: LineCounter): Promise<string | undefined> {
    await Deno.mkdir(this.folder, { recursive: true });
    const local = `${this.folder}/${this.paths.size}.csv`;
    this.paths.set(path, local);
    const gunzip = createGunzip({ chunkSize: 1 << 20 });
    let fault: string | undefined;
    gunzip.once("error", (error) => fault = error.message);
    try {
      await pipeline(Readable.from([bytes]), gunzip, async (chunks: AsyncIterable<Uint8Array>) => {
        using file = await Deno.open(local, { write: true, create: true });
        for await (const chunk of chunks) {
          counter.count(chunk);
          for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
        }
      });
    } catch (error) {
      if (fault === undefined) throw error;
    }
    return fault;
  }
}

const [LF, CR] = [10, 13];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Counts lines that are not blank, whether LF, CRLF or CR ends them. */
class LineCounter {
  lines = 0;
  #within = false;
  #begun = false;

  count(bytes: Uint8Array): void {
    let at = 0;
    if (!this.#begun && BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte)) at = BYTE_ORDER_MARK.length;
    this.#begun = true;
    let [lines, within] = [this.lines, this.#within];
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === LF || byte === CR) within = false;
      else if (!within) {
        within = true;
        lines++;
      }
    }
    [this.lines, this.#within] = [lines, within];
  }
}
