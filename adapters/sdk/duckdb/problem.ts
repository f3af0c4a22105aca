/** DuckDB's message as one line. */
export class DuckDBError extends Error {
  override readonly name = "DuckDBError";
  /** Whether the statement itself is wrong, not what it reads. */
  readonly ofStatement: boolean;

  constructor(message: string, options: { readonly cause: unknown; readonly ofStatement: boolean }) {
    super(message, { cause: options.cause });
    this.ofStatement = options.ofStatement;
  }
}

/** Longer texts are what a file holds, quoted by DuckDB. */
const MOST = 1_000;

/** DuckDB's message without its kind, its hints and the statement that it repeats. */
export function problem(error: unknown): DuckDBError {
  const message = error instanceof Error ? error.message : String(error);
  const [first = message] = message.split(/\n\s*\n|\nLINE \d|\n(?:Try|Possible|Candidate)/);
  const line = first.replaceAll(/\s+/g, " ").trim()
    .replace(/^(?:[A-Z][A-Za-z]+ )+Error: /, "")
    .replace(/[.!]$/, "");
  const ofStatement = /^(?:Binder|Catalog|Parser|Conversion) Error/.test(message);
  const said = /^[A-Z](?![A-Z])/.test(line) ? line.charAt(0).toLowerCase() + line.slice(1) : line;
  const short = said.length <= MOST ? said : `${said.slice(0, MOST)}…`;
  return new DuckDBError(short, { cause: error, ofStatement });
}
