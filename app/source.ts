import type { Pipeline } from "../assets/group.ts";
import type { Config } from "../config.ts";
import type { Project } from "./project.ts";

/** Where a lake's data come from, by the source's name; undefined while it is not known. */
export type Sources = Readonly<Record<string, string | undefined>>;

/** The built-in stations' seed. */
export const SEED = 1;

/** Where the data come from that a project makes, as far as can be told without asking. */
export function sourcesOf(config: Config, { given, pipelines }: Project): Sources {
  // A module's data come from wherever its resources lead.
  if (given !== undefined) return { module: "a module" };
  const origins = pipelines.map(({ origins }) => origins ?? {});
  return Object.assign({}, ...asked(pipelines) === undefined ? [] : [knownSources(config)], ...origins);
}

/** Where the lake's data come from, as far as can be told without loading a graph. */
export function configuredSources(config: Config): Sources {
  return config.graph === null ? knownSources(config) : {};
}

function knownSources({ openaq: { url } }: Config): Sources {
  if (url === null) return { openaq: `simulated:${SEED}` };
  const { hostname, origin } = new URL(url);
  return { openaq: hostname === "api.openaq.org" ? origin : undefined };
}

/** The asset that records what OpenAQ answered, if any does. */
export function asked(pipelines: readonly Pipeline[]): string | undefined {
  return pipelines.map(({ asks }) => asks?.openaq).find((asset) => asset !== undefined);
}
