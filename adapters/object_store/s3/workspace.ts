import { hash } from "node:crypto";
import { dirname } from "node:path";
import type { Checkout, FileRef, Scratch, Workspace, Written } from "../../../core/mod.ts";
import { each } from "../each.ts";
import { lakePath } from "../paths.ts";
import type { S3Bucket } from "./bucket.ts";
import type { LocalCache } from "./cache.ts";
import { WIDTH } from "./looks.ts";

const [CHECKOUT, SCRATCH] = ["checkout-", "scratch-"];
/** The end of the name of the file beside a folder that says that somebody uses it. */
const SIGN = ".lock";

/** Brings objects of a bucket to a folder of this machine, and what is written there to the bucket. */
export class S3Workspace implements Workspace {
  constructor(readonly bucket: S3Bucket, readonly folder: string, readonly cache: LocalCache) {}

  async checkout(refs: readonly FileRef[]): Promise<Checkout> {
    const checkout = this.#folderOf(CHECKOUT);
    await Deno.mkdir(checkout.path, { recursive: true });
    try {
      await each(refs.filter(({ path }) => !path.startsWith("/")), WIDTH, async (ref) => {
        const local = `${checkout.path}/${lakePath(ref.path)}`;
        await Deno.mkdir(dirname(local), { recursive: true });
        await this.cache.place(ref, local, async () => (await this.bucket.get(ref.path))?.bytes);
      });
    } catch (error) {
      await checkout[Symbol.asyncDispose]();
      throw error;
    }
    return { root: checkout.path, [Symbol.asyncDispose]: () => checkout[Symbol.asyncDispose]() };
  }

  async stage(temporary: string, write: (local: string) => Promise<void>): Promise<Written> {
    await using scratch = this.scratch();
    await Deno.mkdir(scratch.path, { recursive: true });
    const local = `${scratch.path}/staged`;
    await write(local);
    const bytes = await Deno.readFile(local);
    await this.bucket.put(lakePath(temporary), bytes);
    const written = { size: bytes.length, hash: hash("sha256", bytes) };
    await this.cache.take(written, local);
    return written;
  }

  scratch(): Scratch {
    return this.#folderOf(SCRATCH);
  }

  async othersScratch(): Promise<readonly Scratch[]> {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.folder)) names.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names.filter((name) => name.endsWith(SIGN)).map((name) => `${this.folder}/${name}`)
      .filter((sign) => !isHeld(sign)).map((sign) => scratchAt(sign.slice(0, -SIGN.length)));
  }

  /** A folder that is in use for as long as its sign is locked, which a process that is killed does not do. */
  #folderOf(kind: string): Scratch {
    const path = `${this.folder}/${kind}${crypto.randomUUID()}`;
    Deno.mkdirSync(this.folder, { recursive: true });
    const sign = Deno.openSync(path + SIGN, { write: true, createNew: true });
    sign.lockSync(true);
    return scratchAt(path, () => sign.close());
  }
}

function scratchAt(path: string, close: () => void = () => {}): Scratch {
  let isOver = false;
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (isOver) return;
      isOver = true;
      await Deno.remove(path, { recursive: true }).catch(() => {});
      await Deno.remove(path + SIGN).catch(() => {});
      close();
    },
  };
}

function isHeld(sign: string): boolean {
  try {
    using file = Deno.openSync(sign);
    return !file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true; // it is just removed
    throw error;
  }
}
