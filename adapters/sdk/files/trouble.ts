/** Not all of them have a code. */
const FULL = /No space left|[Qq]uota exceeded|File too large/;
const CLOSED = new Set(["EROFS", "EACCES", "EPERM"]);

/** In one line, why an action on the lake's files failed: `action: what was found, what was wanted`. */
export function trouble(action: string, root: string, error: unknown): string {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (FULL.test(said)) {
    return `${action}: no room is left for it in "${root}", wanted a disk that is not full`;
  }
  if (isClosed(error)) return `${action}: "${root}" does not allow it, wanted a folder that can be written`;
  if (code === "EISDIR") {
    return `${action}: a folder is in its place below "${root}", wanted a file or nothing`;
  }
  if (code === "EXDEV") {
    return `${action}: "${root}" lies on several file systems, wanted one for all its folders`;
  }
  return `${action}: ${said}`;
}

/** Whether a place may not be written, rather than fails to be. */
export function isClosed(error: unknown): boolean {
  return CLOSED.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

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
