import type { Pipeline } from "../assets/group.ts";
import type { Config } from "../config.ts";
import { type LakeContent, MODULE, type ObjectStore, type Origins, SIMULATED } from "../core/mod.ts";

/** The built-in stations' seed. */
export const SEED = 1;

/** A module's project, or a composed one. */
interface Contents {
  readonly given?: object;
  readonly pipelines: readonly Pipeline[];
}

/** The data that a project makes, as far as can be told without asking. */
export function contentOf(config: Config, project: Contents): LakeContent {
  const { environment, openaq: { countryId } } = config;
  const sources = originsOf(config, project);
  if (!("openaq" in sources)) return { sources, environment };
  const settings = { openaq: countrySetting(countryId) };
  return { sources, settings, settingsIn: ({ store }) => settingsIn(store, project), environment };
}

/** What the files of a lake tell of the settings of its sources. */
async function settingsIn(store: ObjectStore, { pipelines }: Contents): Promise<Record<string, string>> {
  const countries = await Promise.all(pipelines.map(({ countryIn }) => countryIn?.(store)));
  const country = countries.find((id) => id !== undefined);
  return country === undefined ? {} : { openaq: countrySetting(country) };
}

function countrySetting(id: number): string {
  return `OPENAQ_COUNTRY_ID=${id}`;
}

function originsOf(config: Config, { given, pipelines }: Contents): Origins {
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
