import type { MiddlewareHandler } from "hono";
import { RequestError } from "../../core/mod.ts";

/** Where who follows a link comes from is told to others than this server. */
const TOLD_TO_OTHERS = /^(utm_.*|fbclid|gclid)$/;
/** Tables say themselves what they can be sorted by. */
const SORTS = /(^|-)sort$/;

/**
 * Refuses a page's address with parameters that it does not have: one that is misspelt would be a filter that filters
 * nothing.
 */
export function takes(...names: readonly string[]): MiddlewareHandler {
  return async ({ req }, next) => {
    const isKnown = (name: string) => names.includes(name) || SORTS.test(name) || TOLD_TO_OTHERS.test(name);
    const unknown = [...new URL(req.url).searchParams.keys()].find((name) => !isKnown(name));
    if (unknown === undefined) return await next();
    const wanted = names.length === 0 ? "none" : `one of ${names.join(", ")}`;
    throw new RequestError(`reading the address: found the parameter "${unknown}", wanted ${wanted}`);
  };
}

/** A value of a page's address; undefined where none is said. @throws {RequestError} If it cannot be meant. */
export function givenIn(
  query: URLSearchParams,
  name: string,
  { isMeant, wanted }: { readonly isMeant: (text: string) => boolean; readonly wanted: string },
): string | undefined {
  const text = query.get(name)?.trim() || undefined;
  if (text === undefined || isMeant(text)) return text;
  throw new RequestError(`reading "${name}": found "${text}", wanted ${wanted}`);
}

/** One of a few words. @throws {RequestError} If it is another. */
export function oneOf<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const isMeant = (text: string) => words.some((word) => word === text);
  return givenIn(query, name, { isMeant, wanted: `one of ${words.join(", ")}` }) as Word | undefined;
}

/** A day. @throws {RequestError} If there is no such day. */
export function dayIn(query: URLSearchParams, name: string): string | undefined {
  const isMeant = (text: string) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
    const day = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  };
  return givenIn(query, name, { isMeant, wanted: "a date, such as 2018-01-31" });
}

/** A whole number from 1 on. @throws {RequestError} If it is none. */
export function numberIn(query: URLSearchParams, name: string): number | undefined {
  const isMeant = (text: string) => /^[1-9]\d{0,14}$/.test(text);
  const text = givenIn(query, name, { isMeant, wanted: "a whole number from 1 on" });
  return text === undefined ? undefined : Number(text);
}

/** A number, from 0 on. @throws {RequestError} If it is none. */
export function countIn(query: URLSearchParams, name: string): number | undefined {
  const text = givenIn(query, name, { isMeant: (text) => /^\d{1,15}$/.test(text), wanted: "a whole number" });
  return text === undefined ? undefined : Number(text);
}

/** Whether something is so; one that is not there is not. @throws {RequestError} If it says neither. */
export function flagIn(query: URLSearchParams, name: string): boolean {
  const said = oneOf(query, name, ["true", "false"]);
  if (said !== undefined || !query.has(name)) return said === "true";
  throw new RequestError(`reading "${name}": found no value, wanted one of true, false`);
}

/** Two days, the first of which lies not behind the last. @throws {RequestError} If it does, or there is no such day. */
export function daysIn(query: URLSearchParams): Readonly<Record<"from" | "to", string | undefined>> {
  const [from, to] = [dayIn(query, "from"), dayIn(query, "to")];
  if (from === undefined || to === undefined || from <= to) return { from, to };
  throw new RequestError(`reading "from": found "${from}", wanted a day up to "to" (${to})`);
}
