import { dirname, join } from "node:path";
import { isClosed, trouble } from "../adapters/sdk/files/trouble.ts";
import { LakeError, notAFolder } from "./identity.ts";
import { isThere } from "./state.ts";

/** Removes the folders again that were made, as far as nothing is in them. */
export type Undo = () => Promise<void>;

/**
 * Makes the lake's folder, where it is not there yet, and makes sure that it can be written.
 *
 * @throws {LakeError} If it cannot: nothing is left of the attempt.
 */
export async function makeLakeFolder(path: string): Promise<Undo> {
  const missing = await missingFrom(path);
  const undo = async () => {
    for (const folder of missing) await Deno.remove(folder).catch(() => {});
  };
  try {
    await Deno.mkdir(path, { recursive: true });
    await probe(path);
    return undo;
  } catch (error) {
    await undo();
    throw unusable(path, error);
  }
}

/** Makes sure that a folder can be written, or made where it is not there yet; nothing is left of it. @throws {LakeError} */
export async function requireWritable(path: string): Promise<void> {
  const topmost = (await missingFrom(path)).at(-1);
  try {
    await probe(topmost === undefined ? path : dirname(topmost));
  } catch (cause) {
    throw new LakeError(`"${path}" cannot be written, wanted a folder that can be written or made`, {
      cause,
    });
  }
}

/** The folder and those above it that are not there, the deepest first. */
async function missingFrom(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !await isThere(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

async function probe(folder: string): Promise<void> {
  const file = join(folder, `.airgraph-${crypto.randomUUID()}`);
  await Deno.writeTextFile(file, "");
  await Deno.remove(file);
}

function unusable(path: string, error: unknown): Error {
  const { AlreadyExists, NotADirectory, NotFound } = Deno.errors;
  if (error instanceof AlreadyExists || error instanceof NotADirectory) return notAFolder(path);
  if (error instanceof NotFound) {
    return new LakeError(`opening the lake: "${path}" cannot be made, wanted a folder that can be written`);
  }
  const line = trouble("opening the lake", path, error);
  return isClosed(error) ? new LakeError(line, { cause: error }) : new Error(line, { cause: error });
}
