import {
  type Clock,
  conflictOf,
  conflictText,
  examineLake,
  identifyLake,
  type KeyValue,
  type LakeContent,
  LakeError,
  type MarkedLake,
  type Origins,
  readMark,
  type State,
} from "../core/mod.ts";
import type { Config } from "../config.ts";

/** Where the lake's data come from, and how many requests it took to know. */
export interface LakeSources {
  readonly sources: Origins;
  readonly requests: number;
  /** Why OpenAQ has not announced itself, where it is to be asked again and again until it does. */
  readonly silence?: string | undefined;
}

export interface LakeSourcesOptions {
  readonly config: Config;
  readonly marked: MarkedLake;
  readonly state: State;
  /** As far as is known without asking. */
  readonly content: LakeContent;
  /** Whether OpenAQ will be asked: then it is found out first what answers at its URL. */
  readonly asks: boolean;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly signal?: AbortSignal | undefined;
  /** Whether a lake is opened all the same where nobody answers yet, whose source is admitted with the first answer. */
  readonly patient: boolean;
}

/** What is known of OpenAQ's URL after a look: what announced itself, or, to who is patient, why nothing does. */
interface Found {
  readonly source: string | undefined;
  readonly silence?: string | undefined;
  readonly requests: number;
}

/** @throws {LakeError} If what answered is simulated, and others of these are not, or the other way round. */
function requireOneKind(sources: Origins): void {
  const found = conflictOf(sources);
  if (found !== undefined) throw new LakeError(conflictText(found));
}

/** Makes sure that the lake holds data of these sources, and records them. @throws {LakeError} */
export async function admitSources(options: LakeSourcesOptions): Promise<LakeSources> {
  const { state, marked, content, asks } = options;
  const known = content.sources;
  // Before anything is asked: of what does not belong together, nothing is changed.
  const recorded = await examineLake(state, marked, content);
  const openaq: Found = asks && known.openaq === undefined
    ? await lookAt(options, recorded?.openaq)
    : { source: known.openaq ?? recorded?.openaq, requests: 0 };
  const sources = { ...known, ...(openaq.source !== undefined && { openaq: openaq.source }) };
  await admit(options, sources);
  return { sources, requests: openaq.requests, silence: openaq.silence };
}

/** Makes sure that the lake may hold data of what announced itself as OpenAQ only now, and records it. @throws {LakeError} */
export async function admitOpenAQ(options: LakeSourcesOptions, source: string): Promise<void> {
  const { config, state, content } = options;
  await admit(options, { ...content.sources, openaq: source });
  const { rememberSource } = await import("../sources/openaq/first_look.ts");
  await rememberSource(config.openaq.url!, state.keyValue, source);
}

/** What others made meanwhile stands. */
async function admit(
  { content: configured, marked, state, patient }: LakeSourcesOptions,
  sources: Origins,
): Promise<void> {
  requireOneKind(sources);
  const content = { ...configured, sources };
  await examineLake(state, await readMark(marked), content);
  await identifyLake(state, marked, content, { newId: () => crypto.randomUUID(), early: patient });
}

/** The origin of the configured URL, asked once for this state. Every answer is compared with it again. */
async function lookAt(
  options: LakeSourcesOptions,
  recorded: string | undefined,
): Promise<Found> {
  const { config, state: { keyValue } } = options;
  const { rememberedSource } = await import("../sources/openaq/first_look.ts");
  const remembered = await rememberedSource(config.openaq.url!, keyValue);
  if (remembered !== undefined && remembered === recorded) return { source: remembered, requests: 0 };
  // Of a lake that is there, what asks next says what is wrong.
  const isPatient = options.patient || recorded !== undefined;
  const looked = await look({ ...options, patient: isPatient }, keyValue, recorded);
  return recorded === undefined || looked.source !== undefined
    ? looked
    : { source: recorded, requests: looked.requests };
}

/** Asks the configured URL for its origin, and remembers what it answers. */
async function look(
  { config, patient, ...options }: LakeSourcesOptions,
  keyValue: KeyValue,
  recorded?: string,
): Promise<Found> {
  const { askSource, rememberSource } = await import("../sources/openaq/first_look.ts");
  const address = { ...config.openaq, url: config.openaq.url! };
  const looked = await askSource(address, keyValue, options);
  const { requests } = looked;
  if ("source" in looked) {
    await rememberSource(address.url, keyValue, looked.source);
    return looked;
  }
  if (recorded === undefined && !(patient && looked.isPassing)) throw looked.error;
  return { source: undefined, silence: looked.error.message, requests };
}
