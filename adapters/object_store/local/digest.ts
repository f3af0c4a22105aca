import type { Written } from "../../../core/mod.ts";

const CHUNK = 1 << 20;

/** The bytes of an open file, from its beginning; big files are read piece by piece. */
export async function digest(file: Deno.FsFile): Promise<Written> {
  const { size } = await file.stat();
  const buffer = new Uint8Array(Math.min(size, CHUNK) + 1);
  const first = await fill(file, buffer);
  if (first < buffer.length) return await digestOf(buffer.subarray(0, first));
  const { createHash } = await crypto();
  const sum = createHash("sha256").update(buffer);
  let total = first;
  for (let read = await fill(file, buffer); read > 0; read = await fill(file, buffer)) {
    sum.update(buffer.subarray(0, read));
    total += read;
  }
  return { size: total, hash: sum.digest("hex") };
}

/** The bytes at a path; undefined where no regular file is, such as a pipe, which might never be opened. */
export async function digestAt(local: string): Promise<Written | undefined> {
  if (!(await Deno.stat(local)).isFile) return undefined;
  using file = await Deno.open(local);
  return await digest(file);
}

/** A file that was just written: a small one is at hand, and no other thread need read it. */
export async function digestOfWritten(local: string): Promise<Written> {
  if (Deno.statSync(local).size <= CHUNK) return await digestOf(Deno.readFileSync(local));
  using file = await Deno.open(local);
  return await digest(file);
}

/** Bytes at hand. */
export async function digestOf(bytes: Uint8Array): Promise<Written> {
  const { hash } = await crypto();
  return { size: bytes.length, hash: hash("sha256", bytes) };
}

/** Fills the buffer as far as the file goes. */
async function fill(file: Deno.FsFile, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const read = await file.read(buffer.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return filled;
}

/** It takes 20 ms to load: a command that measures no file does without. */
const crypto = () => import("node:crypto");
