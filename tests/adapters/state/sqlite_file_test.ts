import { assert, assertEquals, assertLessOrEqual, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Database } from "../../../adapters/state/sqlite/database.ts";
import { migrations } from "../../../adapters/state/sqlite/migrations.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { type State, StateError } from "../../../core/mod.ts";
import { inFolder } from "../../in_folder.ts";
import { ASSETS, claimed, HOURS, materialized, REQUEST, version } from "./build.ts";

function sql(path: string, text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

const refused = async (path: string, line: string) => {
  const error = await assertRejects(() => openSqliteState({ path }), StateError);
  assertEquals(error.message, line);
};

Deno.test("sqlite: a state is made with its folder and is there when it is opened again", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a/b/state.db`;
    for (const seq of [1, 2]) {
      const state = await openSqliteState({ path });
      await state.register(ASSETS, 0);
      assertEquals(await state.commit({ claim: null, events: [materialized(seq)] }), {
        status: "committed",
        seq,
      });
      await state.close();
    }
  }));

Deno.test("sqlite: a state of a newer version is refused and left alone", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await (await openSqliteState({ path })).close();
    const newer = migrations.length + 1;
    sql(path, `PRAGMA user_version = ${newer}`);
    const before = await Deno.readFile(path);
    await refused(
      path,
      `opening the state: "${path}" has schema version ${newer}, this Airgraph knows up to ${migrations.length}, ` +
        "wanted a newer Airgraph or another STATE_URL",
    );
    assertEquals(await Deno.readFile(path), before);
  }));

Deno.test("sqlite: a state of 0.1 is opened with what stands, and what a worker of then had begun", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const replacement = { final: "a", temporary: "_staging/1/a", standing: "v1" };
    const { member, edges, codeId: code, ...event } = materialized(2);
    const body = {
      event: { ...event, code, member: member.toHex(), edges: edges.toHex() },
      replacements: [replacement],
      measured: [],
    };
    const checked = JSON.stringify([{ check: "sorted", severity: "blocking", passed: true }]);
    const request = { command: "rollback", asset: HOURS, partition: "2024-01-15T07" };
    sql(path, migrations[0]!);
    sql(
      path,
      `PRAGMA application_id = ${0x61697267}; PRAGMA user_version = 1;
      INSERT INTO assets VALUES (1, '${HOURS}', '${JSON.stringify(ASSETS[0].partitions)}', 1);
      INSERT INTO codes VALUES (1, 1, '1', '[]');
      INSERT INTO events (seq, kind, asset, at, first, code, read, version, member)
        VALUES (1, 0, 1, 1000, 1, 1, 0, x'${version(1)}', x'${
        "01".repeat(32)
      }'), (2, 4, 1, 9, 1, NULL, NULL, NULL, NULL);
      INSERT INTO details VALUES (2, '${checked}');
      INSERT INTO partitions VALUES (1, 1, 1, 1, 1, 1, 0);
      INSERT INTO workers VALUES (7, 'a.host', 42, 'a boot and 17 ticks');
      INSERT INTO runs VALUES (3, 0, 7, 5, NULL, 1, NULL, '${JSON.stringify(request)}', NULL);
      INSERT INTO claims VALUES (5, 1, 3, 7, '[{"from":2,"to":2}]');
      INSERT INTO intents VALUES (5, 2, '${JSON.stringify(body)}');`,
    );
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    assertEquals(
      (await state.since(1)).flatMap((event) => event.kind === "checked" ? event.of : event.kind),
      [
        0,
        "registered",
      ],
    );
    assertEquals((await state.materializations(HOURS, [{ from: 1, to: 1 }])).map(({ event }) => event), [
      materialized(1),
    ]);
    const [adopted] = await state.recover(9);
    assertEquals(adopted!.intents, [{
      event: materialized(2),
      replacements: [{ ...replacement, standing: { dataVersion: "v1" } }],
      measured: [],
    }]);
    const { run } = (await state.run(3))!;
    assertEquals(run.status, "interrupted");
    const [from, to] = ["2024-01-15T07", "2024-01-15T07"];
    assertEquals(run.request, { command: "rollback", ranges: [{ asset: HOURS, from, to }] });
    await state.close();
  }));

Deno.test("sqlite: a state of 0.2 knows whose its files are", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const files = JSON.stringify({ files: [{ path: "zone/a", size: 1, hash: "aa" }] });
    sql(path, migrations[0]! + migrations[1]!);
    sql(
      path,
      `PRAGMA application_id = ${0x61697267}; PRAGMA user_version = 2;
      INSERT INTO assets VALUES (1, '${HOURS}', '${JSON.stringify(ASSETS[0].partitions)}', 1);
      INSERT INTO codes VALUES (1, 1, '1', '[]');
      INSERT INTO events (seq, kind, asset, at, first, code, read, version, member)
        VALUES (1, 0, 1, 1000, 1, 1, 0, x'${version(1)}', x'${"01".repeat(32)}');
      INSERT INTO details VALUES (1, '${files}');
      INSERT INTO partitions VALUES (1, 1, 1, 1, 1, 0, 0);`,
    );
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    const claim = await claimed(state, { from: 2, to: 2 });
    const replacements = [{ final: "zone/a", temporary: "_staging/1/a" }];
    const intents = [{ event: materialized(2), replacements, measured: [] }];
    assertEquals(await state.commit({ claim, events: [], intents }), {
      status: "taken",
      places: [{ partition: 2, path: "zone/a", by: { asset: HOURS, partition: 1 } }],
    });
    await state.close();
  }));

Deno.test("sqlite: what is no state is refused in one line", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.db`, "something else altogether\n".repeat(100));
    await refused(
      `${folder}/text.db`,
      `opening the state: "${folder}/text.db" is no SQLite database, ` +
        'wanted another STATE_URL, or, if it was one, "state restore" or "state rebuild"',
    );
    sql(`${folder}/other.db`, "CREATE TABLE notes (text)");
    await refused(
      `${folder}/other.db`,
      `opening the state: "${folder}/other.db" holds another program's tables, wanted a state or a new file`,
    );
    await refused(folder, `opening the state: "${folder}" is a folder, wanted a file`);
    const error = await assertRejects(
      () => openSqliteState({ path: `${folder}/text.db/state.db` }),
      StateError,
    );
    assert(
      error.message.startsWith(
        `opening the state: the folder of "${folder}/text.db/state.db" cannot be made`,
      ),
    );
  }));

