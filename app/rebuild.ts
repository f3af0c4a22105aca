import {
  type AssetKey,
  completeTakeOver,
  identityOf,
  LakeError,
  type LakeIdentity,
  type LakeStorage,
  markOf,
  Orchestrator,
  requireContent,
  type State,
  sweepStaging,
  type TakenInCount,
  takeOver,
  untraced,
  type Warn,
} from "../core/mod.ts";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { isWhole } from "../adapters/state/sqlite/put_in_place.ts";
import { replaceState } from "../adapters/state/sqlite/replace.ts";
import type { Config } from "../config.ts";
import { disposeOf } from "./opened.ts";
import type { Project } from "./project.ts";
import { makeResources } from "./resources.ts";
import { contentOf } from "./source.ts";
import { keepPace } from "./state_copies.ts";
import { openState } from "./state.ts";
import { requireFile } from "./state_place.ts";
import { openStorage } from "./storage.ts";
import type { TimeOfLake } from "./time.ts";

/** The counts of one asset that was taken in. */
export interface RebuiltAsset extends TakenInCount {
  readonly key: AssetKey;
}

/** A state made anew from its lake. */
export interface Rebuilt {
  readonly state: string;
  readonly assets: readonly RebuiltAsset[];
  /** Where what it replaced is kept; null where there was nothing. */
  readonly kept: string | null;
}

export interface RebuildOptions {
  readonly project: Project;
  readonly time: TimeOfLake;
  /** Whether a whole state of this lake is replaced, too. */
  readonly force: boolean;
  /** Told of what cannot be taken in. */
  readonly warn: Warn;
  readonly progress: (asset: AssetKey, done: number, total: number, unit: string) => void;
  readonly signal: AbortSignal;
}

const ACTION = "rebuilding the state";

/**
 * Makes the state of a lake anew from what lies there, asking nobody, and lets it take over the lake.
 *
 * @throws {LakeError} If the place is no lake, or has a whole state and that is not forced.
 * @throws {StateError} If a process is at work with the present state.
 */
export async function rebuild(config: Config, options: RebuildOptions): Promise<Rebuilt> {
  const { state: path } = config;
  await requireFile(path, ACTION, "a SQLite file: this version makes none anew there");
  const storage = await openStorage(config);
  const mark = await markOf(storage);
  if (mark === undefined) {
    throw new LakeError(`${ACTION}: found no lake at "${storage.url}", wanted LAKE_URL to name one`);
  }
  await requireContent(mark.identity, storage, contentOf(config, options.project));
  const now = new Date(options.time.clock.now());
  const { made, kept } = await replaceState({ action: ACTION, path, now }, async (place) => {
    await requireLost(config, storage, options.force);
    const state = await openSqliteState({ path: place, making: true });
    try {
      return await fill(state, { config, storage, mark: mark.identity, options });
    } finally {
      await state.close();
    }
  });
  await completeTakeOver(storage, made.identity);
  const state = await openState(path, "read");
  try {
    // What dead runs left staged is nobody's any more.
    await sweepStaging(storage, state);
  } finally {
    await state.close();
  }
  return { state: path, assets: made.assets, kept };
}

/** @throws {LakeError} If there is a whole state: another lake's, or this one's where that is not forced. */
async function requireLost({ state: path }: Config, storage: LakeStorage, force: boolean): Promise<void> {
  if (!await isWhole(path)) return;
  const state = await openState(path, "read");
  try {
    const { recorded, inLake } = await identityOf(state, storage);
    if (recorded === undefined && (await state.runs(1)).length === 0) return;
    if (inLake !== "same") {
      throw new LakeError(
        `${ACTION}: found the state of another lake at "${path}", wanted STATE_URL to name this one's`,
      );
    }
    if (!force) {
      throw new LakeError(
        `${ACTION}: found a whole one at "${path}", wanted none, a damaged one, or --force`,
      );
    }
  } finally {
    await state.close();
  }
}

interface Filling {
  readonly config: Config;
  readonly storage: LakeStorage;
  readonly mark: LakeIdentity;
  readonly options: RebuildOptions;
}

async function fill(state: State, { config, storage, mark, options }: Filling) {
  const { project, warn, progress, signal, time } = options;
  const identity = await takeOver(state, mark, () => crypto.randomUUID());
  await keepPace(state, config.state);
  const own = project.given === undefined
    ? await makeResources({
      config,
      project,
      storage,
      state,
      sources: mark.sources,
      warn,
      time,
      tracer: untraced,
    })
    : undefined;
  try {
    const orchestrator = await Orchestrator.open({
      graph: project.graph,
      state,
      publisher: storage.publisher,
      clock: time.clock,
      random: Math.random,
      resources: own ?? project.given?.resources,
      mask: config.mask,
      readSourceFile: project.readSourceFile,
    });
    const { sources } = contentOf(config, project);
    const others = Object.keys(mark.sources).filter((name) => !(name in sources));
    if (others.length > 0) {
      warn(
        "PIPELINES",
        `found none that makes data of ${others.join(" and ")}, which the lake holds: they are not taken in`,
      );
    }
    const counts = await orchestrator.takeIn({ versions: storage.versions, warn, progress, signal });
    return { identity, assets: [...counts].map(([key, count]) => ({ key, ...count })) };
  } finally {
    await own?.close();
    await disposeOf(project.given?.resources);
  }
}
