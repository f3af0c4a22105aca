import type { Json } from "../ports/key_value.ts";
import type { State } from "../ports/state.ts";
import { LakeError, type LakeStorage } from "../ports/storage.ts";
import { conflictOf, MODULE, type Origins } from "./origins.ts";

/** The data that a lake holds: its sources, each with one origin, and its environment. */
export interface LakeContent {
  readonly sources: Origins;
  /** By source, the setting on which its rows depend beside its origin, such as `COUNTRY=56`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the lake's data tell of these settings, for lakes that were made when their identity did not name them. */
  readonly settingsIn?: (storage: LakeStorage) => Promise<Readonly<Record<string, string>>>;
  readonly environment: string;
}

/** A lake, and the place of its state as it is configured. */
export interface LakePlaces {
  readonly storage: LakeStorage;
  readonly state: string;
}

/** A lake and its state's place, with the lake's mark as it was before the state was opened. */
export interface MarkedLake extends LakePlaces {
  readonly mark: LakeMark | undefined;
}

/** The identity of a lake, as its file and its state have it; each names the other's id. */
export interface LakeIdentity {
  readonly lake: string;
  readonly state: string;
  readonly sources: Readonly<Record<string, string>>;
  /** Of sources that it holds; lakes that were made earlier take them in when they are opened to write. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly environment: string;
  /** In a state alone: the id of the one that it takes over from, whose lake it is until the lake names the new one. */
  readonly after?: string;
}

/** The mark of a lake: its identity, and the version of the document that holds it. */
export interface LakeMark {
  readonly identity: LakeIdentity;
  readonly version: string;
}

const FILE = "_airgraph.json";
const KEY = "airgraph/lake";

/** Another command made the lake first, with a state of its own: this command's state is of no use. */
export class OutpacedError extends LakeError {
  override readonly name = "OutpacedError";
}

/**
 * Reads the lake's mark. Call it before the state is opened: a command that makes the lake writes the state first and the
 * mark second, so that who reads them in the opposite order never misses the state of a mark.
 *
 * @throws {LakeError} If it is damaged.
 */
export async function readMark(places: LakePlaces): Promise<MarkedLake> {
  return { ...places, mark: await markOf(places.storage) };
}

/** Makes sure, where there is no state yet, that the lake has no other already. @throws {LakeError} If it has. */
export function admitLake({ mark, ...places }: MarkedLake, isStateThere: boolean): void {
  if (mark !== undefined && !isStateThere) throw new LakeError(otherState(places));
}

function otherState({ storage, state }: LakePlaces): string {
  return `opening the lake: "${storage.url}" was made with another state than "${state}", wanted STATE_URL to name that ` +
    'one, or, if it is lost, "state restore" with a copy of it, or "state rebuild"';
}

/**
 * Makes sure that the lake and the state belong together and hold what is configured.
 *
 * @returns The sources that the lake holds data of; undefined where nothing says so yet.
 * @throws {LakeError} If they do not.
 */
export async function examineLake(
  state: State,
  { mark, ...places }: MarkedLake,
  content: LakeContent,
): Promise<Readonly<Record<string, string>> | undefined> {
  const recorded = readIdentity((await state.keyValue.get(KEY))?.value);
  if (recorded === undefined && mark === undefined) return undefined;
  if (recorded === undefined) throw new OutpacedError(otherState(places));
  const isUsed = mark === undefined && (await state.runs(1)).length > 0;
  const found = (mark ?? await markOf(places.storage))?.identity;
  if (found === undefined) {
    // A state that has done nothing yet was about to make its lake.
    if (isUsed) {
      throw new LakeError(
        `opening the lake: the state "${places.state}" was made with a lake that is not at "${places.storage.url}", ` +
          `wanted LAKE_URL to name it, another STATE_URL, or, if only its ${FILE} is lost, "doctor --repair"`,
      );
    }
  } else if (!belong(found, recorded)) {
    throw new LakeError(apart(places));
  }
  // A copy of the state from before may say less than the mark.
  for (const each of [recorded, ...found === undefined ? [] : [found]]) {
    await requireContent(each, places.storage, content);
  }
  return recorded.sources;
}

/** Whether a state says whose lake it is; one that gives no answer may. */
export async function isIdentified({ keyValue }: State): Promise<boolean> {
  return await keyValue.get(KEY).then((found) => found !== undefined, () => true);
}