for (
  const [what, change] of [
    ["moved", (path: string) => Deno.renameSync(path, `${path}.moved`)],
    ["removed", (path: string) => Deno.removeSync(path)],
    ["replaced", (path: string) => {
      Deno.copyFileSync(path, `${path}.copy`);
      Deno.renameSync(`${path}.copy`, path);
    }],
  ] as const
) {
  Deno.test(`sqlite: what is written to a state that was ${what} meanwhile is no success`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/state.db`;
      const state = await openSqliteState({ path });
      await state.register(ASSETS, 0);
      change(path);
      const says = `writing the state: "${path}" was moved, removed or replaced meanwhile`;
      await assertRejects(
        () => state.commit({ claim: null, events: [materialized(1)] }),
        StateError,
        says,
      );
      await assertRejects(() => state.close(), StateError, says);
    }));
}

Deno.test("sqlite: a file where the locks of workers belong is named", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    await Deno.writeTextFile(`${path}-workers`, "");
    const state = await openSqliteState({ path });
    await assertRejects(
      () => state.beginRun(REQUEST, 0),
      StateError,
      `writing the state: "${path}-workers" cannot be made`,
    );
    await assertRejects(() => state.close(), StateError).catch(() => {});
  }));

Deno.test("sqlite: what a statement returns whose commit failed is no answer", () =>
  inFolder((folder) => {
    const db = new Database(`${folder}/state.db`);
    // Looked at when the statement is committed, as late as a disk that fails.
    db.exec(`PRAGMA foreign_keys = ON; CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE claims (token INTEGER PRIMARY KEY AUTOINCREMENT,
        parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`);
    assertThrows(
      () => db.get("INSERT INTO claims (parent) VALUES (7) RETURNING token"),
      Error,
      "FOREIGN KEY",
    );
    db.close();
    return Promise.resolve();
  }));

Deno.test("sqlite: a full disk ends the transaction, not the state", () =>
  inFolder(async (folder) => {
    const db = new Database(`${folder}/full.db`);
    db.exec("CREATE TABLE filler (bytes); PRAGMA max_page_count = 10");
    await db.write(() => db.run("INSERT INTO filler VALUES (1)"));
    const error = await assertRejects(
      () => db.write(() => db.run("INSERT INTO filler VALUES (zeroblob(1000000))")),
      StateError,
    );
    assertEquals(
      error.message,
      `writing the state: the disk of "${folder}/full.db" is full, wanted free space`,
    );
    await db.write(() => db.run("INSERT INTO filler VALUES (2)"));
    assertEquals(
      db.get("SELECT count(*) AS count FROM filler"),
      Object.assign(Object.create(null), { count: 2 }),
    );
    db.close();
  }));

Deno.test("sqlite: a run of one partition adds at most 400 bytes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.db`;
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    const sizes = [];
    for (let last = 0; last < 400; last += 200) {
      for (let partition = last; partition < last + 200; partition++) await runOne(state, partition);
      sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
      sizes.push((await Deno.stat(path)).size);
    }
    await state.close();
    assertLessOrEqual((sizes[1]! - sizes[0]!) / 200, 400);
  }));

async function runOne(state: State, ordinal: number): Promise<void> {
  const partition = 400_000 + ordinal;
  const at = Date.UTC(2024, 0, 1) + ordinal * 1_000;
  const request = { ...REQUEST, selection: [HOURS], partitions: ["2024-01-15T07"] };
  const run = await state.beginRun(request, at);
  const { granted } = await state.claim(run, HOURS, [{ from: partition, to: partition }]);
  await state.commit({
    claim: granted!.token,
    events: [materialized(partition, { run, at, read: ordinal, dataVersion: version(2 ** 50 + ordinal) })],
    step: {
      run,
      step: 1,
      asset: HOURS,
      from: partition,
      to: partition,
      started: at,
      ended: at + 3,
      outcome: "succeeded",
      materialized: 1,
      failed: 0,
    },
    release: true,
  });
  await state.endRun(run, "succeeded", { materialized: 1, unchanged: 0, failed: 0, blocked: 0 }, at + 9);
}
