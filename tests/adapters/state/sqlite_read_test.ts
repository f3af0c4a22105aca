import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { type State, StateError } from "../../../core/mod.ts";
import { ASSETS, HOURS, materialized } from "./build.ts";

/** A state with one event in a folder of its own. */
async function withState(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/state.db`;
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    await state.commit({ claim: null, events: [materialized(1)] });
    await state.close();
    await body(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const toRead = (path: string) => openSqliteState({ path, access: "read" });

/** All that a look takes in: the numbers of the code records, and how many events and rows there are. */
async function looked(state: State) {
  const changed = ASSETS.map((asset) => ({ ...asset, record: { ...asset.record, version: "another" } }));
  const recorded = await state.register(ASSETS, 0);
  const declared = await state.register(changed, 0);
  const { assets, seq } = await state.snapshot(ASSETS.map(({ key }) => key));
  await state.keyValue.list("");
  await state.runs(9);
  await state.close();
  return {
    recorded: recorded.map(({ codeId }) => codeId > 0),
    declared: declared.map(({ codeId }) => codeId > 0),
    seq,
    rows: assets.get(HOURS)!.ordinals.length,
  };
}

const LOOKED = {
  recorded: ASSETS.map(() => true),
  declared: ASSETS.map(() => false),
  seq: 1,
  rows: 1,
};

Deno.test("sqlite: looking writes nothing, not even a changed declaration", () =>
  withState(async (path) => {
    const before = await Deno.readFile(path);
    assertEquals(await looked(await toRead(path)), LOOKED);
    assertEquals(await Deno.readFile(path), before);
    const state = await toRead(path);
    await assertRejects(() => state.commit({ claim: null, events: [materialized(2)] }), StateError);
    await state.close();
  }));

Deno.test("sqlite: looking waits for no writer, be it in the middle of a transaction", () =>
  withState(async (path) => {
    const writer = new DatabaseSync(path);
    writer.exec("BEGIN IMMEDIATE; DELETE FROM events");
    assertEquals(await looked(await toRead(path)), LOOKED);
    writer.close();
  }));

/** The file through which SQLite shares a state cannot be made any more: as in a folder that can only be read. */
const close = (path: string) => Deno.symlinkSync("/nowhere", `${path}-shm`);

Deno.test("sqlite: a state in a folder that can only be read is looked at", () =>
  withState(async (path) => {
    close(path);
    assertEquals(await looked(await toRead(path)), LOOKED);
    await assertRejects(() => openSqliteState({ path }), StateError, "cannot be opened");
  }));

Deno.test("sqlite: what a killed process left in the log is seen, too, where nothing can be written", () =>
  withState(async (path) => {
    const state = await openSqliteState({ path });
    await state.commit({ claim: null, events: [materialized(2)] });
    const left = `${path}-left`;
    await Deno.copyFile(path, left);
    await Deno.copyFile(`${path}-wal`, `${left}-wal`);
    await state.close();
    close(left);
    assertEquals(await looked(await toRead(left)), { ...LOOKED, seq: 2, rows: 2 });
  }));

Deno.test("sqlite: a state that is yet to be brought up to this version is looked at as a copy", () =>
  withState(async (path) => {
    const empty = `${path}-empty`;
    await Deno.writeFile(empty, new Uint8Array());
    const state = await toRead(empty);
    assertEquals(await state.runs(9), []);
    await state.close();
    assertEquals((await Deno.stat(empty)).size, 0);
  }));
