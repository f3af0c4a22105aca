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

/** The path of one file as DuckDB's readers take it, which would look for every file that a pattern fits. */
export function pattern(path: string): string {
  return path.replaceAll(/[*?[]/g, "[$&]");
}
