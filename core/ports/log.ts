import type { Json } from "./key_value.ts";

/** How grave an entry of a log is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured logging: a short fixed message, what varies in `fields`. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, Json>>): void;
  info(message: string, fields?: Readonly<Record<string, Json>>): void;
  warn(message: string, fields?: Readonly<Record<string, Json>>): void;
  error(message: string, fields?: Readonly<Record<string, Json>>): void;
}

/** Shows people one line about a subject, such as an asset. */
export type Warn = (subject: string, message: string) => void;
