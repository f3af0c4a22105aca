import { join } from "node:path";
import type { FileRef, Folder, FoundFile } from "../../../core/mod.ts";
import { digestAt } from "./digest.ts";
import { isAbsent } from "./lake_folder.ts";

/** A folder of this machine in which others write. */
export class LocalFolder implements Folder {
  /** @param root An absolute path. */
  constructor(readonly root: string) {}

  async list(): Promise<readonly FoundFile[]> {
    const found: FoundFile[] = [];
    try {
      for await (const { name } of Deno.readDir(this.root)) {
        const { isFile, size, mtime, ctime } = await Deno.stat(this.path(name)).catch(gone);
        // Who copies or mends a file may put its time back, but not that at which it was changed.
        const modified = Math.max(mtime?.getTime() ?? 0, ctime?.getTime() ?? 0);
        if (isFile) found.push({ name, size, modified });
      }
    } catch (cause) {
      const what = isAbsent(cause)
        ? `found ${cause instanceof Deno.errors.NotADirectory ? "no folder but a file" : "nothing there"}`
        : cause instanceof Error
        ? cause.message
        : String(cause);
      throw new Error(`listing "${this.root}": ${what}, wanted a folder that can be read`, { cause });
    }
    return found.sort((a, b) => a.name < b.name ? -1 : 1);
  }

  async measure(name: string): Promise<FileRef | undefined> {
    const path = this.path(name);
    try {
      const found = await digestAt(path);
      return found && { path, ...found };
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`reading "${path}": ${what}, wanted a file that can be read`, { cause });
    }
  }

  path(name: string): string {
    return join(this.root, name);
  }
}

/** A listed file may be gone by now, and a link may lead nowhere. */
function gone(error: unknown): Pick<Deno.FileInfo, "isFile" | "size" | "mtime" | "ctime"> {
  if (isAbsent(error)) return { isFile: false, size: 0, mtime: null, ctime: null };
  throw error;
}
