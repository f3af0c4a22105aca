import type { Pipeline } from "../assets/group.ts";
import type { Config } from "../config.ts";

/** Where a lake's data come from, by the source's name; undefined while it is not known. */
export type Sources = Readonly<Record<string, string | undefined>>;

/** The built-in stations' seed. */
export const SEED = 1;

/** The source of lakes whose graph is a module. */
export const MODULE = "module";
/** Origins whose data are made up begin so; all others are real. */
const SIMULATED = "simulated:";

/** Where the data come from that a project makes, as far as can be told without asking. */
export function sourcesOf(
  config: Config,
  { given, pipelines }: { readonly given?: object; readonly pipelines: readonly Pipeline[] },
): Sources {
  // A module's data come from wherever its resources lead.
  if (given !== undefined) return { [MODULE]: "a module" };
  const origins = pipelines.map(({ origins }) => origins ?? {});
  return Object.assign({}, ...askingAsset(pipelines) === undefined ? [] : [knownSources(config)], ...origins);
}

/** A source by its name, and its origin. */
export type Source = readonly [name: string, origin: string | undefined];

/** Two sources that share no lake, the one of `held` first: simulated values lie beside no real ones. */
export function conflictOf(held: Sources, sources: Sources = held): readonly [Source, Source] | undefined {
  for (const one of Object.entries(held)) {
    const other = Object.entries(sources).find((each) => areApart(one, each));
    if (other !== undefined) return [one, other];
  }
}

function areApart([name, origin]: Source, [otherName, other]: Source): boolean {
  if ((name === MODULE) !== (otherName === MODULE)) return true;
  return origin !== undefined && other !== undefined && isSimulated(origin) !== isSimulated(other);
}

/** Whether data of these sources are simulated; undefined where no origin is known. */
export function areSimulated(sources: Sources): boolean | undefined {
  const origins = Object.entries(sources).filter(([name, origin]) => name !== MODULE && origin !== undefined);
  return origins.length === 0 ? undefined : origins.some(([, origin]) => isSimulated(origin!));
}

function isSimulated(origin: string): boolean {
  return origin.startsWith(SIMULATED);
}

/** In a line, why two sources cannot be composed. */
export function conflictText([one, other]: readonly [Source, Source]): string {
  const text = ([name, origin]: Source) =>
    `${isSimulated(origin!) ? "simulated" : "real"} data (${name}: ${origin})`;
  return `composing pipelines: found ${text(one)} beside ${text(other)}, wanted a lake for each`;
}

function knownSources({ openaq: { url } }: Config): Sources {
  if (url === null) return { openaq: `${SIMULATED}${SEED}` };
  const { hostname, origin } = new URL(url);
  return { openaq: hostname === "api.openaq.org" ? origin : undefined };
}

/** The asset that records what OpenAQ answered, if any does. */
export function askingAsset(pipelines: readonly Pipeline[]): string | undefined {
  return pipelines.map(({ asks }) => asks?.openaq).find((asset) => asset !== undefined);
}
