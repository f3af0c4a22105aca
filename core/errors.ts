/** The program was called, configured or declared in a way that cannot be meant: nothing was done. */
export class WrongUseError extends Error {
  override readonly name: string = "WrongUseError";
}

/** A declaration that cannot be used as it is: one line that names it, what was found and what was wanted. */
export class DeclarationError extends WrongUseError {
  override readonly name = "DeclarationError";
}

/** A request that cannot be meant. */
export class RequestError extends WrongUseError {
  override readonly name = "RequestError";
}

/** The end of a run was asked for by somebody else than who began it. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
}

/** A source did not answer a question; thrown by an asset's code, what it wanted may wait until the source is back. */
export class SourceError extends Error {
  override readonly name: string = "SourceError";

  /** @param isDown Whether no other question would be answered, either. */
  constructor(message: string, readonly isDown: boolean, options?: ErrorOptions) {
    super(message, options);
  }
}

/** A place in a module as stacks have it: `file:///graph.ts:3:9`. */
const PLACE = /((?:file|https?):\/\/[^\s"')]+):(\d+):(\d+)/;
/** How the modules of the engine begin. */
const OWN = new URL("./", import.meta.url).href;

/**
 * Where a mistake of a graph's code was made: `file:///graph.ts:3:9`, the innermost place outside of the engine. Undefined
 * for what code throws on purpose, whose message says enough.
 */
export function mistakeIn(error: unknown): string | undefined {
  const isMistake = error instanceof TypeError || error instanceof ReferenceError ||
    error instanceof RangeError;
  if (!isMistake) return undefined;
  const lines = error.stack?.split("\n") ?? [];
  return lines.map((line) => PLACE.exec(line)?.[0]).find((place) =>
    place !== undefined && !place.startsWith(OWN)
  );
}
