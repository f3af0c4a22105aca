import { z } from "zod";
import { isAddress, isLoopback } from "./addresses.ts";
import type { Given, Name } from "./variables.ts";
import { SECRETS } from "./secrets.ts";
import { isShared } from "./state_place.ts";

const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  const wanted = most === Number.MAX_SAFE_INTEGER
    ? `wanted a whole number of ${least} or more`
    : `wanted a whole number of ${least} to ${most}`;
  return z.string().regex(/^\d{1,15}$/, wanted).transform(Number).refine(
    (n) => n >= least && n <= most,
    wanted,
  );
};

const url = z.string().refine(
  (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
  "wanted a URL that begins with http:// or https://",
);

/** What begins as a URL does. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** The name of a bucket as a URL, and nothing below it. */
const BUCKET = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/?$/;

/** The path of a folder, or a bucket. */
const lakeUrl = z.string().superRefine((text, context) => {
  if (!SCHEME.test(text) || BUCKET.test(text)) return;
  const message = text.startsWith("s3:")
    ? 'wanted "s3://" and the name of a bucket alone'
    : "wanted the path of a folder, or s3://bucket";
  context.addIssue({ code: "custom", message });
});

const DATABASE = "postgres://user:password@host:port/database";

/** Whether a text is the URL of one database, as a password with a bare "/" or "%" keeps it from being. */
function isDatabase(text: string): boolean {
  try {
    const { username, password, pathname } = new URL(text);
    [username, password].forEach(decodeURIComponent);
    return /^\/[^/@]+$/.test(pathname);
  } catch {
    return false;
  }
}

/** The path of a file, or a database of PostgreSQL. */
const stateUrl = z.string().superRefine((text, context) => {
  if (!SCHEME.test(text)) return;
  if (isShared(text) && isDatabase(text)) return;
  const message = isShared(text) ? `wanted ${DATABASE}` : `wanted the path of a SQLite file, or ${DATABASE}`;
  context.addIssue({ code: "custom", message });
});

const mailServer = z.string().refine(
  (text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "",
  "wanted a URL that begins with smtp:// or smtps://",
);

const addresses = z.string().transform((text) => text.split(",").map((each) => each.trim())).refine(
  (all) => all.every((each) => /^[^\s@<>]+@[^\s@<>]+$/.test(each)),
  "wanted addresses such as somebody@example.org, with commas between them",
);

/** What is long enough that nobody guesses it, and goes into a header. */
const token = z.string().regex(
  /^[\x21-\x7e]{16,256}$/,
  "wanted 16 to 256 printable characters without spaces",
);

const hostNames = z.string().transform((text) =>
  text.split(",").map((each) => each.trim().toLowerCase().replace(/^\[(.*)\]$/, "$1"))
).refine(
  (all) => all.every((each) => isAddress(each) || /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(each)),
  "wanted names of hosts such as lake.example.org, without ports, with commas between them",
);

const SETTINGS = z.object({
  PIPELINES: z.string(),
  PIPELINE_ENV: z.enum(["dev", "prod"], "wanted dev or prod"),
  LAKE_URL: lakeUrl,
  STATE_URL: stateUrl,
  GRAPH: z.string(),
  OPENAQ_API_KEY: z.string().regex(/^[\x21-\x7e]+$/, "wanted a key of printable characters without spaces"),
  OPENAQ_API_URL: url,
  OPENAQ_COUNTRY_ID: wholeNumber(1),
  OPENAQ_RATE_PER_MINUTE: wholeNumber(1),
  OPENAQ_RATE_PER_HOUR: wholeNumber(1),
  DEFAULT_LOOKBACK_DAYS: wholeNumber(1, 36_600),
  API_REQUEST_TIMEOUT: wholeNumber(1, 86_400),
  WEB_PORT: wholeNumber(0, 65_535),
  WEB_HOST: z.string().refine(
    (text) => text === "localhost" || isAddress(text),
    "wanted an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them",
  ),
  WEB_HOSTS: hostNames,
  WEB_TOKEN: token,
  WEB_READ_TOKEN: token,
  ALERT_WEBHOOK_URL: url,
  ALERT_WEBHOOK_FORMAT: z.enum(["json", "slack"], "wanted json or slack"),
  ALERT_SMTP_URL: mailServer,
  ALERT_EMAIL_TO: addresses,
  ALERT_FILE: z.string().refine((text) => !SCHEME.test(text), "wanted the path of a file"),
  AWS_ENDPOINT_URL: url,
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string(),
}).partial();

export type Settings = z.infer<typeof SETTINGS>;

/** The settings that can be meant, and the faults of the others, secrets masked. */
export interface Checked {
  readonly settings: Settings;
  readonly faults: readonly string[];
  /** Faults of settings that count only where OpenAQ is asked. */
  readonly openaqFaults: readonly string[];
}

export function settingsOf(given: Given, mask: (text: string) => string): Checked {
  const issues = SETTINGS.safeParse(given).error?.issues ?? [];
  const faulty = issues.map(({ path }) => path[0] as Name);
  const faults = issues.map(({ message }, i): [Name, string] => {
    const name = faulty[i]!;
    const found = SECRETS.includes(name) ? '"***"' : withoutLogin(mask(JSON.stringify(given[name])));
    return [name, `${name}: found ${found}, ${message}`];
  });
  if (given.OPENAQ_API_URL !== undefined && given.OPENAQ_API_KEY === undefined) {
    const message = "found none beside OPENAQ_API_URL, wanted the key that it asks for";
    faults.push(["OPENAQ_API_KEY", `OPENAQ_API_KEY: ${message}`]);
  }
  for (const [name, other, wanted] of TOGETHER) {
    if (given[name] === undefined || given[other] !== undefined) continue;
    faults.push([other, `${other}: found none beside ${name}, wanted ${wanted}`]);
  }
  faults.push(...tokenFaults(given, faulty));
  const those = (ofOpenAQ: boolean) => [
    ...new Set(faults.filter(([name]) => isOfOpenAQ(name) === ofOpenAQ).map(([, fault]) => fault)),
  ];
  const good = Object.entries(given).filter(([name]) => !faulty.includes(name as Name));
  return {
    settings: SETTINGS.parse(Object.fromEntries(good)),
    faults: those(false),
    openaqFaults: those(true),
  };
}

/** Settings that say nothing without another. */
const TOGETHER: readonly (readonly [Name, Name, string])[] = [
  ["ALERT_SMTP_URL", "ALERT_EMAIL_TO", "who gets the mails"],
  ["ALERT_EMAIL_TO", "ALERT_SMTP_URL", "the server that takes them, such as smtp://user:password@host:587"],
  ["ALERT_WEBHOOK_FORMAT", "ALERT_WEBHOOK_URL", "where to post to"],
  ["WEB_READ_TOKEN", "WEB_TOKEN", "what those sign in with who may change something"],
];

/** What is wrong with tokens beside an address, and beside each other. */
function tokenFaults(
  { WEB_HOST, WEB_TOKEN, WEB_READ_TOKEN }: Given,
  faulty: readonly Name[],
): [Name, string][] {
  const faults: [Name, string][] = [];
  if (WEB_HOST !== undefined && !faulty.includes("WEB_HOST") && !isLoopback(WEB_HOST) && !WEB_TOKEN) {
    faults.push([
      "WEB_TOKEN",
      `WEB_TOKEN: found none beside WEB_HOST "${WEB_HOST}", which others reach, wanted what they sign in with`,
    ]);
  }
  if (WEB_TOKEN !== undefined && WEB_TOKEN === WEB_READ_TOKEN) {
    faults.push(["WEB_READ_TOKEN", "WEB_READ_TOKEN: found that of WEB_TOKEN, wanted another"]);
  }
  return faults;
}

const isOfOpenAQ = (name: Name) => name.startsWith("OPENAQ_") || name === "API_REQUEST_TIMEOUT";

/** What no URL can be read from may have a password all the same. */
function withoutLogin(text: string): string {
  return text.replace(/:(\/\/)?.*@/, ":$1***@");
}
