import { isAbsolute, join, relative } from "node:path";
import { type Admission, WrongUseError } from "./core/mod.ts";
import { inUrl, isEvery } from "./app/addresses.ts";
import type { EnvFile } from "./app/env_file.ts";
import { masker } from "./app/secrets.ts";
import { isShared } from "./app/state_place.ts";
import type { Checked, Settings } from "./app/settings.ts";
import { type Given, type Name, NAMES, strayVariables } from "./app/variables.ts";

/** The program's configuration, checked. */
export interface Config {
  /** The groups of assets that make the graph. */
  readonly pipelines: readonly string[];
  readonly environment: "dev" | "prod";
  /** The lake's folder, or the URL of its bucket. */
  readonly lake: string;
  /** The lake's bucket, where it is kept in one. */
  readonly bucket: BucketPlace | null;
  /** The state's SQLite file. */
  readonly state: string;
  /** A module that exports the `group` or the `graph` to work on in the place of the pipelines. */
  readonly graph: string | null;
  readonly openaq: {
    /** Null: the built-in simulated stations answer. */
    readonly url: string | null;
    readonly key: string | null;
    readonly countryId: number;
    readonly perMinute: number;
    readonly perHour: number;
    /** In seconds, for one request. */
    readonly timeout: number;
    /** Why it cannot be asked as configured; nobody's concern where no pipeline asks it. */
    readonly faults: readonly string[];
  };
  readonly lookbackDays: number;
  /** Where people and programs ask how the lake is, and for runs. */
  readonly web: {
    /** An address of this machine, or `localhost`. */
    readonly host: string;
    /** 0 takes any that is free. */
    readonly port: number;
    readonly admission: Admission;
  };
  /** Where people are told of what is wrong. */
  readonly alerts: {
    readonly webhook: { readonly url: string; readonly format: "json" | "slack" } | null;
    readonly smtp: { readonly url: string; readonly to: readonly string[] } | null;
    /** The path of a file. */
    readonly file: string | null;
  };
  /** The folder in which the program was called. */
  readonly cwd: string;
  /** A variable of a group, as it is given. */
  readonly given: (name: string) => string | undefined;
  /** Takes every secret out of a text. */
  readonly mask: (text: string) => string;
  /** Faults of settings beside those of these names: in the file an error, in the environment worth a warning. */
  readonly stray: (names?: readonly string[]) => Stray;
}

/** A line for each variable whose name resembles a known one's. */
export interface Stray {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

const OPENAQ_URL = "https://api.openaq.org";

/** A bucket on S3, how it is reached, and the folder of this machine for what is brought here. */
export interface BucketPlace {
  readonly name: string;
  readonly local: string;
  readonly access: {
    readonly endpoint: string | undefined;
    readonly region: string | undefined;
    readonly key:
      | { readonly id: string; readonly secret: string; readonly session: string | undefined }
      | undefined;
  };
}

/** The configuration cannot be used; each fault is one line that names the variable, what was found and what was wanted. */
export class ConfigError extends WrongUseError {
  override readonly name = "ConfigError";

