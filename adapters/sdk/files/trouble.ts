const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const CLOSED = new Set(["EROFS", "EACCES", "EPERM"]);

/** In one line, why an action on the lake's files failed: `action: what was found, what was wanted`. */
export function trouble(action: string, root: string, error: unknown): string {
  if (FULL.has(codeOf(error))) {
    return `${action}: no room is left for it in "${root}", wanted a disk that is not full`;
  }
  if (isClosed(error)) return `${action}: "${root}" does not allow it, wanted a folder that can be written`;
  return `${action}: ${error instanceof Error ? error.message : error}`;
}

/** Whether a place may not be written, rather than fails to be. */
export function isClosed(error: unknown): boolean {
  return CLOSED.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
