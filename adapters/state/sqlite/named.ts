import { StateError } from "../../../core/mod.ts";
import { asStateError } from "./database.ts";

/**
 * The same, but that its promises say which file is damaged where they cannot read back what was written: SQLite keeps no
 * checksums of what it holds.
 */
export function named<Port extends object>(port: Port, path: string): Port {
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value === "object" && value !== null) return named(value, path);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const answer: unknown = value.apply(target, args);
        if (!(answer instanceof Promise)) return answer;
        return answer.catch((error) => {
          throw unreadable(path, error);
        });
      };
    },
  });
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof SyntaxError || isOfSchema(error))) return asStateError(path, error);
  const found = error.message.replace(/\s+/g, " ");
  return new StateError(
    `reading the state: ${JSON.stringify(path)} is damaged (${found}), wanted a whole file`,
    {
      cause: error,
    },
  );
}

function isOfSchema(error: unknown): error is Error {
  return error instanceof Error && /^no such (table|column|index)/.test(error.message);
}
