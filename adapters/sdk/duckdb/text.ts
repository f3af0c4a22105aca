/** A string as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL writes it, whatever it holds. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A list of strings as SQL writes it. */
export function list(texts: readonly string[]): string {
  return `[${texts.map(literal).join(", ")}]`;
}

/** The option of `read_json` for these files: of a path with a question mark in it DuckDB does not see how it ends. */
export function packing(paths: readonly string[]): string {
  return `compression = '${paths.every((path) => path.endsWith(".gz")) ? "gzip" : "auto_detect"}'`;
}

/** The path of one file as DuckDB's readers take it, which would look for every file that a pattern fits. */
export function pattern(path: string): string {
  return path.replaceAll(/[*?[]/g, "[$&]");
}
