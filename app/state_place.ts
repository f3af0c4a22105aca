import { type State, StateError } from "../core/mod.ts";
import { isThere } from "../adapters/sdk/files/place.ts";

/** Whether a state is one on PostgreSQL, which several hosts may share, rather than a file of this one. */
export function isShared(state: string): boolean {
  return /^postgres(ql)?:\/\//i.test(state);
}

/** Where a state is, as everybody may read it. */
export async function shownState(state: string): Promise<string> {
  if (!isShared(state)) return state;
  const { placeOf } = await import("../adapters/state/postgres/errors.ts");
  return placeOf(state);
}

/** @throws {StateError} If a shared state cannot be reached or used. */
export async function isStateThere(state: string): Promise<boolean> {
  if (!isShared(state)) return await isThere(state);
  const { isPostgresStateThere } = await import("../adapters/state/postgres/open.ts");
  return await isPostgresStateThere(state);
}

/** Which content a state that is open has: another text once it was replaced. @throws {StateError} If nothing is there. */
export async function contentOfState(path: string, state: State): Promise<string> {
  if (isShared(path)) return JSON.stringify((await state.keyValue.get("airgraph/lake"))?.value ?? null);
  const { contentOf } = await import("../adapters/state/sqlite/content.ts");
  return await contentOf(path, state);
}

/** @throws {StateError} Of what is done to the file of a state where that is none. */
export async function requireFile(state: string, action: string, instead: string): Promise<void> {
  if (!isShared(state)) return;
  throw new StateError(`${action}: found one on PostgreSQL, "${await shownState(state)}", wanted ${instead}`);
}

/** The host whose folder the lake of a shared state is. */
const HOST = "airgraph/host";

/**
 * Makes sure that the lake's folder is this host's: others that share the state have no part of it. Who writes first says
 * whose it is.
 *
 * @throws {StateError} If it is another's.
 */
export async function requireHost(
  { keyValue }: State,
  { lake, access }: { readonly lake: string; readonly access: "read" | "queue" | "write" },
  host: string = Deno.hostname(),
): Promise<void> {
  const named = async () => (await keyValue.get(HOST))?.value;
  let found = await named();
  if (found === undefined && access === "write") {
    await keyValue.put(HOST, host, 0);
    found = await named();
  }
  if (found === undefined || found === host) return;
  throw new StateError(
    `opening the lake: "${lake}" is a folder of this host, ${
      JSON.stringify(host)
    }, and its state is shared, ` +
      `wanted the host that made the lake, ${JSON.stringify(found)}: hosts share a lake in a bucket`,
  );
}
