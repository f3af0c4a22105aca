import { join } from "node:path";
import { type Json, type State, WrongUseError } from "../core/mod.ts";
import { trouble } from "../adapters/sdk/files/trouble.ts";
import type { Sources } from "./source.ts";
import { isThere } from "./state.ts";

/** What a lake holds: data of some sources, each from one origin, for one environment. */
export interface Content {
  /** By name, such as OpenAQ's URL's origin or `simulated:<seed>`; undefined while it is not known. */
  readonly sources: Sources;
  readonly environment: string;
}

export interface Places {
  /** The lake's folder and the state's file, as they are configured. */
  readonly lake: string;
  readonly state: string;
}

/** The lake and the state that are configured cannot be used together, or for what is configured. */
export class LakeError extends WrongUseError {
  override readonly name = "LakeError";
}

/** As the lake's file and the state's value have it; each names the other's id. */
export interface Identity {
  readonly lake: string;
  readonly state: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly environment: string;
}

const FILE = "_airgraph.json";
const KEY = "airgraph/lake";
/** The source of lakes whose graph is a module. */
const MODULE = "module";

/** Makes sure, before a state is made, that the lake has no other already. @throws {LakeError} If it has. */
export async function admitLake({ lake, state }: Places): Promise<void> {
  if (await inLake(lake) !== undefined && !(await isThere(state))) throw otherState({ lake, state });
}

/** The error of a lake whose place is taken by a file, or lies below one. */
export function notAFolder(path: string): LakeError {
  return new LakeError(`opening the lake: found a file at "${path}" or on the way to it, wanted a folder`);
}

function otherState({ lake, state }: Places): LakeError {
  return new LakeError(
    `opening the lake: "${lake}" was made with another state than "${state}", wanted STATE_URL to name that one, ` +
      "or, if it is lost, LAKE_URL to name a new folder",
  );
}

/**
 * Makes sure that the lake and the state belong together and hold what is configured.
 *
 * @returns The sources that the lake holds data of; undefined where nothing says so yet.
 * @throws {LakeError} If they do not.
 */
export async function examineLake(
  state: State,
  places: Places,
  content: Content,
): Promise<Readonly<Record<string, string>> | undefined> {
  const recorded = readIdentity((await state.keyValue.get(KEY))?.value);
  const found = await inLake(places.lake);
  if (recorded === undefined && found === undefined) return undefined;
  if (recorded === undefined) {
    throw otherState(places);
  }
  if (found === undefined) {
    // A state that has done nothing yet was about to make its lake.
    if ((await state.runs(1)).length > 0) {
      throw new LakeError(
        `opening the lake: the state "${places.state}" was made with a lake that is not at "${places.lake}", ` +
          `wanted LAKE_URL to name it, another STATE_URL, or, if only its ${FILE} is lost, "doctor --repair"`,
      );
    }
  } else if (found.lake !== recorded.lake || found.state !== recorded.state) {
    throw new LakeError(
      `opening the lake: "${places.lake}" and the state "${places.state}" do not belong together, ` +
        "wanted the LAKE_URL and STATE_URL of one lake",
    );
  }
  requireContent(recorded, places, content);
  return recorded.sources;
}

/** Lets the lake and the state carry each other's id, sources and environment, as far as they do not yet. */
export async function identifyLake(
  state: State,
  { lake }: Places,
  { sources, environment }: Content,
): Promise<void> {
  const known = Object.entries(sources).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (known.length === 0) return;
  const identity = await record(state, Object.fromEntries(known), environment);
  const found = await inLake(lake);
  if (found !== undefined && known.every(([name]) => found.sources[name] !== undefined)) return;
  await writeIdentity(lake, identity);
}

