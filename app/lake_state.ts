import { admitLake, readMark, type State } from "../core/mod.ts";
import { isThere } from "../adapters/sdk/files/place.ts";
import type { Config } from "../config.ts";
import { openState, type StateOptions } from "./state.ts";

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
  if (access !== "queue") return await openState(config.state, access, options);
  const { openToQueue } = await import("./queueing_state.ts");
  return await openToQueue(config.state, options);
}

/** @throws {LakeError} If the lake was made with a state, and none is there. */
export async function requireNotLost(config: Config): Promise<void> {
  if (await isThere(config.state)) return;
  const { openStorage } = await import("./storage.ts");
  admitLake(
    await readMark({ storage: openStorage(config), state: config.state }),
    await isThere(config.state),
  );
}