/** Whether a lake's mark and what a state records name each other. */
function belong(mark: LakeIdentity, recorded: LakeIdentity): boolean {
  return mark.lake === recorded.lake && (mark.state === recorded.state || mark.state === recorded.after);
}

function apart({ storage, state }: LakePlaces): string {
  return `opening the lake: "${storage.url}" and the state "${state}" do not belong together, ` +
    "wanted the LAKE_URL and STATE_URL of one lake";
}

/**
 * Records each other's id, the sources and the environment in the lake and the state, as far as they are not there yet.
 *
 * @param options `newId` makes an id that no other has; `early` marks them before any source is known, as work begins.
 * @throws {LakeError} If the lake is another state's.
 */
export async function identifyLake(
  state: State,
  places: LakePlaces,
  { sources, settings = {}, environment }: LakeContent,
  { newId, early = false }: { readonly newId: () => string; readonly early?: boolean },
): Promise<void> {
  const known = Object.entries(sources).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (known.length === 0 && !early) return;
  const { identity, isNew } = await record(
    state,
    { sources: Object.fromEntries(known), settings, environment },
    newId,
  );
  for (;;) {
    const mark = await markOf(places.storage);
    // Another command may have marked it meanwhile, as a lake of its own.
    if (mark !== undefined && mark.identity.lake !== identity.lake) {
      throw new (isNew ? OutpacedError : LakeError)(apart(places));
    }
    const isSame = mark?.identity.state === identity.state;
    if (mark !== undefined && !isSame && mark.identity.state !== identity.after) {
      throw new LakeError(apart(places));
    }
    if (isSame && isComplete(mark!.identity, identity)) return;
    if (await writeMark(places.storage, identity, mark?.version ?? null)) return;
  }
}

/** Adds sources to what the state says of its lake. @returns It, and whether the state said nothing of a lake before. */
async function record(
  { keyValue }: State,
  { environment, ...added }: Required<Pick<LakeIdentity, "sources" | "settings" | "environment">>,
  newId: () => string,
): Promise<{ readonly identity: LakeIdentity; readonly isNew: boolean }> {
  for (;;) {
    const kept = await keyValue.get(KEY);
    const known = readIdentity(kept?.value) ??
      { lake: newId(), state: newId(), sources: {}, settings: {}, environment };
    const sources = { ...added.sources, ...known.sources };
    const held = Object.entries(added.settings).filter(([name]) => name in sources);
    const settings = { ...Object.fromEntries(held), ...known.settings };
    const identity = { ...known, sources, settings };
    if (kept !== undefined && isComplete(known, identity)) return { identity: known, isNew: false };
    if (await keyValue.put(KEY, { ...identity }, kept?.version ?? 0)) {
      return { identity, isNew: kept === undefined };
    }
  }
}

/** Whether an identity names all sources and settings that another does. */
function isComplete(identity: LakeIdentity, other: LakeIdentity): boolean {
  return Object.keys(other.sources).every((name) => name in identity.sources) &&
    Object.keys(other.settings ?? {}).every((name) => name in (identity.settings ?? {}));
}

/** Compares the identity that a state records with the lake's mark. */
export async function identityOf(state: State, { documents }: LakeStorage): Promise<{
  readonly recorded: LakeIdentity | undefined;
  readonly inLake: "same" | "other" | "lost";
  /** Of the mark, if there is one. */
  readonly version: string | null;
}> {
  const recorded = readIdentity((await state.keyValue.get(KEY))?.value);
  const mark = await documents.read(FILE).catch((error) => {
    if (error instanceof LakeError) return undefined;
    throw error;
  });
  const version = mark?.version ?? null;
  const found = mark && parsed(mark.text);
  if (found === undefined) return { recorded, inLake: "lost", version };
  const same = recorded !== undefined && belong(found, recorded);
  return { recorded, inLake: same ? "same" : "other", version };
}

/**
 * Writes the lake's mark, if it still has the given version or, with null, if there is none.
 *
 * @returns Whether it was written.
 */
export async function writeMark(
  { documents }: LakeStorage,
  identity: LakeIdentity,
  version: string | null,
): Promise<boolean> {
  const { after: _, ...mark } = identity;
  return await documents.swap(FILE, `${JSON.stringify(mark, null, 2)}\n`, version);
}

