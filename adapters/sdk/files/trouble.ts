const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const CLOSED = new Set(["EROFS", "EACCES", "EPERM"]);

/** In one line, why an action on the lake's files failed: `action: what was found, what was wanted`. */
export function trouble(action: string, root: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (FULL.has(code)) return `${action}: no room is left for it in "${root}", wanted a disk that is not full`;
  if (CLOSED.has(code)) return `${action}: "${root}" does not allow it, wanted a folder that can be written`;
  return `${action}: ${error instanceof Error ? error.message : error}`;
}
