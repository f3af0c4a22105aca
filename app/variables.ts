import leven from "leven";

/** Variables by name, from the environment or from a file. */
export type Given = Readonly<Partial<Record<Name, string>>>;
export type Name = (typeof NAMES)[number];

export const NAMES = [
  "PIPELINES",
  "PIPELINE_ENV",
  "LAKE_URL",
  "STATE_URL",
  "GRAPH",
  "OPENAQ_API_KEY",
  "OPENAQ_API_URL",
  "OPENAQ_COUNTRY_ID",
  "OPENAQ_RATE_PER_MINUTE",
  "OPENAQ_RATE_PER_HOUR",
  "DEFAULT_LOOKBACK_DAYS",
  "API_REQUEST_TIMEOUT",
  "WEB_PORT",
  "WEB_HOST",
  "WEB_HOSTS",
  "WEB_TOKEN",
  "WEB_READ_TOKEN",
  "ALERT_WEBHOOK_URL",
  "ALERT_WEBHOOK_FORMAT",
  "ALERT_SMTP_URL",
  "ALERT_EMAIL_TO",
  "ALERT_FILE",
  "AWS_ENDPOINT_URL",
  "AWS_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
] as const;

/** In longer names so many letters may differ, in others one. */
const LONG = 12;

/** The variable that an unknown name most likely stands for; undefined where it is known, or resembles none. */
export function variableNear(name: string, names: readonly string[] = NAMES): string | undefined {
  if (names.includes(name) || (NAMES as readonly string[]).includes(name)) return undefined;
  const written = plain(name);
  const most = written.length >= LONG ? 2 : 1;
  return names.map((known) => ({ known, text: plain(known) }))
    .filter(({ text }) => Math.abs(text.length - written.length) <= most)
    .find(({ text }) => leven(text, written) <= most)?.known;
}

/** A line for each variable that is given at a place, is not known and resembles one that is. */
export function strayVariables(
  given: Iterable<readonly [name: string, place: string]>,
  names: readonly string[] = NAMES,
): string[] {
  return Array.from(given).flatMap(([name, place]) => {
    const meant = variableNear(name, names);
    return meant === undefined ? [] : [`${place}: found the variable ${name}, did you mean ${meant}?`];
  });
}

/** People disagree on underscores and on case. */
function plain(name: string): string {
  return name.replaceAll("_", "").toUpperCase();
}
