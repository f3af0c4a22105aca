import {
  completeTakeOver,
  identityOf,
  LakeError,
  type LakeIdentity,
  type LakeStorage,
  markOf,
  type State,
  takeOver,
} from "../core/mod.ts";
import { copyState } from "../adapters/state/sqlite/copy.ts";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { isWhole } from "../adapters/state/sqlite/put_in_place.ts";
import { replaceState } from "../adapters/state/sqlite/replace.ts";
import type { Config } from "../config.ts";
import { PACE_KEY } from "../sources/openaq/pace.ts";
import { requireNotLost } from "./lake_state.ts";
import { newestFiles } from "./repair.ts";
import { openState } from "./state.ts";
import { requireFile } from "./state_place.ts";
import { openStorage } from "./storage.ts";

/** A copy of the state as it was written: how many runs it knows. */
export interface BackedUp {
  readonly file: string;
  readonly bytes: number;
  readonly runs: number;
}

/** Copies the state to a new file as of one moment, whatever is at work. @throws {StateError} */
export async function backUp(config: Config, file: string): Promise<BackedUp> {
  await requireFile(config.state, "copying the state", "a SQLite file: pg_dump copies it");
  await requireNotLost(config);
  const { bytes } = await copyState(config.state, file);
  const copy = await openState(file, "read");
  try {
    return { file, bytes, runs: await countRuns(copy) };
  } finally {
    await copy.close();
  }
}

/** A copy that is the state again. */
export interface Restored {
  readonly state: string;
  readonly runs: number;
  /** Where what it replaced is kept; null where there was nothing. */
  readonly kept: string | null;
}

/**
 * Puts a copy of this lake's state in the place of the state, which is kept beside it.
 *
 * @throws {LakeError} If it is another lake's.
 * @throws {StateError} If it is no whole state that this version knows, or a process is at work with the present one.
 */
export async function restore(config: Config, file: string, now: Date): Promise<Restored> {
  const { state: path } = config;
  await requireFile(path, "restoring the state", "a SQLite file: pg_restore puts a copy of it back");
  const storage = await openStorage(config);
  const { made: { runs, taken }, kept } = await replaceState(
    { action: "restoring the state", path, now },
    async (made) => {
      await copyState(file, made);
      const state = await openSqliteState({ path: made, making: true });
      try {
        const taken = await belongToLake(state, storage, file);
        await keepPace(state, path);
        return { runs: await countRuns(state), taken };
      } finally {
        await state.close();
      }
    },
  );
  if (taken !== undefined) await completeTakeOver(storage, taken);
  return { state: path, runs, kept };
}

/**
 * Makes sure that a copy is one of this lake's state.
 *
 * @returns Its new identity, where another state has taken over the lake since it was made.
 * @throws {LakeError} If it is not.
 */
async function belongToLake(
  state: State,
  storage: LakeStorage,
  file: string,
): Promise<LakeIdentity | undefined> {
  const { recorded, inLake } = await identityOf(state, storage);
  const refuse = (found: string): never => {
    throw new LakeError(
      `restoring the state: ${JSON.stringify(file)} ${found}, wanted a copy of the state of "${storage.url}"`,
    );
  };
  if (recorded === undefined) return refuse("was made with no lake yet");
  if (inLake === "same") return undefined;
  if (inLake === "lost") {
    const intact = await storage.publisher.intact(await newestFiles(state));
    return intact.some(Boolean) ? undefined : refuse("names none of the files that are there");
  }
  const mark = (await markOf(storage))!.identity;
  if (mark.lake !== recorded.lake) refuse("is of another lake's state");
  return await takeOver(state, mark, () => crypto.randomUUID());
}

/** Carries over what the pace counts: requests of late count on, whatever becomes of the state that knows them. */
export async function keepPace({ keyValue }: State, path: string): Promise<void> {
  if (!await isWhole(path)) return;
  const replaced = await openState(path, "read");
  try {
    const pace = await replaced.keyValue.get(PACE_KEY);
    if (pace === undefined) return;
    await keyValue.put(PACE_KEY, pace.value, (await keyValue.get(PACE_KEY))?.version ?? 0);
  } finally {
    await replaced.close();
  }
}

async function countRuns(state: State): Promise<number> {
  return (await state.runs(1))[0]?.id ?? 0;
}
