import { LakeError, type Undo } from "../../../core/mod.ts";
import { missingFrom, probe } from "../../sdk/files/place.ts";
import { isClosed, trouble } from "../../sdk/files/trouble.ts";

/**
 * Makes the folder of a lake, where it is not there yet, and makes sure that it can be written.
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

/** The error of a lake whose place is taken by a file, or lies below one. */
export function notAFolder(path: string): LakeError {
  return new LakeError(`opening the lake: found a file at "${path}" or on the way to it, wanted a folder`);
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
