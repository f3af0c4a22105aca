import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { allRows } from "../../../adapters/state/sqlite/blocks.ts";
import { Database } from "../../../adapters/state/sqlite/database.ts";
import { migrations } from "../../../adapters/state/sqlite/migrations.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { FILES_INTACT, type NewEvent, type State } from "../../../core/mod.ts";
import { atState } from "../../in_folder.ts";
import { ASSETS, bytes, DAYS, HOURS, materialized, rows, version } from "./build.ts";
import { PACKED } from "./sqlite_child.ts";

/** A day's code with so many edges. */
const daysReading = (edges: number) => ({
  ...ASSETS[1],
  record: {
    version: "1",
    edges: Array.from({ length: edges }, (_, i) => ({ upstream: HOURS, mapping: `${i}` })),
  },
});

/** The snapshot's rows beside those that the tables have, whatever is packed. */
async function assertAsTables(path: string, state: State, what: string): Promise<void> {
  const { assets } = await state.snapshot([HOURS, DAYS]);
  const db = new Database(path);
  for (const [place, key] of [HOURS, DAYS].entries()) {
    const tables = allRows(db, { asset: place + 1, changed: undefined, codeRecords: new Map() });
    assertEquals(assets.get(key), tables, `${key} ${what}`);
  }
  db.close();
}

function tableOf(path: string, sql: string): unknown[] {
  const db = new DatabaseSync(path);
  try {
    return db.prepare(sql).all().map((row) => Object.values(row));
  } finally {
    db.close();
  }
}

