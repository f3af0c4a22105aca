/** The header in which a simulator names its source. */
export const ANNOUNCED = "x-airgraph-source";

/** The source that an answer names itself, as simulators do; undefined where it names none. */
export function announcedIn(headers: Headers): string | undefined {
  return headers.get(ANNOUNCED) ?? undefined;
}

/** Where an answer comes from; undefined for an error's, and for what is no API's, which may be anybody's on the way. */
export function sourceOf({ headers, ok }: Response, origin: string): string | undefined {
  const isAnswer = ok && headers.get("content-type")?.includes("json");
  return announcedIn(headers) ?? (isAnswer ? origin : undefined);
}
