import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { copyState } from "../../../adapters/state/sqlite/copy.ts";
import { holdFile } from "../../../adapters/state/sqlite/held_file.ts";
import { migrations } from "../../../adapters/state/sqlite/migrations.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { replaceState } from "../../../adapters/state/sqlite/replace.ts";
import { type State, StateError, StatePlaceError } from "../../../core/mod.ts";
import { inFolder } from "../../in_folder.ts";
import { ASSETS, HOURS, materialized, REQUEST } from "./build.ts";

/** A state with so many events. */
async function made(path: string, events: number): Promise<void> {
  const state = await openSqliteState({ path });
  await state.register(ASSETS, 0);
  for (let i = 1; i <= events; i++) await state.commit({ claim: null, events: [materialized(i)] });
  await state.close();
}

async function eventsIn(path: string): Promise<number> {
  const state = await openSqliteState({ path, access: "read" });
  try {
    return (await state.since(0)).length;
  } finally {
    await state.close();
  }
}

/** The files of a folder, but for the locks of workers. */
const names = (folder: string) =>
  [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name).sort();
const now = new Date("2026-11-21T08:09:10.500Z");
const replaced = (path: string, copy: string) =>
  replaceState({ action: "restoring the state", path, now }, async (place) => {
    await copyState(copy, place);
    await (await openSqliteState({ path: place, making: true })).close();
  });

Deno.test("sqlite: a copy is whole as of one moment, with what lies in the log, while others write", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 3);
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    await state.commit({ claim: null, events: [materialized(4)] });
    const writer = new DatabaseSync(path);
    writer.exec("BEGIN IMMEDIATE; DELETE FROM events");
    const { bytes, version } = await copyState(path, `${folder}/copy.db`);
    writer.exec("ROLLBACK");
    writer.close();
    assertEquals(version, migrations.length);
    assertEquals(bytes, (await Deno.stat(`${folder}/copy.db`)).size);
    assertEquals(await eventsIn(`${folder}/copy.db`), 4);
    assertEquals(names(folder).filter((name) => name.startsWith("copy")), ["copy.db"]);
    await state.close();
  }));

Deno.test("sqlite: a copy takes nothing's place, and what is no state is not copied", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const refused = async (from: string, to: string, line: string) => {
      const error = await assertRejects(() => copyState(from, to), StateError);
      assertEquals(error.message, line);
    };
    await refused(path, `${folder}/copy`, `copying the state: found nothing at "${path}", wanted a state`);
    await made(path, 1);
    await Deno.writeTextFile(`${folder}/taken`, "mine");
    await refused(
      path,
      `${folder}/taken`,
      `writing "${folder}/taken": found something there, wanted a new file`,
    );
    assertEquals(await Deno.readTextFile(`${folder}/taken`), "mine");
    await refused(
      path,
      `${folder}/no/copy`,
      `writing "${folder}/no/copy": its folder is not there, wanted one that is`,
    );
    await Deno.writeTextFile(`${folder}/empty`, "");
    await refused(
      `${folder}/empty`,
      `${folder}/copy`,
      `copying the state: found an empty file at "${folder}/empty", wanted a state`,
    );
    assertEquals(names(folder), ["empty", "state.db", "taken"]);
  }));

Deno.test("sqlite: what a killed copy left is taken away by the next; one that another process writes is not", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 2);
    await Deno.writeTextFile(`${folder}/copy.part`, "half of it");
    {
      using _held = holdFile(`${folder}/copy.part`);
      await assertRejects(() => copyState(path, `${folder}/copy`), StateError, "another process writing it");
      assertEquals(names(folder).includes("copy"), false);
    }
    await Deno.writeTextFile(`${folder}/copy.part`, "half of it");
    await copyState(path, `${folder}/copy`);
    assertEquals(await eventsIn(`${folder}/copy`), 2);
    assertEquals(names(folder), ["copy", "state.db"]);
  }));

Deno.test("sqlite: of a damaged state no copy is made", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 400);
    const bytes = await Deno.readFile(path);
    bytes.fill(0x5a, 6 * 1024, bytes.length - 1024);
    await Deno.writeFile(path, bytes);
    await assertRejects(() => copyState(path, `${folder}/copy`), StateError, "is damaged");
    assertEquals(names(folder), ["state.db"]);
  }));

Deno.test("sqlite: a state that takes another's place keeps that one, and is whole", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 3);
    await copyState(path, `${folder}/copy`);
    await made(path, 5);
    const before = await eventsIn(path);
    assertEquals(before, 8);
    const kept = `${path}.before-20261121T080910Z`;
    assertEquals(await replaced(path, `${folder}/copy`), { made: undefined, kept });
    assertEquals([await eventsIn(path), await eventsIn(kept)], [3, 8]);
    assertEquals(await replaced(path, kept), { made: undefined, kept: `${kept}-2` });
    assertEquals([await eventsIn(path), await eventsIn(`${kept}-2`)], [8, 3]);
    await made(path, 1);
    assertEquals(await eventsIn(path), 9);
    const left = names(folder).filter((name) => /new|replacing|part/.test(name));
    assertEquals(left, []);
    const db = new DatabaseSync(path, { readOnly: true });
    assertEquals(db.prepare("PRAGMA integrity_check").all().length, 1);
    db.close();
  }));

Deno.test("sqlite: whoever opened a state before it was replaced writes nothing to the new one", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 2);
    await copyState(path, `${folder}/copy`);
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    await replaced(path, `${folder}/copy`);
    await assertRejects(
      () => state.commit({ claim: null, events: [materialized(9)] }),
      StateError,
      `writing the state: "${path}" was moved, removed or replaced meanwhile`,
    );
    await state.close().catch(() => {});
    assertEquals(await eventsIn(path), 2);
  }));