/** Adds sources to what the state says of its lake. */
async function record(
  { keyValue }: State,
  sources: Readonly<Record<string, string>>,
  environment: string,
): Promise<Identity> {
  for (;;) {
    const kept = await keyValue.get(KEY);
    const known = readIdentity(kept?.value) ??
      { lake: crypto.randomUUID(), state: crypto.randomUUID(), sources: {}, environment };
    if (kept !== undefined && Object.keys(sources).every((name) => known.sources[name] !== undefined)) {
      return known;
    }
    const identity = { ...known, sources: { ...sources, ...known.sources } };
    if (await keyValue.put(KEY, { ...identity }, kept?.version ?? 0)) return identity;
  }
}

/** What the state says of its lake, and what the lake's own mark says to that. */
export async function identityOf(state: State, lake: string): Promise<{
  readonly recorded: Identity | undefined;
  readonly inLake: "same" | "other" | "lost";
}> {
  const recorded = readIdentity((await state.keyValue.get(KEY))?.value);
  const found = await inLake(lake).catch((error) => {
    if (error instanceof LakeError) return undefined;
    throw error;
  });
  const same = found?.lake === recorded?.lake && found?.state === recorded?.state;
  return { recorded, inLake: found === undefined ? "lost" : same ? "same" : "other" };
}

/** Marks the lake, whole or not at all. */
export async function writeIdentity(lake: string, identity: Identity): Promise<void> {
  const temporary = join(lake, `${FILE}.${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(temporary, `${JSON.stringify(identity, null, 2)}\n`);
    await Deno.rename(temporary, join(lake, FILE));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(trouble(`writing "${join(lake, FILE)}"`, lake, error), { cause: error });
  }
}

function requireContent(recorded: Identity, { lake }: Places, { sources, environment }: Content): void {
  for (const [name, source] of Object.entries(sources)) {
    const held = recorded.sources[name];
    if (source === undefined || held === undefined || source === held) continue;
    throw new LakeError(
      `opening the lake: "${lake}" holds data of ${held}, wanted another LAKE_URL for ${source}`,
    );
  }
  requireOneKind(recorded, lake, sources);
  if (environment !== recorded.environment) {
    throw new LakeError(
      `opening the lake: "${lake}" serves PIPELINE_ENV=${recorded.environment}, ` +
        `wanted another LAKE_URL for ${environment}`,
    );
  }
}

/** A lake of a module's graph is no pipeline's. */
function requireOneKind({ sources: held }: Identity, lake: string, sources: Sources): void {
  const [before] = Object.entries(held);
  const [now] = Object.entries(sources);
  if (before === undefined || now === undefined || (before[0] === MODULE) === (now[0] === MODULE)) return;
  throw new LakeError(
    `opening the lake: "${lake}" holds data of ${before[1]}, wanted another LAKE_URL for ${now[1] ?? now[0]}`,
  );
}

async function inLake(lake: string): Promise<Identity | undefined> {
  const path = join(lake, FILE);
  let identity: Identity | undefined;
  try {
    identity = readIdentity(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotADirectory) throw notAFolder(lake);
    if (!(error instanceof SyntaxError || error instanceof Deno.errors.IsADirectory)) throw error;
  }
  if (identity === undefined) {
    throw new LakeError(
      `reading "${path}": found no lake's identity, wanted one: "doctor --repair" writes it anew`,
    );
  }
  return identity;
}

function readIdentity(value: Json | undefined): Identity | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { lake, state, environment, ...rest } = value as Record<string, Json>;
  const sources = sourcesIn(rest);
  const fields = [lake, state, environment, ...Object.values(sources ?? {})];
  if (sources === undefined || !fields.every((field) => typeof field === "string")) return undefined;
  return { lake, state, sources, environment } as Identity;
}

/** Lakes of before 0.3 hold data of one source: OpenAQ's, or a module's. */
function sourcesIn({ sources, source }: Record<string, Json>): Record<string, Json> | undefined {
  if (typeof source === "string") return { [source === "a module" ? MODULE : "openaq"]: source };
  if (typeof sources !== "object" || sources === null || Array.isArray(sources)) return undefined;
  return sources as Record<string, Json>;
}
