import { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import { LocalPublisher } from "../adapters/object_store/local/publisher.ts";
import type { Config } from "../config.ts";
import type { FileRef, State } from "../core/mod.ts";
import type { Finding } from "./doctor.ts";
import { identityOf, LakeError, writeIdentity } from "./identity.ts";
import { isThere, openState } from "./state.ts";
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
async function repairIdentity({ lake, state: path }: Config): Promise<string> {
  if (!await isThere(path)) return "no state yet, nothing to repair";
  const state = await openState(path, "write");
  try {
    const { recorded, inLake } = await identityOf(state, lake);
    if (recorded === undefined) return "the state was made with no lake yet, nothing to repair";
    if (inLake === "other") {
      throw new LakeError(
        `repairing the lake: "${lake}" and the state "${path}" do not belong together, wanted those of one lake`,
      );
    }
    if (inLake === "same") return "whole";
    if (!await holds(lake, await newestFiles(state))) {
      throw new LakeError(
        `repairing the lake: "${lake}" holds none of the newest files that the state "${path}" names, ` +
          "wanted the lake that it was made with",
      );
    }
    await writeIdentity(lake, recorded);
    return "written anew from the state";
  } finally {
    await state.close();
  }
}

async function newestFiles(state: State): Promise<FileRef[]> {
  const { seq } = await state.snapshot([]);
  const events = await state.since(Math.max(0, seq - EVENTS));
  return events.flatMap((event) => event.kind === "materialized" ? event.payload.files : []);
}

async function holds(lake: string, files: readonly FileRef[]): Promise<boolean> {
  const publisher = new LocalPublisher(new LakeFolder(lake));
  return (await publisher.intact(files)).some(Boolean);
}
