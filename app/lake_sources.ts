import type { Config } from "../config.ts";
import { type Clock, type Json, type KeyValue, LakeError, type State } from "../core/mod.ts";
import type { Look } from "../sources/openaq/first_look.ts";
import { examineLake, identifyLake, type Marked, readMark } from "./identity.ts";
import { conflictOf, conflictText, type Sources } from "./source.ts";
import { emptyState } from "./state.ts";

/** Where the lake's data come from, and how many requests it took to know. */
export interface LakeSources {
  readonly sources: Sources;
  readonly requests: number;
}

export interface LakeSourcesOptions {
  readonly config: Config;
  readonly marked: Marked;
  readonly state: State;
  /** As far as is known without asking. */
  readonly known: Sources;
  /** Whether OpenAQ will be asked: then it is found out first what answers at its URL. */
  readonly asking: boolean;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
  readonly fetch: (request: Request) => Promise<Response>;
  /** The result of the first look, where there was no state yet. */
  readonly first?: FirstLook | undefined;
}

/** The result of the first look at OpenAQ's URL, before a state is made. */
export interface FirstLook {
  readonly source: string;
  readonly requests: number;
  /** The values that the state is to keep of it. */
  readonly kept: ReadonlyMap<string, Json>;
}

/** Looks at OpenAQ's URL before anything is made: where nothing is to be known from it, nothing is left. */
export async function lookFirst(
  { config, known, asking, clock, tell, fetch }: Pick<
    LakeSourcesOptions,
    "config" | "known" | "asking" | "clock" | "tell" | "fetch"
  >,
): Promise<FirstLook | undefined> {
  if (!asking || known.openaq !== undefined) return undefined;
  const { keyValue } = await emptyState();
  const looked = await look({ config, clock, tell, fetch }, keyValue);
  if ("error" in looked) throw looked.error;
  requireOneKind({ ...known, openaq: looked.source });
  const kept = new Map([...await keyValue.list("")].map(([key, { value }]) => [key, value]));
  return { ...looked, kept };
}

/** @throws {LakeError} If what answered is simulated, and others of these are not, or the other way round. */
function requireOneKind(sources: Sources): void {
  const found = conflictOf(sources);
  if (found !== undefined) throw new LakeError(conflictText(found));
}

/** Makes sure that the lake holds data of these sources, and records them. @throws {LakeError} */
export async function admitSources(options: LakeSourcesOptions): Promise<LakeSources> {
  const { config: { environment }, marked, state, known, asking, first } = options;
  // What another process has counted meanwhile stands.
  for (const [key, value] of first?.kept ?? []) await state.keyValue.put(key, value, 0);
  // Before anything is asked: of what does not belong together, nothing is changed.
  const recorded = await examineLake(state, marked, { sources: known, environment });
  const openaq = asking && known.openaq === undefined
    ? first ?? await lookAt(options, recorded?.openaq)
    : { source: known.openaq ?? recorded?.openaq, requests: 0 };
  const sources = { ...known, ...(openaq.source !== undefined && { openaq: openaq.source }) };
  requireOneKind(sources);
  const content = { sources, environment };
  // Meanwhile others may have made the lake.
  await examineLake(state, await readMark(marked), content);
  await identifyLake(state, marked, content);
  return { sources, requests: openaq.requests };
}

/** The origin of the configured URL, asked once for this state. Every answer is compared with it again. */
async function lookAt(
  { config, state: { keyValue }, clock, tell, fetch }: LakeSourcesOptions,
  recorded: string | undefined,
): Promise<{ readonly source: string; readonly requests: number }> {
  const { rememberedSource } = await import("../sources/openaq/first_look.ts");
  const remembered = await rememberedSource(config.openaq.url!, keyValue);
  if (remembered !== undefined && remembered === recorded) return { source: remembered, requests: 0 };
  const looked = await look({ config, clock, tell, fetch }, keyValue);
  if ("source" in looked) return looked;
  if (recorded === undefined) throw looked.error;
  return { source: recorded, requests: looked.requests }; // what asks next says what is wrong
}

/** Asks the configured URL for its origin, and remembers what it answers. */
async function look(
  { config, clock, tell, fetch }: Pick<LakeSourcesOptions, "config" | "clock" | "tell" | "fetch">,
  keyValue: KeyValue,
): Promise<Look> {
  const { askSource, rememberSource } = await import("../sources/openaq/first_look.ts");
  const address = { ...config.openaq, url: config.openaq.url! };
  const looked = await askSource(address, keyValue, { clock, tell, fetch });
  if ("source" in looked) await rememberSource(address.url, keyValue, looked.source);
  return looked;
}