/** Partitions at the ends of blocks and within them. */
const partition = fc.constantFrom(0, 1, 700, 1_023, 1_024, 1_025, 3_000, 3_001, 400_000);
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("made"), partition, code: fc.nat(2) }) },
  fc.record({ kind: fc.constantFrom("wiped", "expired", "failed", "due"), from: partition, to: partition }),
  fc.record({ kind: fc.constant("checked"), partition, of: fc.nat(20), passed: fc.boolean() }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function eventOf(change: Change, asset: string, place: number): NewEvent {
  const common = { asset, at: place, run: null };
  if ("code" in change) {
    const edges = asset === DAYS ? change.code : 0;
    return materialized(change.partition, {
      asset,
      codeId: asset === DAYS ? 2 + change.code : 1,
      edges: bytes(place % 256, edges * 32),
      member: bytes(place % 256),
      dataVersion: version(place),
      at: place,
    });
  }
  if ("passed" in change) {
    const check = { check: FILES_INTACT, severity: "blocking", passed: change.passed } as const;
    return { kind: "checked", ...common, partition: change.partition, of: change.of, checks: [check] };
  }
  const [from, to] = [Math.min(change.from, change.to), Math.max(change.from, change.to)];
  const kind = change.kind as "wiped" | "expired" | "failed" | "due";
  if (kind === "failed") return { kind, ...common, from, to, reason: "error", message: "no" };
  return kind === "due" ? { kind, ...common, from, to, detail: "d" } : { kind, ...common, from, to };
}

Deno.test("sqlite: what is packed, with what happened since, is what the tables have, whoever packs when", async () => {
  const batch = fc.record({
    handle: fc.nat(2),
    events: fc.array(fc.tuple(fc.boolean(), change), { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
      await atState(async (path) => {
        // One packs at every commit, one after some events, one never does.
        const states = await Promise.all([0, 3, Infinity].map((few) => openSqliteState({ path, few })));
        for (const edges of [0, 1, 2]) await states[0]!.register([ASSETS[0], daysReading(edges)], 0);
        let place = 0;
        // Two commits at a time.
        for (let next = 0; next < batches.length; next += 2) {
          await Promise.all(
            batches.slice(next, next + 2).map(({ handle, events }) =>
              states[handle]!.commit({
                claim: null,
                events: events.map(([days, change]) => eventOf(change, days ? DAYS : HOURS, ++place)),
              })
            ),
          );
          await assertAsTables(path, states[2]!, `after ${next + 2} batches`);
        }
        for (const state of states) await state.close();
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("sqlite: after many events little is left to be read one by one, and untouched blocks stay as they were", () =>
  atState(async (path) => {
    const state = await openSqliteState({ path, few: 5 });
    await state.register(ASSETS, 0);
    const commit = (...partitions: number[]) =>
      state.commit({ claim: null, events: partitions.map((each) => materialized(each)) });
    const packs = () => tableOf(path, "SELECT asset, block, seq FROM packs ORDER BY 1, 2");
    await commit(1, 2, 3, 2_000, 9_000);
    assertEquals(packs(), []);
    await commit(2_001);
    assertEquals(packs(), [[1, 0, 6], [1, 1, 6], [1, 8, 6]]);
    await commit(4, 5, 6, 7, 8);
    assertEquals(packs(), [[1, 0, 6], [1, 1, 6], [1, 8, 6]]);
    await commit(9);
    assertEquals(packs(), [[1, 0, 12], [1, 1, 6], [1, 8, 6]]);
    // An asset of which nothing was heard does not hold back the others.
    assertEquals(tableOf(path, "SELECT asset, seq FROM packed"), [[1, 12], [2, 12]]);
    await assertAsTables(path, state, "packed");
    await state.close();
  }));

Deno.test("sqlite: while blocks are read to be packed, others can write", () =>
  atState(async (path) => {
    const state = await openSqliteState({ path, few: 0 });
    await state.register(ASSETS, 0);
    const other = new DatabaseSync(path, { timeout: 0 });
    const { all, get } = Database.prototype;
    let [isPacking, free, locked] = [false, 0, 0];
    const tryToWrite = (sql: string) => {
      isPacking ||= sql.includes("FROM packs");
      if (!isPacking) return;
      try {
        other.exec("BEGIN IMMEDIATE; COMMIT");
        free++;
      } catch {
        locked++;
      }
    };
    try {
      Object.assign(Database.prototype, {
        all(this: Database, ...given: Parameters<typeof all>) {
          tryToWrite(given[0]);
          return all.apply(this, given);
        },
        get(this: Database, ...given: Parameters<typeof get>) {
          tryToWrite(given[0]);
          return get.apply(this, given);
        },
      });
      await state.commit({ claim: null, events: [1, 2_000, 9_000].map((each) => materialized(each)) });
    } finally {
      Object.assign(Database.prototype, { all, get });
    }
    assertEquals(tableOf(path, "SELECT count(*) FROM packs"), [[3]]);
    assert(free > 3, `found ${free} reads at which others could write`);
    assertEquals(locked, 0);
    other.close();
    await state.close();
  }));

Deno.test("sqlite: packs of before are made anew", () =>
  atState(async (path) => {
    const db = new DatabaseSync(path);
    db.exec(migrations.slice(0, 4).join(""));
    db.exec(`PRAGMA application_id = ${0x61697267}; PRAGMA user_version = 4;
      INSERT INTO assets VALUES (1, '${HOURS}', '${JSON.stringify(ASSETS[0].partitions)}', 1);
      INSERT INTO codes VALUES (1, 1, '1', '[]');
      INSERT INTO events (seq, kind, asset, at, first, code, read, version, member)
        VALUES (1, 0, 1, 1000, 1, 1, 0, x'${version(1)}', x'${"01".repeat(32)}');
      INSERT INTO partitions VALUES (1, 1, 1, 1, 1, 0, 0);
      INSERT INTO packs VALUES (1, 1, x'00');`);
    db.close();
    for (const access of ["read", "write"] as const) {
      const state = await openSqliteState({ path, access, few: 0 });
      await state.register(ASSETS, 0);
      assertEquals(rows(await state.snapshot([HOURS])), [{ partition: 1, seq: 1, changed: 1, status: 1 }]);
      if (access === "write") await state.commit({ claim: null, events: [materialized(2)] });
      await state.close();
    }
    assertEquals(tableOf(path, "SELECT asset, block, seq FROM packs"), [[1, 0, 3]]);
    const state = await openSqliteState({ path });
    await assertAsTables(path, state, "migrated");
    await state.close();
  }));

Deno.test("sqlite: processes that pack at once, and are killed at it, lose nothing", () =>
  atState(async (path) => {
    const child = () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          fromFileUrl(import.meta.resolve("./sqlite_child.ts")),
          "pack",
          path,
        ],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    let heard = 0;
    for (let round = 0; round < 4; round++) {
      const children = [child(), child()];
      for (const [place, packing] of children.entries()) {
        const reader = packing.stdout.getReader();
        // Each says a word after each commit; it is killed while it is at a later one.
        for (let words = 0; words <= round + place; words++) {
          heard += (await reader.read()).value?.length ?? 0;
        }
        packing.kill("SIGKILL");
        await packing.status;
        await reader.cancel();
      }
      await assertAsTables(path, state, `after ${round + 1} kills`);
    }
    assert(tableOf(path, "SELECT * FROM packs").length > 0);
    assert((await state.snapshot([HOURS])).seq >= heard * PACKED);
    await state.close();
  }));
