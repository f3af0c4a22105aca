import { admitLake, readMark, type State } from "../core/mod.ts";
import type { Config } from "../config.ts";
import { openState, type StateOptions } from "./state.ts";
import { isShared, isStateThere, requireHost, shownState } from "./state_place.ts";

/**
 * The state of the configured lake. One that is not there is none yet, unless the lake was made with one: then it is lost,
 * and nobody is to take it for one in which nothing happened yet.
 *
 * @throws {LakeError} If it is lost.
 */
export async function openStateOf(
  config: Config,
  access: "read" | "queue" | "write",
  options?: StateOptions,
): Promise<State> {
  await requireNotLost(config);
  // Workers on a bucket are of any host: there a lease alone tells who lives.
  if (config.bucket !== null) return await openAny(config.state, access, options);
  // In the lake itself: whoever shares it sees them, by whichever path.
  const workers = `${config.lake.replace(/[/\\]+$/, "")}/_workers`;
  const state = await openAny(config.state, access, { ...options, workers });
  if (!isShared(config.state)) return state;
  return await requireHost(state, { lake: config.lake, access }).then(() => state, async (error) => {
    await state.close();
    throw error;
  });
}

async function openAny(
  state: string,
  access: "read" | "queue" | "write",
  options?: StateOptions,
): Promise<State> {
  if (access !== "queue") return await openState(state, access, options);
  const { openToQueue } = await import("./queueing_state.ts");
  return await openToQueue(state, options);
}

/** @throws {LakeError} If the lake was made with a state, and none is there. */
export async function requireNotLost(config: Config): Promise<void> {
  if (await isStateThere(config.state)) return;
  const { openStorage } = await import("./storage.ts");
  admitLake(
    await readMark({ storage: await openStorage(config), state: await shownState(config.state) }),
    await isStateThere(config.state),
  );
}