Deno.test("sqlite: a state that somebody is at work with is not replaced", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 2);
    await copyState(path, `${folder}/copy`);
    const state = await openSqliteState({ path });
    await state.beginRun(REQUEST, 0);
    const { message } = await assertRejects(() => replaced(path, `${folder}/copy`), StateError);
    assertEquals(
      message,
      `restoring the state: found process ${Deno.pid} on ${Deno.hostname()} at work with "${path}", wanted it to end`,
    );
    await state.close();
    await replaced(path, `${folder}/copy`);
    {
      using _held = holdFile(`${path}.replacing`);
      await assertRejects(() => replaced(path, `${folder}/copy`), StateError, "another process replacing");
    }
  }));

Deno.test("sqlite: a damaged state is replaced, and kept as it lay there; so is a log without a state", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 2);
    await copyState(path, `${folder}/copy`);
    const kept = `${path}.before-20261121T080910Z`;
    await Deno.writeTextFile(path, "rubbish ".repeat(1_000));
    assertEquals((await replaced(path, `${folder}/copy`)).kept, kept);
    assertEquals(await eventsIn(path), 2);
    assertStringIncludes(await Deno.readTextFile(kept), "rubbish");

    await Deno.remove(path);
    await Deno.remove(kept);
    await Deno.writeTextFile(`${path}-wal`, "another's");
    assertEquals((await replaced(path, `${folder}/copy`)).kept, null);
    assertEquals([await eventsIn(path), await Deno.readTextFile(`${kept}-wal`)], [2, "another's"]);
  }));

Deno.test("sqlite: another program's tables and a newer state are never replaced", () =>
  inFolder(async (folder) => {
    const [path, other] = [`${folder}/state.db`, `${folder}/other.db`];
    await made(path, 1);
    await copyState(path, `${folder}/copy`);
    const db = new DatabaseSync(other);
    db.exec("CREATE TABLE notes (text)");
    db.close();
    await assertRejects(() => replaced(other, `${folder}/copy`), StatePlaceError, "another program's tables");
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    await assertRejects(() => replaced(path, `${folder}/copy`), StatePlaceError, "schema version 99");
  }));

/** A state of version 3 with one event. */
function older(path: string): void {
  const db = new DatabaseSync(path);
  for (const step of migrations.slice(0, 3)) db.exec(step);
  db.exec(`PRAGMA application_id = ${0x61697267}; PRAGMA user_version = 3; PRAGMA journal_mode = WAL;
    INSERT INTO assets VALUES (1, '${HOURS}', '${JSON.stringify(ASSETS[0].partitions)}', 1);
    INSERT INTO codes VALUES (1, 1, '1', '[]');
    INSERT INTO events (seq, kind, asset, at, first) VALUES (1, 1, 1, 9, 1)`);
  db.close();
}

const versionOf = (path: string) => {
  const db = new DatabaseSync(path, { readOnly: true });
  const version = db.prepare("PRAGMA user_version").get()!.user_version;
  db.close();
  return version;
};

Deno.test("sqlite: what a migration changes is kept as it was, until the next one is done", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    older(path);
    await Deno.writeTextFile(`${path}.v1.bak`, "from an earlier migration");
    await Deno.writeTextFile(`${path}.v3.bak`, "from one that failed");
    await Deno.writeTextFile(`${path}.v2.bak.mine`, "mine");
    const told: string[] = [];
    const state = await openSqliteState({ path, tell: (line) => told.push(line) });
    assertEquals(await state.since(0), [{
      ...{ kind: "wiped", seq: 1, asset: HOURS, at: 9, run: null, from: 1, to: 1 },
    }]);
    await state.close();
    assertEquals(told, [
      `"${path}" was brought from schema version 3 to ${migrations.length}; ` +
      `as it was, it is kept as "${path}.v3.bak" until the next migration`,
    ]);
    assertEquals(names(folder), ["state.db", "state.db.v2.bak.mine", "state.db.v3.bak"]);
    assertEquals([versionOf(path), versionOf(`${path}.v3.bak`)], [migrations.length, 3]);
    await (await openSqliteState({ path, tell: (line) => told.push(line) })).close();
    assertEquals(told.length, 1);
    // A copy from before a migration is a state to go back to, or on from.
    await copyState(`${path}.v3.bak`, `${folder}/again.db`);
    assertEquals(versionOf(`${folder}/again.db`), 3);
  }));

Deno.test("sqlite: a migration that fails leaves the state as it was", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    older(path);
    const db = new DatabaseSync(path);
    db.exec("ALTER TABLE claims ADD COLUMN step INTEGER");
    db.close();
    const before = await contents(path);
    const { message } = await assertRejects(() => openSqliteState({ path }), StateError);
    assertEquals(
      message,
      `opening the state: "${path}" cannot be brought from schema version 3 to ${migrations.length} ` +
        "(duplicate column name: step), wanted a whole state of version 3; it is as it was",
    );
    assertEquals(await contents(path), before);
    assertEquals(versionOf(`${path}.v3.bak`), 3);
  }));

async function contents(path: string): Promise<unknown> {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const schema = db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
    const version = db.prepare("PRAGMA user_version").get();
    return await Promise.resolve({ schema, version, events: db.prepare("SELECT * FROM events").all() });
  } finally {
    db.close();
  }
}

Deno.test("sqlite: a new state, and one in the making, keep nothing from before", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await made(path, 1);
    older(`${folder}/older.db`);
    const state: State = await openSqliteState({ path: `${folder}/older.db`, making: true });
    await state.close();
    assert(names(folder).every((name) => !name.endsWith(".bak")));
  }));
