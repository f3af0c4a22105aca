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
