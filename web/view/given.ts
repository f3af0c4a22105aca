import { RequestError } from "../../core/mod.ts";

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
