import { type FileRef, identityOf, LakeError, type State, writeMark } from "../core/mod.ts";
import type { Config } from "../config.ts";
import type { Finding } from "./doctor.ts";
import { openState } from "./state.ts";
import { isStateThere, shownState } from "./state_place.ts";
import { openStorage } from "./storage.ts";
import { lineOf } from "./system.ts";

/** So far back files are looked for that show which lake a state was made with. */
const EVENTS = 1_000;

/** Mends what no `materialize` can, as far as anything can be told from what is left: one finding for each thing. */
export async function* repair(config: Config): AsyncIterable<Finding> {
  try {
    yield { name: "identity", ok: true, detail: await repairIdentity(config) };
  } catch (error) {
    yield { name: "identity", ok: false, detail: config.mask(lineOf(error)) };
  }
}

/** Marks a lake again whose mark is gone or damaged, if it holds files that the state names. */
async function repairIdentity(config: Config): Promise<string> {
  const { state: path } = config;
  if (!await isStateThere(path)) return "no state yet, nothing to repair";
  const storage = await openStorage(config);
  const state = await openState(path, "write");
  try {
    const { recorded, inLake, version } = await identityOf(state, storage);
    if (recorded === undefined) return "the state was made with no lake yet, nothing to repair";
    if (inLake === "other") {
      throw new LakeError(
        `repairing the lake: "${storage.url}" and the state "${await shownState(
          path,
        )}" do not belong together, wanted those of one lake`,
      );
    }
    if (inLake === "same") return "whole";
    const intact = await storage.publisher.intact(await newestFiles(state));
    if (!intact.some(Boolean)) {
      throw new LakeError(
        `repairing the lake: "${storage.url}" holds none of the newest files that the state "${await shownState(
          path,
        )}" names, ` +
          "wanted the lake that it was made with",
      );
    }
    if (!await writeMark(storage, recorded, version)) {
      throw new LakeError(
        `repairing the lake: "${storage.url}" was marked meanwhile, wanted to be asked again`,
      );
    }
    return "written anew from the state";
  } finally {
    await state.close();
  }
}

/** The files that the newest events of a state name. */
export async function newestFiles(state: State): Promise<FileRef[]> {
  const { seq } = await state.snapshot([]);
  const events = await state.since(Math.max(0, seq - EVENTS));
  return events.flatMap((event) => event.kind === "materialized" ? event.payload.files : []);
}
