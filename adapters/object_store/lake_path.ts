/** A path below a lake, given with slashes. @throws {TypeError} If it does not name something below the lake. */
export function lakePath(path: string): string {
  const outside = path.split("/").some((name) => name === "" || name === "." || name === "..") ||
    path.includes("\0") || path.includes("\\");
  if (outside) throw new TypeError(`opening ${JSON.stringify(path)}: no path below the lake, wanted one`);
  return path;
}
