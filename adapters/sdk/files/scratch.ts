import { trouble } from "./trouble.ts";

/** Makes a folder for what is needed for a moment; whoever asks removes it. */
export async function scratchFolder(prefix?: string): Promise<string> {
  try {
    return await Deno.makeTempDir(prefix === undefined ? {} : { prefix });
  } catch (error) {
    const place = Deno.env.get("TMPDIR") || "/tmp";
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new Error(`making a temporary folder: "${place}" is no folder, wanted TMPDIR to name one`, {
        cause: error,
      });
    }
    throw new Error(trouble("making a temporary folder", place, error), { cause: error });
  }
}
