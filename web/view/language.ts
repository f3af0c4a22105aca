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

/** The language that was chosen, or else the first of those that the browser prefers. @param accepted Of `Accept-Language`. */
export function languageOf(chosen: string | undefined, accepted: string | undefined): Language {
  const wanted = [chosen ?? "", ...(accepted ?? "").split(",").map((each) => each.trim().slice(0, 2))];
  return wanted.find((each) => LANGUAGES.some((known) => known === each)) as Language | undefined ?? "en";
}
