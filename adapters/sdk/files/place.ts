import { dirname, isAbsolute, join } from "node:path";

/** Where a file is that is named by its path below a folder, or by itself. Neither is tidied: there may be thousands. */
export function below(folder: string, path: string): string {
  return isAbsolute(path) ? path : `${folder}/${path}`;
}

/** Whether there is anything at a path. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** The folder and those above it that are not there, the deepest first. */
export async function missingFrom(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !await isThere(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

/** Writes a file in a folder, and removes it. */
export async function probe(folder: string): Promise<void> {
  const file = join(folder, `.airgraph-${crypto.randomUUID()}`);
  await Deno.writeTextFile(file, "");
  await Deno.remove(file);
}

/** Makes sure that a folder can be written, or made where it is not there yet; nothing is left of it. */
export async function requireWritable(path: string): Promise<void> {
  const topmost = (await missingFrom(path)).at(-1);
  try {
    await probe(topmost === undefined ? path : dirname(topmost));
  } catch (cause) {
    throw new Error(`"${path}" cannot be written, wanted a folder that can be written or made`, { cause });
  }
}
