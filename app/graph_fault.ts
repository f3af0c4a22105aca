import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** A place in a module: `file:///graph.ts:3:9`. */
const PLACE = /(file:\/\/[^\s"')]+?):(\d+):(\d+)/;

/** Lines of a stack that are this program's own, and nobody's graph. */
const OWN = ["../core/", "./"].map((folder) => new URL(folder, import.meta.url).href);

/** Why a graph's module cannot be loaded, in one line: where, what was found and what was wanted. */
export function graphFault(path: string, error: unknown): Promise<string> {
  return moduleFault(
    `loading the graph "${path}"`,
    path,
    error,
    'wanted a module that exports "group" or "graph"',
  );
}

/** Why a module cannot be loaded, in one line: the action, where, what was found and what was wanted. */
export async function moduleFault(
  action: string,
  path: string,
  error: unknown,
  wanted: string,
): Promise<string> {
  const { isDirectory } = await Deno.stat(path).catch(() => ({ isDirectory: undefined }));
  if (isDirectory === undefined) return `${action}: found no such file, ${wanted}`;
  if (isDirectory) return `${action}: found a folder, ${wanted}`;
  if (!(error instanceof Error)) return `${action}: it throws ${error}, ${wanted}`;
  const message = stripVTControlCharacters(error.message);
  const place = placeOf(path, message, error.stack);
  const where = place === undefined ? "" : ` (${place})`;
  const [, missing] = /^Module not found "([^"]+)"/.exec(message) ?? [];
  if (missing !== undefined) return `${action}: found no "${local(path, missing)}", which it imports${where}`;
  const [first = ""] = message.replace(PLACE, "").split("\n");
  const found = first.replace(/^SyntaxError: /, "").replace(/\.?\s*(at)?\s*$/, "").trim();
  return `${action}: ${found === "" ? error.name : found}${where}`;
}

/** Where the fault is: as the message has it, else where it was thrown. */
function placeOf(graph: string, message: string, stack = ""): string | undefined {
  for (const line of [message, ...stack.split("\n")]) {
    const [, url, row, column] = PLACE.exec(line) ?? [];
    if (url === undefined || OWN.some((folder) => url.startsWith(folder))) continue;
    return `${local(graph, url)}:${row}:${column}`;
  }
}

/** A module as it is named beside the graph's own. */
function local(graph: string, url: string): string {
  return url.startsWith("file:") ? relative(dirname(graph), fileURLToPath(url)) : url;
}
