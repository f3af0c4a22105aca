import {
  CancelledError,
  DeclarationError,
  PassedLeadError,
  RequestError,
  StateError,
  StatePlaceError,
  WrongUseError,
} from "../../../../core/mod.ts";

/** An error as it is told to another thread. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ToldError;
}

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

/** The classes that somebody matches. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  CancelledError,
  DeclarationError,
  PassedLeadError,
  RequestError,
  StateError,
  StatePlaceError,
  WrongUseError,
  RangeError,
  SyntaxError,
  TypeError,
  ...Deno.errors,
};

export function tellError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: tellError(cause) }),
  };
}

/** The error of the same class. */
export function heardError({ name, message, stack, cause }: ToldError): Error {
  const of = Object.hasOwn(CLASSES, name) ? CLASSES[name]! : Error;
  const error = new of(message, cause === undefined ? undefined : { cause: heardError(cause) });
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
