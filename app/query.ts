import {
  type AssetKey,
  DamageError,
  examineLake,
  type FileRef,
  partitionSet,
  type PublishedFile,
  type Publisher,
  type Query,
  readMark,
  type State,
  type TablePart,
  type Tracer,
} from "../core/mod.ts";
import type { Config } from "../config.ts";
import { openStateOf } from "./lake_state.ts";
import type { Groups } from "./project.ts";
import { shownState } from "./state_place.ts";
import { openStorage } from "./storage.ts";
import { tracedQuery } from "./traced/query.ts";

/** The lake's tables and views, once it is known to be the configured one. */
export async function openQuery(config: Config, groups: Groups, tracer: Tracer): Promise<Query> {
  const storage = await openStorage(config);
  const marked = await readMark({ storage, state: await shownState(config.state) });
  await reading(config, (state) => examineLake(state, marked, groups.content));
  const { DuckDBQuery } = await import("../adapters/query/duckdb/query.ts");
  const query = new DuckDBQuery({
    workspace: storage.workspace,
    catalog: {
      list: async () => await storage.catalog.list(await reading(config, filesOfUnpartitioned)),
    },
    published: async (folders, part) => {
      const all = await reading(config, (state) => filesBelow(state, folders));
      const files = all.map((each) => each.filter(({ path }) => isIn(path, part)));
      const damaged = await damagedOf(storage.publisher, files.flat());
      if (damaged !== undefined) {
        throw await reading(config, (state) => damage(config, groups, state, damaged));
      }
      return files;
    },
  });
  return tracedQuery(tracer, query, "duckdb");
}

async function reading<T>(config: Config, read: (state: State) => Promise<T>): Promise<T> {
  const state = await openStateOf(config, "read");
  try {
    return await read(state);
  } finally {
    await state.close();
  }
}

/** Whether a file is in a part of its table, as far as its path tells. */
function isIn(path: string, part: TablePart | undefined): boolean {
  if (part === undefined) return true;
  const column = `${part.column}=`;
  const value = path.split("/").find((each) => each.startsWith(column))?.slice(column.length);
  return value === undefined || part.from <= value && value <= part.to;
}

/** The published files below each folder. */
async function filesBelow(
  state: State,
  folders: readonly string[],
): Promise<(readonly PublishedFile[])[]> {
  const found: (readonly PublishedFile[])[] = [];
  for (const folder of folders) found.push(await state.filesBelow(folder));
  return found;
}

/** The first of the files that is not what was published: nobody is answered from other bytes. */
async function damagedOf(
  publisher: Publisher,
  files: readonly PublishedFile[],
): Promise<PublishedFile | undefined> {
  const intact = await publisher.intact(files);
  return files.find((_, i) => !intact[i]);
}

/** Says that a file is wrong, with the command that makes it again. */
async function damage(
  config: Config,
  groups: Groups,
  state: State,
  { path, asset, partition }: PublishedFile,
): Promise<Error> {
  const { partitions } = (await state.assets()).find(({ key }) => key === asset)!;
  const key = partitionSet(partitions).key(partition);
  const command = `deno task materialize ${asset}${key === null ? "" : ` --partition ${key}`}`;
  // Where no plan can be made, no more is known.
  const hindrance = key === null
    ? undefined
    : await hindranceOf(config, groups, asset, key).catch(() => undefined);
  return new DamageError(
    `reading "${path}": found it missing or with other bytes, wanted the file that was published; ` +
      `"${command}" makes it again${hindrance === undefined ? "" : `, but is ${hindrance}`}`,
    path,
  );
}

/** The hindrance that keeps a partition from being made again as things stand, in words. */
async function hindranceOf(
  config: Config,
  groups: Groups,
  asset: AssetKey,
  key: string,
): Promise<string | undefined> {
  const { openLake } = await import("./lake.ts");
  await using lake = await openLake(config, { project: groups.project(), access: "read", warn: () => {} });
  const selection = { assets: new Set([asset]), partitions: [key], exact: true, lookbackDays: 0 };
  await lake.orchestrator.look(selection, new AbortController().signal);
  const hindrance = (await lake.orchestrator.plan(selection))[0]?.hindrance;
  return hindrance?.state === "blocked" ? `blocked: ${hindrance.message}` : undefined;
}

/** The published files of assets without partitions: definitions of the catalog are among them. */
async function filesOfUnpartitioned(state: State): Promise<FileRef[]> {
  const found: FileRef[] = [];
  for (const { key, partitions } of await state.assets()) {
    if (partitions.type !== "single") continue;
    const [record] = await state.materializations(key, [{ from: 0, to: 0 }]);
    if (record !== undefined) found.push(...record.event.payload.files);
  }
  return found;
}