  constructor(readonly faults: readonly string[], options?: ErrorOptions) {
    super(faults.join("\n"), options);
  }
}

/**
 * Reads the configuration from the environment or else a `.env` file in `cwd`; relative paths are below `cwd`.
 *
 * @throws {ConfigError} If anything that is given cannot be meant.
 */
export async function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<Config> {
  const file = await envFile(join(cwd, ".env"));
  const given = pick({ ...file.values, ...pick(env) });
  const mask = masker({ ...file.values, ...env });
  const { settings, openaqFaults } = await check(given, mask, file.faults);
  const real = given.OPENAQ_API_KEY !== undefined;
  return {
    pipelines: pipelinesOf(given.PIPELINES ?? "vietnam"),
    environment: settings.PIPELINE_ENV ?? (given.LAKE_URL?.startsWith("s3:") ? "dev" : "prod"),
    ...placesOf(given, cwd, !real),
    graph: given.GRAPH === undefined ? null : below(cwd, given.GRAPH),
    openaq: {
      url: given.OPENAQ_API_URL ?? (real ? OPENAQ_URL : null),
      key: given.OPENAQ_API_KEY ?? null,
      countryId: settings.OPENAQ_COUNTRY_ID ?? 56,
      perMinute: settings.OPENAQ_RATE_PER_MINUTE ?? 60,
      perHour: settings.OPENAQ_RATE_PER_HOUR ?? 2_000,
      timeout: settings.API_REQUEST_TIMEOUT ?? 30,
      faults: openaqFaults,
    },
    lookbackDays: settings.DEFAULT_LOOKBACK_DAYS ?? 7,
    web: webOf(settings),
    alerts: {
      webhook: given.ALERT_WEBHOOK_URL === undefined
        ? null
        : { url: given.ALERT_WEBHOOK_URL, format: settings.ALERT_WEBHOOK_FORMAT ?? "json" },
      smtp: given.ALERT_SMTP_URL === undefined
        ? null
        : { url: given.ALERT_SMTP_URL, to: settings.ALERT_EMAIL_TO ?? [] },
      file: given.ALERT_FILE === undefined ? null : below(cwd, given.ALERT_FILE),
    },
    cwd,
    given: (name) => env[name]?.trim() || file.values[name]?.trim() || undefined,
    mask,
    stray: (names) => ({
      faults: strayVariables(Object.entries(file.places), names),
      warnings: strayVariables(Object.keys(env).map((name) => [name, "reading the environment"]), names),
    }),
  };
}

function webOf({ WEB_HOST, WEB_PORT, WEB_HOSTS = [], WEB_TOKEN, WEB_READ_TOKEN }: Settings): Config["web"] {
  const host = WEB_HOST ?? "127.0.0.1";
  return {
    host,
    port: WEB_PORT ?? 8_321,
    admission: {
      token: WEB_TOKEN ?? null,
      readToken: WEB_READ_TOKEN ?? null,
      hosts: [...new Set([...isEvery(host) ? [] : [host], ...WEB_HOSTS].map(inUrl))],
      anyAddress: isEvery(host),
    },
  };
}

/** The configuration with the lake of simulated data, or that of real ones, where `LAKE_URL` names none. */
export function withLake(config: Config, simulated: boolean): Config {
  if (config.bucket !== null) return config;
  const [LAKE_URL, STATE_URL] = [config.given("LAKE_URL"), config.given("STATE_URL")];
  const given = { ...(LAKE_URL && { LAKE_URL }), ...(STATE_URL && { STATE_URL }) };
  return { ...config, ...placesOf(given, config.cwd, simulated) };
}

function placesOf(
  given: Given,
  cwd: string,
  simulated: boolean,
): Pick<Config, "lake" | "state" | "bucket"> {
  const { LAKE_URL, STATE_URL } = given;
  const lake = LAKE_URL ?? (simulated ? "./lake-simulated" : "./lake");
  const state = (beside: string) =>
    STATE_URL !== undefined && isShared(STATE_URL) ? STATE_URL : below(cwd, STATE_URL ?? `${beside}.sqlite`);
  const [, name] = /^s3:\/\/([^/]+)\/?$/.exec(lake) ?? [];
  if (name !== undefined) {
    const bucket = { name, local: below(cwd, `./${name}.local`), access: accessOf(given) };
    return { lake: `s3://${name}`, state: state(`./${name}`), bucket };
  }
  const places = { lake: below(cwd, lake), state: state(lake.replace(/[/\\]+$/, "")), bucket: null };
  if (isShared(places.state)) return places;
  const within = relative(places.lake, places.state).split(/[/\\]/);
  // What lies in the lake's own folders may be tidied away.
  if (within[0] === ".." || !within.some((name) => name.startsWith("_"))) return places;
  throw new ConfigError([
    `STATE_URL: found "${STATE_URL}" in what the lake "${lake}" keeps for itself, wanted a file beside the lake`,
  ]);
}

/** What AWS's tools read; keys that are not given here are looked for as those tools do. */
function accessOf(given: Given): BucketPlace["access"] {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = given;
  const key = AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined
    ? { id: AWS_ACCESS_KEY_ID, secret: AWS_SECRET_ACCESS_KEY, session: AWS_SESSION_TOKEN }
    : undefined;
  return { endpoint: AWS_ENDPOINT_URL, region: AWS_REGION, key };
}

function below(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The names of groups, in their order. @throws {ConfigError} */
function pipelinesOf(given: string): string[] {
  const names = given.split(",").map((name) => name.trim()).filter((name) => name);
  const twice = names.filter((name, i) => names.indexOf(name) < i);
  if (names.length === 0) throw new ConfigError([`PIPELINES: found "${given}", wanted names of groups`]);
  if (twice.length > 0) throw new ConfigError([`PIPELINES: found "${twice[0]}" twice, wanted it once`]);
  return names;
}

const PLAIN: readonly Name[] = [
  "LAKE_URL",
  "STATE_URL",
  "GRAPH",
  "PIPELINES",
  "ALERT_FILE",
  "AWS_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];

/**
 * Checks what is given; faults of OpenAQ's settings alone are left to those who ask it. Plain paths and names need no check,
 * and the checker costs more to load than all the rest here: most commands do without.
 *
 * @throws {ConfigError}
 */
async function check(
  given: Given,
  mask: (text: string) => string,
  faults: readonly string[],
): Promise<Omit<Checked, "faults">> {
  const isPlain = (name: Name) => PLAIN.includes(name) && !given[name]!.includes(":");
  if (faults.length === 0 && (Object.keys(given) as Name[]).every(isPlain)) {
    return { settings: {}, openaqFaults: [] };
  }
  const { settingsOf } = await import("./app/settings.ts");
  const checked = settingsOf(given, mask);
  const found = [...faults, ...checked.faults];
  if (found.length > 0) throw new ConfigError([...found, ...checked.openaqFaults]);
  return checked;
}

/** The variables that are this program's and not empty. */
function pick(values: Readonly<Record<string, string | undefined>>): Given {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = values[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
}

async function envFile(path: string): Promise<EnvFile> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { values: {}, faults: [], places: {} };
    const found = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`.env: found a file that cannot be read (${found}), wanted NAME=value lines`]);
  }
  const { readEnvFile } = await import("./app/env_file.ts");
  return readEnvFile(text, ".env");
}
