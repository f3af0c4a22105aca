import type { Context } from "hono";
import { getCookie } from "hono/cookie";

/** The cookie that keeps the language that a viewer chose. */
export const LANGUAGE = "language";

/** The languages of the pages, as their codes. */
export const LANGUAGES = ["en", "vi"] as const;
export type Language = typeof LANGUAGES[number];

/** The words of a page or a part, in every language. */
export type Words<Shape> = Readonly<Record<Language, Shape>>;

/** Declares words; the English ones say which there are. */
export function words<Shape>(en: Shape, vi: NoInfer<Shape>): Words<Shape> {
  return { en, vi };
}

/** A number with its English noun: `1 partition`, `12 partitions`. */
export function plural(count: string, noun: string): string {
  return `${count} ${noun}${count === "1" ? "" : "s"}`;
}

/** The language that the viewer chose, or else the first of those that the browser prefers. */
export function languageIn(context: Context): Language {
  const accepted = context.req.header("accept-language") ?? "";
  const wanted = [
    getCookie(context, LANGUAGE),
    ...accepted.split(",").map((each) => each.trim().slice(0, 2)),
  ];
  return wanted.find((each) => LANGUAGES.some((known) => known === each)) as Language | undefined ?? "en";
}
