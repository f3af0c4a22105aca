import { hash } from "node:crypto";
import { dirname } from "@std/path";
import type { Checkout, FileRef, Scratch, Workspace, Written } from "../../../../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import { refOf } from "./bucket_store.ts";

/** Brings a bucket's objects to a local folder, once for each hash, and what is written there to the bucket. */
export class BucketWorkspace implements Workspace {
  #checkouts = 0;
  #scratches = 0;

  constructor(readonly bucket: Bucket, readonly folder: string) {}

  async checkout(refs: readonly FileRef[]): Promise<Checkout> {
    const root = `${this.folder}/checkouts/${++this.#checkouts}`;
    await Deno.mkdir(root, { recursive: true });
    for (const ref of refs) await this.#place(ref, `${root}/${ref.path}`);
    return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
  }

  async #place(ref: FileRef, local: string): Promise<void> {
    const cached = `${this.folder}/by_hash/${ref.hash}`;
    if (!await isFile(cached)) {
      const found = await this.bucket.get(ref.path);
      if (found === undefined || refOf(ref.path, found.bytes).hash !== ref.hash) return;
      await Deno.mkdir(dirname(cached), { recursive: true });
      await Deno.writeFile(cached, found.bytes);
    }
    await Deno.mkdir(dirname(local), { recursive: true });
    if (!await isFile(local)) await Deno.link(cached, local);
  }

  async stage(temporary: string, write: (local: string) => Promise<void>): Promise<Written> {
    await using scratch = this.scratch();
    await Deno.mkdir(scratch.path, { recursive: true });
    const local = `${scratch.path}/staged`;
    await write(local);
    const bytes = await Deno.readFile(local);
    await this.bucket.put(temporary, bytes);
    return { size: bytes.length, hash: hash("sha256", bytes) };
  }

  scratch(): Scratch {
    const path = `${this.folder}/scratch/${++this.#scratches}`;
    return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
  }

  /** Its folder is nobody else's. */
  othersScratch(): Promise<readonly Scratch[]> {
    return Promise.resolve([]);
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
