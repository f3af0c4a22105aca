import { dirname, isAbsolute, join } from "node:path";

/** Where a file is that is named by its path below a folder, or by itself. Neither is tidied: there may be thousands. */
export function below(folder: string, path: string): string {
  return isAbsolute(path) ? path : `${folder}/${path}`;
}

/** Why a path is not even opened: what is there is no regular file, such as a pipe, which might never be read. */
export function deviceFault(root: string, path: string): string | undefined {
  const { isFile = true, isDirectory = false } = statOf(below(root, path)) ?? {};
  return isFile || isDirectory ? undefined : `reading "${path}": found a device, wanted a regular file`;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined; // whoever reads it says why
  }
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
