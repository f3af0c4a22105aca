import { pathToFileURL } from "node:url";
import leven from "leven";
import { isThere } from "../adapters/sdk/files/place.ts";
import type { Group, GroupContext, Pipeline } from "../assets/group.ts";
import type { ViewFile } from "../assets/views.ts";
import { type Config, ConfigError } from "../config.ts";
import { type AnyAsset, DAY, show } from "../core/mod.ts";
import { openFolder } from "./storage.ts";
import { declarationFault } from "./graph_fault.ts";
import { lineOf, projectFile } from "./system.ts";

/** The groups that PIPELINES names, in its order. @throws {ConfigError} */
export async function loadGroups({ pipelines }: Config): Promise<Group[]> {
  const there = await groupNames();
  return await Promise.all(pipelines.map(async (name) => {
    if (there.includes(name)) return await loadGroup(name);
    const meant = there.find((known) => leven(known, name.toLowerCase()) <= NEAR);
    const wanted = meant === undefined
      ? `wanted some of ${there.join(", ")}, with commas between them`
      : `did you mean "${meant}"?`;
    throw new ConfigError([`PIPELINES: found "${name}", ${wanted}`]);
  }));
}

/** @throws {ConfigError} */
async function loadGroup(name: string): Promise<Group> {
  const path = projectFile(`assets/${name}/mod.ts`);
  const module = await import(pathToFileURL(path).href).catch(async (cause: unknown) => {
    const { moduleFault } = await import("./graph_fault.ts");
    throw new ConfigError([await moduleFault(`loading the pipeline "${name}"`, path, cause, GROUP)], {
      cause,
    });
  });
  if (isGroup(module.group)) return module.group;
  throw new ConfigError([
    `loading the pipeline "${name}": found no "group" among the exports of "${path}", wanted one with "name" and "declare"`,
  ]);
}

const GROUP = 'wanted a module that exports "group"';

/** So many letters may differ in a group's name that is misspelt. */
const NEAR = 2;

async function groupNames(): Promise<string[]> {
  const folders = [...Deno.readDirSync(projectFile("assets"))].map(({ name }) => name).sort();
  const there = await Promise.all(folders.map((name) => isThere(projectFile(`assets/${name}/mod.ts`))));
  return folders.filter((_, i) => there[i]);
}

/** Whether a module's export is a group. */
export function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" &&
    "declare" in value && typeof value.declare === "function";
}

/** A group's pipeline, as it is configured. @throws {ConfigError} */
export function declare(group: Group, config: Config, views: readonly ViewFile[]): Pipeline {
  const { environment, lookbackDays, cwd, given } = config;
  const context: GroupContext = {
    environment,
    lookback: lookbackDays * DAY,
    views,
    variables: Object.fromEntries((group.variables ?? []).map((name) => [name, given(name)])),
    folder: (path) => openFolder(path, cwd),
    shipped: projectFile,
  };
  let pipeline: Pipeline;
  let fault: string | undefined;
  try {
    pipeline = group.declare(context);
    fault = Array.isArray(pipeline?.assets) && Array.isArray(pipeline.databases)
      ? assetsFault(pipeline)
      : 'found no "assets" and "databases" in its answer, wanted lists of both';
  } catch (cause) {
    throw new ConfigError([declarationFault(group.name, cwd, cause) ?? lineOf(cause)], { cause });
  }
  if (fault === undefined) return pipeline;
  throw new ConfigError([`declaring the pipeline "${group.name}": ${fault}`]);
}

/** All are assets, and their tables and views lie in the pipeline's own databases. */
function assetsFault({ assets, databases }: Pipeline): string | undefined {
  const isAsset = (asset: AnyAsset | undefined) => Array.isArray(asset?.entries);
  if (!assets.every(isAsset)) {
    return `found ${show(assets.find((each) => !isAsset(each)))} among its assets, wanted assets alone`;
  }
  for (const { key, entries } of assets) {
    const other = entries.find(({ database }) => !databases.includes(database));
    if (other === undefined) continue;
    const wanted = databases.length === 0 ? "none" : databases.map((name) => `"${name}"`).join(", ");
    return `found "${other.database}.${other.name}" of ${key}, wanted its database among the pipeline's: ${wanted}`;
  }
}

/** The lines on the groups that head every output. */
export interface Told {
  /** Lines that head every output. */
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
}

/** Warnings of misspelt variables of the environment. @throws {ConfigError} If the `.env` file has some. */
export function strayWarnings({ stray }: Config, groups: readonly Group[]): string[] {
  const { faults, warnings } = stray(groups.flatMap(({ variables = [] }) => variables));
  if (faults.length > 0) throw new ConfigError(faults);
  return [...stray().warnings, ...warnings];
}

export function noticesOf({ openaq }: Config, pipelines: readonly Pipeline[]): string[] {
  const simulated = openaq.url === null && pipelines.some(({ asks }) => asks?.openaq !== undefined);
  return [...simulated ? [SIMULATED] : [], ...pipelines.flatMap(({ notices = [] }) => notices)];
}

const SIMULATED =
  "the data are simulated: OpenAQ is the built-in stations, as neither OPENAQ_API_KEY nor OPENAQ_API_URL is set";
