import leven from "leven";
import { isThere } from "../adapters/sdk/files/place.ts";
import type { Group, GroupContext, Pipeline } from "../assets/group.ts";
import type { ViewFile } from "../assets/views.ts";
import { type Config, ConfigError } from "../config.ts";
import { DAY } from "../core/mod.ts";
import { openFolder } from "./storage.ts";
import { lineOf, projectFile } from "./system.ts";

/** The groups that PIPELINES names, in its order. @throws {ConfigError} */
export async function loadGroups({ pipelines }: Config): Promise<Group[]> {
  const there = await groupNames();
  return await Promise.all(pipelines.map(async (name) => {
    const { group } = there.includes(name) ? await import(`../assets/${name}/mod.ts`) : {};
    if (isGroup(group)) return group;
    const meant = there.find((known) => leven(known, name.toLowerCase()) <= NEAR);
    const wanted = meant === undefined
      ? `wanted some of ${there.join(", ")}, with commas between them`
      : `did you mean "${meant}"?`;
    throw new ConfigError([`PIPELINES: found "${name}", ${wanted}`]);
  }));
}

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
  try {
    return group.declare(context);
  } catch (cause) {
    throw new ConfigError([lineOf(cause)], { cause });
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
