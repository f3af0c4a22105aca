import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Instant, OpenLake, Tables } from "../../core/mod.ts";
import type { CachedRows } from "../cached_rows.ts";
import type { SafetyEnv } from "../safety/options.ts";
import { Format } from "./format.ts";
import { LANGUAGE, type Language, languageIn, type Words } from "./language.ts";

/** How one viewer sees pages: language, zone, and where one is. */
export interface View {
  readonly language: Language;
  readonly format: Format;
  /** The IANA name of the zone in which times are written. */
  readonly zone: string;
  /** The viewer's own zone, as the browser said; undefined before it did. */
  readonly ownZone: string | undefined;
  /** When the page was asked for, by the lake's time. */
  readonly now: Instant;
  /** So much faster than time goes the lake's. */
  readonly speed: number;
  /** The page's address. */
  readonly url: URL;
  /** Lines that head every page, such as that nobody does what is queued. */
  readonly notices: readonly string[];
  /** Whether the viewer may ask for runs. */
  readonly operates: boolean;
  /** The token that forms carry. */
  readonly csrf: string;
  /** Picks the words of the viewer's language. */
  in<Shape>(words: Words<Shape>): Shape;
}

/** What each page is given. */
export interface PageEnv {
  Variables: SafetyEnv["Variables"] & {
    readonly lake: OpenLake;
    readonly lookbackDays: number;
    /** The machine's time, whatever time the lake has. */
    readonly machineNow: Instant;
    /** Both undefined where statements are not answered here. */
    readonly tables: Tables | undefined;
    readonly cached: CachedRows | undefined;
    readonly view: View;
  };
}

/** The cookies that keep a viewer's choices: the language, the zone of times (`utc` or `own`), and the zone's name. */
export const COOKIES = { language: LANGUAGE, zone: "zone", ownZone: "own_zone" } as const;

/** Reads how a viewer sees pages from the request. */
export function viewOf(
  context: Context,
  { now, speed, notices, operates, csrf }: Pick<View, "now" | "speed" | "notices" | "operates" | "csrf">,
): View {
  const language = languageIn(context);
  const ownZone = zoneOf(getCookie(context, COOKIES.ownZone));
  const isOwn = getCookie(context, COOKIES.zone) !== "utc" && ownZone !== undefined;
  const zone = isOwn ? ownZone : "UTC";
  return {
    language,
    format: new Format(language, zone),
    zone,
    ownZone,
    now,
    speed,
    url: new URL(context.req.url),
    notices,
    operates,
    csrf,
    in: (words) => words[language],
  };
}

/** Zones that browsers call by the names that they had before. */
const RENAMED: Readonly<Record<string, string>> = {
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Europe/Kiev": "Europe/Kyiv",
};

/** A zone's name that a browser said; undefined where there is no such zone. */
function zoneOf(name: string | undefined): string | undefined {
  if (name === undefined || name.length > 64) return undefined;
  try {
    const known = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    return RENAMED[known] ?? known;
  } catch {
    return undefined;
  }
}

/** The page's address with other values in its query; undefined takes one out. */
export function link({ url }: View, changes: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return url.pathname + (text === "" ? "" : `?${text}`);
}
