import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { EngineError } from "../../../../core/mod.ts";
import { audited, TestLake } from "../../../assets/vietnam/lake.ts";

const DAYS = ["2024-01-15", "2024-01-16", "2024-01-17"];

/** Three days of two hours each at two locations. */
async function threeDays() {
  const lake = await TestLake.open();
  await lake.putStations([{ id: 1, name: "Hanoi", city: "Hanoi", latitude: 21, longitude: 105 }]);
  await lake.putRaw(
    DAYS.flatMap((day) =>
      [7, 8].flatMap((hour) =>
        [2, 1].map((id) => ({ datetime: `${day}T0${hour}:00:00Z`, location_id: id, sensor_id: 10 * id }))
      )
    ),
  );
  return lake;
}

function rawPath(lake: TestLake, hour: string): string {
  return lake.hours.get(hour)!.files[0]!.path;
}

const BROKEN: readonly (readonly [string, (good: Uint8Array) => Uint8Array | null, RegExp])[] = [
  ["gone", () => null, /there is no such file/],
  ["cut short", (good) => good.slice(0, good.length - 12), /its size is \d+ bytes, wanted \d+ bytes/],
  ["no gzip", (good) => good.map((_, i) => 65 + i % 7), /its bytes are others than were published/],
  ["no JSON", (good) => gzipSync("{".repeat(20)).subarray(0, good.length), /.+/],
];

for (const [what, change, reason] of BROKEN) {
  Deno.test(`a raw file that is ${what} fails its day alone, and is named`, async () => {
    await using lake = await threeDays();
    const path = rawPath(lake, "2024-01-16T08");
    const changed = change(await Deno.readFile(`${lake.root}/${path}`));
    if (changed === null) await Deno.remove(`${lake.root}/${path}`);
    else await lake.write(path, changed);
    const made = await lake.make(lake.dev, DAYS[0]!, DAYS[2]!);
    assertEquals([...made.outputs.keys()], [DAYS[0]!, DAYS[2]!]);
    assertEquals([...made.failures.keys()], [DAYS[1]!]);
    const said = made.failures.get(DAYS[1]!)!;
    assert(said.startsWith(`reading "${path}": `), said);
    assertMatch(said, reason);
    assert(!said.includes("\n") && !said.includes(lake.root), said);
  });
}

Deno.test("broken files of several days fail each their own", async () => {
  await using lake = await threeDays();
  for (const day of [DAYS[0]!, DAYS[2]!]) {
    const hour = `${day}T07`;
    const lines = gzipSync('{"location_id": 1, "value": oops}\n');
    const { path } = await lake.write(rawPath(lake, hour), lines);
    lake.hours.delete(hour);
    lake.putHour(hour, { path, size: lines.length, hash: hash("sha256", lines) }, 1);
  }
  const made = await lake.make(lake.dev, DAYS[0]!, DAYS[2]!);
  assertEquals([...made.outputs.keys()], [DAYS[1]!]);
  for (const day of [DAYS[0]!, DAYS[2]!]) {
    assertMatch(
      made.failures.get(day)!,
      new RegExp(`^reading "${rawPath(lake, `${day}T07`)}": malformed JSON`),
    );
  }
});

Deno.test("a reference that is broken fails the whole batch, and is named", async () => {
  await using lake = await threeDays();
  await lake.putStations([]);
  await Deno.writeTextFile(`${lake.root}/reference/vietnam/stations.json`, "[]]");
  await assertRejects(
    () => lake.make(lake.dev, DAYS[0]!, DAYS[2]!),
    EngineError,
    'reading "reference/vietnam/stations.json": its size is 3 bytes, wanted 2 bytes',
  );
});

Deno.test("one file a day, each sorted, of the same bytes for both marts", async () => {
  await using lake = await threeDays();
  const dev = await lake.make(lake.dev, DAYS[0]!, DAYS[2]!);
  await lake.publish(lake.dev, dev);
  const prod = await lake.make(lake.prod, DAYS[0]!, DAYS[2]!);
  for (const day of DAYS) {
    const [one] = audited(lake.dev, dev.outputs.get(day)!).files;
    const [other] = audited(lake.prod, prod.outputs.get(day)!).files;
    assertEquals([one!.hash, one!.size], [other!.hash, other!.size]);
    assert(one!.path !== other!.path);
    const rows = await lake.rows(other!.path);
    assertEquals(
      rows.map(({ location_id, datetime }) => `${location_id} ${String(datetime).slice(11, 13)}`),
      [
        "1 07",
        "1 08",
        "2 07",
        "2 08",
      ],
    );
  }
});

Deno.test("what is remembered is let go of when an input changes", async () => {
  await using lake = await threeDays();
  const before = await lake.make(lake.dev, DAYS[0]!, DAYS[0]!);
  lake.hours.delete(`${DAYS[0]}T07`);
  await lake.putRaw([{ datetime: `${DAYS[0]}T07:00:00Z`, value: 99 }], "20260103_000000");
  const after = await lake.make(lake.dev, DAYS[0]!, DAYS[0]!);
  assert(before.outputs.get(DAYS[0]!)!.dataVersion !== after.outputs.get(DAYS[0]!)!.dataVersion);
});

Deno.test("an aborted signal ends the work with its reason", async () => {
  await using lake = await threeDays();
  const controller = new AbortController();
  const making = lake.make(lake.dev, DAYS[0]!, DAYS[2]!, controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await making.catch((error) => error), reason);
});

Deno.test("a statement is interrupted while it runs", async () => {
  await using lake = await TestLake.open();
  const controller = new AbortController();
  const begun = Promise.withResolvers<void>();
  const running = lake.db.session(controller.signal, async (session) => {
    const answer = session.run("SELECT sum(sqrt(a.range * b.range)) FROM range(10000000) a, range(10000) b");
    begun.resolve();
    await answer;
  });
  await begun.promise;
  controller.abort(new Error("enough"));
  assertEquals((await running.catch((error) => error)).message, "enough");
});

Deno.test("a program that cannot be run is named", async () => {
  await using lake = await TestLake.open();
  const signal = new AbortController().signal;
  await assertRejects(
    () => lake.engine.query({ name: "audit", statement: "SELECT wanted", inputs: {} }, signal),
    EngineError,
    'running "audit": ',
  );
});
