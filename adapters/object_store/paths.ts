/** A path below a lake, given with slashes. @throws {TypeError} If it does not name something below the lake. */
export function lakePath(path: string): string {
  const outside = path.split("/").some((name) => name === "" || name === "." || name === "..") ||
    path.includes("\0") || path.includes("\\");
  if (outside) throw new TypeError(`opening ${JSON.stringify(path)}: no path below the lake, wanted one`);
  return path;
}

/**
 * Where a version of a file is kept once another stands: `<zone>/_versions/<path below the zone>/<data version>.<suffix>`.
 * The zone is the path's first segment; the suffix is all that follows the first dot of the file's name:
 * `aq_prod/marts/vietnam/measurement_date=2018-01-01/country=Vietnam/part-00000.snappy.parquet` is kept below
 * `aq_prod/_versions/marts/vietnam/measurement_date=2018-01-01/country=Vietnam/`, as `<data version>.snappy.parquet`.
 */
export function keptPath(final: string, dataVersion: string): string {
  const [zone = "", ...below] = final.split("/");
  const name = below.pop() ?? "";
  const dot = name.indexOf(".");
  return [zone, "_versions", ...below, dataVersion + (dot < 0 ? "" : name.slice(dot))].join("/");
}

/** Where versions of files at or below a folder are kept. */
export function keptFolder(folder: string): string {
  const [zone, ...below] = folder.split("/");
  return [zone, "_versions", ...below].join("/");
}

/** The folder of the file that a kept version was of, and its data version; undefined for a path of no such version. */
export function keptOf(path: string): { readonly folder: string; readonly dataVersion: string } | undefined {
  const [zone, versions, ...below] = path.split("/");
  const name = below.pop();
  if (versions !== "_versions" || name === undefined) return undefined;
  return { folder: [zone, ...below].join("/"), dataVersion: name.replace(/\..*$/, "") };
}