/** Makes sure that a lake holds the data that are configured. @throws {LakeError} If it holds others. */
export async function requireContent(
  recorded: LakeIdentity,
  storage: LakeStorage,
  { sources, settings = {}, settingsIn, environment }: LakeContent,
): Promise<void> {
  const { url } = storage;
  for (const [name, source] of Object.entries(sources)) {
    const held = recorded.sources[name];
    if (source === undefined || held === undefined || source === held) continue;
    throw new LakeError(
      `opening the lake: "${url}" holds data of ${held}, wanted another LAKE_URL for ${source}`,
    );
  }
  const isNamed = Object.keys(settings).every((name) =>
    !(name in recorded.sources) || name in (recorded.settings ?? {})
  );
  const found = isNamed ? {} : await settingsIn?.(storage);
  for (const [name, setting] of Object.entries(settings)) {
    const held = recorded.settings?.[name] ?? found?.[name] ?? setting;
    if (setting === held) continue;
    throw new LakeError(
      `opening the lake: "${url}" holds data of ${held}, wanted another LAKE_URL for ${setting}`,
    );
  }
  requireOneKind(recorded, url, sources);
  if (environment !== recorded.environment) {
    throw new LakeError(
      `opening the lake: "${url}" serves PIPELINE_ENV=${recorded.environment}, ` +
        `wanted another LAKE_URL for ${environment}`,
    );
  }
}

/** A lake of a module's graph is no pipeline's, and one of simulated data takes no real ones. */
function requireOneKind({ sources: held }: LakeIdentity, url: string, sources: Origins): void {
  const found = conflictOf(held, sources);
  if (found === undefined) return;
  const [[, before], [name, now]] = found;
  throw new LakeError(
    `opening the lake: "${url}" holds data of ${before}, wanted another LAKE_URL for ${now ?? name}`,
  );
}

/**
 * Records the identity of a lake in a state that is to take the place of the lake's own.
 *
 * @returns The identity, with the new state's id.
 */
export async function takeOver(
  state: State,
  mark: LakeIdentity,
  newId: () => string,
): Promise<LakeIdentity> {
  const { keyValue } = state;
  const kept = await keyValue.get(KEY);
  const identity = { ...mark, state: newId(), after: mark.state };
  await keyValue.put(KEY, { ...identity }, kept?.version ?? 0);
  return identity;
}

/** Marks a lake as that of the state that takes it over; until then both states may open it. */
export async function completeTakeOver(storage: LakeStorage, identity: LakeIdentity): Promise<void> {
  const mark = await markOf(storage);
  if (mark?.identity.state === identity.after) await writeMark(storage, identity, mark!.version);
}

/** The lake's mark, and its version; undefined where it has none. @throws {LakeError} If it is damaged. */
export async function markOf({ documents, url }: LakeStorage): Promise<LakeMark | undefined> {
  const mark = await documents.read(FILE);
  if (mark === undefined) return undefined;
  const identity = parsed(mark.text);
  if (identity !== undefined) return { identity, version: mark.version };
  throw new LakeError(
    `reading "${url.replace(/\/+$/, "")}/${FILE}": found no lake's identity, wanted one: ` +
      `"doctor --repair" writes it anew`,
  );
}

function parsed(text: string): LakeIdentity | undefined {
  try {
    return readIdentity(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readIdentity(value: Json | undefined): LakeIdentity | undefined {
  const found = object(value);
  if (found === undefined) return undefined;
  const { lake, state, settings, environment, after, ...rest } = found;
  const sources = sourcesIn(rest);
  const fields = [
    lake,
    state,
    environment,
    after ?? "",
    ...Object.values({ ...sources, ...object(settings) }),
  ];
  if (
    sources === undefined || (settings !== undefined && !object(settings)) ||
    !fields.every((field) => typeof field === "string")
  ) return undefined;
  return {
    lake,
    state,
    sources,
    ...(settings !== undefined && { settings: object(settings) }),
    environment,
    ...(after !== undefined && { after }),
  } as LakeIdentity;
}

/** Lakes of before 0.3 hold data of one source: OpenAQ's, or a module's. */
function sourcesIn({ sources, source }: Record<string, Json>): Record<string, Json> | undefined {
  if (typeof source === "string") return { [source === "a module" ? MODULE : "openaq"]: source };
  return object(sources);
}

function object(value: Json | undefined): Record<string, Json> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, Json>
    : undefined;
}
