import type { Pipeline } from "../assets/group.ts";
import type { Config } from "../config.ts";
import { MODULE, type Origins, SIMULATED } from "../core/mod.ts";

/** The built-in stations' seed. */
export const SEED = 1;

/** The origins of the data that a project makes, as far as can be told without asking. */
export function originsOf(
  config: Config,
  { given, pipelines }: { readonly given?: object; readonly pipelines: readonly Pipeline[] },
): Origins {
  // A module's data come from wherever its resources lead.
  if (given !== undefined) return { [MODULE]: "a module" };
  const origins = pipelines.map(({ origins }) => origins ?? {});
  return Object.assign({}, ...askingAsset(pipelines) === undefined ? [] : [openaqOrigin(config)], ...origins);
}

function openaqOrigin({ openaq: { url } }: Config): Origins {
  if (url === null) return { openaq: `${SIMULATED}${SEED}` };
  const { hostname, origin } = new URL(url);
  return { openaq: hostname === "api.openaq.org" ? origin : undefined };
}

/** The asset that records what OpenAQ answered, if any does. */
export function askingAsset(pipelines: readonly Pipeline[]): string | undefined {
  return pipelines.map(({ asks }) => asks?.openaq).find((asset) => asset !== undefined);
}
