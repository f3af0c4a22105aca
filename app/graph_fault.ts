import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** A place in a module: `file:///graph.ts:3:9`. */
const PLACE = /(file:\/\/[^\s"')]+?):(\d+):(\d+)/;

/** Modules that are this program's own, and nobody's graph: of `assets` all but the groups' folders. */
const OWN = ["../core/", "./", "../assets/table/"].map((folder) => new URL(folder, import.meta.url).href);
const ASSETS = new URL("../assets/", import.meta.url).href;

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
  const place = placeOf(dirname(path), message, error.stack);
  const where = place === undefined ? "" : ` (${place})`;
  const [, missing] = /^Module not found "([^"]+)"/.exec(message) ?? [];
  if (missing !== undefined) {
    return `${action}: found no "${local(dirname(path), missing)}", which it imports${where}`;
  }
  const [first = ""] = message.replace(PLACE, "").split("\n");
  const found = first.replace(/^SyntaxError: /, "").replace(/\.?\s*(at)?\s*$/, "").trim();
  return `${action}: ${found === "" ? error.name : found}${where}`;
}

/** The engine's own errors begin with what it was about to do; those of JavaScript, such as of a misspelt name, do not. */
const TOLD = /^(?:declaring|building) /;

/** Why a group's `declare` threw, in one line; of an error of JavaScript with its place, by its path below `folder`. */
export function declarationFault(group: string, folder: string, error: unknown): string | undefined {
  const isMistake = error instanceof TypeError || error instanceof ReferenceError ||
    error instanceof RangeError;
  if (!isMistake || TOLD.test(error.message)) return undefined;
  const place = placeOf(folder, "", error.stack);
  const [message = ""] = stripVTControlCharacters(error.message).split("\n");
  return `declaring the pipeline "${group}": ${message}${place === undefined ? "" : ` (${place})`}`;
}

/** Where the fault is: as the message has it, else where it was thrown. */
function placeOf(folder: string, message: string, stack = ""): string | undefined {
  for (const line of [message, ...stack.split("\n")]) {
    const [, url, row, column] = PLACE.exec(line) ?? [];
    if (url === undefined || isOwn(url)) continue;
    return `${local(folder, url)}:${row}:${column}`;
  }
}

function isOwn(url: string): boolean {
  const isOfAssets = url.startsWith(ASSETS) && !url.slice(ASSETS.length).includes("/");
  return isOfAssets || OWN.some((folder) => url.startsWith(folder));
}

/** A module as it is named below a folder. */
function local(folder: string, url: string): string {
  return url.startsWith("file:") ? relative(folder, fileURLToPath(url)) : url;
}
