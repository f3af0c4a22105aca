import { assert, assertEquals, assertLessOrEqual, assertMatch, assertNotMatch } from "@std/assert";
import { localStorage } from "../../app/storage.ts";
import { answeredHours } from "../../assets/vietnam/raw/answer_records.ts";
import { HOUR, iso } from "../../core/mod.ts";
import { contentOf } from "./content.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const SENSOR = 50_000_003;
const BEGIN = Date.UTC(2024, 2, 1);
const HOURS = 61 * 24;
const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-04-30"];
const MONTH = ["materialize", "--from", "2024-03-01", "--to", "2024-03-31"];
const ONE_DAY = ["materialize", "--from", "2024-03-01", "--to", "2024-03-01"];
/** Twenty-three hours all over the two months. */
const SCATTERED = Array.from({ length: 23 }, (_, i) => iso(BEGIN + (i * 63 + 5) * HOUR).slice(0, 13));
const PARTITIONS = SCATTERED.flatMap((key) => ["--partition", key]);
const FORCE = ["materialize", "vietnam/raw_prod", "--force", "--from", "2024-03-01", "--to", "2024-04-30"];

Deno.test("whatever is killed, scattered or failing costs no more than 1.3 times one undisturbed run", async (t) => {
  const begun = Date.now();
  await using server = new Server({ latency: 20, clock: { now: () => begun } });
  await using place = await Place.make(server.env);
  /** Requests made meanwhile. */
  const counted = async (work: () => Promise<void>) => {
    const before = server.requests;
    await work();
    return server.requests - before;
  };
  const succeeds = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await place.run(args);
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
    return stdout;
  };
  const killed = async (place: Place, args: readonly string[], after: number) => {
    const [program, before] = [place.start(args), server.requests];
    await until("requests", () => program.over || server.requests >= before + after);
    program.signal("SIGKILL");
    assertEquals((await program.ended).signal, "SIGKILL");
  };
  let once = Infinity;
  const fewer = (requests: number) => {
    console.log(`${requests} requests, ${once} undisturbed`);
    assertLessOrEqual(requests, 1.3 * once);
  };

  once = await counted(async () => void await succeeds(COMMAND));
  const content = await contentOf(place);

  await t.step("killed twice, then gone on with", async () => {
    await using other = await Place.make(server.env);
    fewer(
      await counted(async () => {
        for (const after of [once / 3, once / 3]) await killed(other, COMMAND, after);
        assertEquals((await other.run(COMMAND)).code, 0);
      }),
    );
    assertEquals(await contentOf(other), content);
    assertEquals(await askedHoursOf(other), await askedHoursOf(place));
  });

  await t.step("killed seven times, then gone on with", async () => {
    await using other = await Place.make(server.env);
    fewer(
      await counted(async () => {
        for (let i = 0; i < 7; i++) await killed(other, COMMAND, once / 7);
        assertEquals((await other.run(COMMAND)).code, 0);
      }),
    );
    assertEquals(await contentOf(other), content);
  });

  await t.step("scattered hours that are missing", async () => {
    await succeeds(["wipe", "vietnam/raw_prod", ...PARTITIONS]);
    fewer(await counted(async () => void await succeeds(COMMAND)));
    assertEquals(await contentOf(place), content);
  });

  await t.step("scattered hours by force", async () => {
    fewer(
      await counted(async () => {
        assertMatch(await succeeds(["materialize", "vietnam/raw_prod", "--force", ...PARTITIONS]), /23/);
      }),
    );
  });

  await t.step("all by force, each time anew", async () => {
    const forced = await counted(async () => void await succeeds(FORCE));
    assert(forced >= 100, `${forced} requests`);
    assertEquals(await counted(async () => void await succeeds(FORCE)), forced);
  });

  await t.step("a sensor that goes on failing", async () => {
    await server.fail(SENSOR, 500);
    await using other = await Place.make(server.env);
    fewer(await counted(async () => assertEquals((await other.run(COMMAND)).code, 0)));
    await other.run(["wipe", "vietnam/raw_prod", ...PARTITIONS]);
    fewer(await counted(async () => assertEquals((await other.run(COMMAND)).code, 0)));
    await server.fail(SENSOR, null);
    fewer(await counted(async () => assertEquals((await other.run(FORCE)).code, 0)));
    assertNotMatch((await other.run(["status"])).stdout, /set aside/);
    assertEquals((await other.run(COMMAND)).code, 0);
    // The rows as answered are those of two answers; what they come to is the same.
    assertEquals({ ...await contentOf(other), raw: content.raw }, content);
  });
});

/** The most that failing sensors may cost, however many they are; two more where that is more: see `retries.ts`. */
const most = (once: number) => Math.max(1.3 * once, once + 2);

for (
  const [what, sensors, range] of [
    ["month of sixty sensors", 60, MONTH],
    ["day of twenty sensors", 20, ONE_DAY],
    ["day of eight sensors", 8, ONE_DAY],
    ["day of two sensors", 2, ONE_DAY],
  ] as const
) {
  Deno.test(`however many sensors go on failing, they cost at most 1.3 times a ${what} in which none does, or two requests`, async () => {
    await using server = new Server({ dataset: generated({ sensors }) });
    const asked = async (failing: number) => {
      for (let i = 0; i < failing; i++) {
        await server.fail(Math.min(SENSOR, 50_000_000 + sensors) + (sensors === 60 ? 3 : 1) * i, 500);
      }
      await using place = await Place.make(server.env);
      server.requests = 0;
      const { code, stderr } = await place.run(range);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      const { assets } = await place.ask(["status"]);
      const { warnings } = assets.find(({ key }: { key: string }) => key === "vietnam/raw_prod");
      assertEquals(warnings.length, failing, JSON.stringify(warnings));
      return server.requests;
    };
    const once = await asked(0);
    for (const failing of [1, 2, 3, 4, 6, 12].filter((count) => count < sensors)) {
      const requests = await asked(failing);
      console.log(`${requests} requests with ${failing} failing sensors, ${once} undisturbed`);
      assertLessOrEqual(requests, most(once));
    }
  });
}

Deno.test("a day of twenty sensors that is killed again and again costs one request a kill, three at first", async () => {
  const begun = Date.now();
  await using server = new Server({
    latency: 20,
    clock: { now: () => begun },
    dataset: generated({ sensors: 20 }),
  });
  await using place = await Place.make(server.env);
  assertEquals((await place.run(ONE_DAY)).code, 0);
  const [once, content] = [server.requests, await contentOf(place)];
  for (const kills of [1, 3, 7]) {
    await using other = await Place.make(server.env);
    server.requests = 0;
    for (let i = 0; i < kills; i++) {
      const [program, before] = [other.start(ONE_DAY), server.requests];
      await until("requests", () => program.over || server.requests >= before + once / kills);
      program.signal("SIGKILL");
      assertEquals((await program.ended).signal, "SIGKILL");
    }
    assertEquals((await other.run(ONE_DAY)).code, 0);
    console.log(`${server.requests} requests with ${kills} kills, ${once} undisturbed`);
    assertLessOrEqual(server.requests, once + kills + 2);
    assertEquals(await contentOf(other), content);
  }
});

/** The lake's own records of its hours: how many rows each was answered with. */
async function askedHoursOf({ lake }: Place): Promise<(readonly [string, number])[]> {
  const { hours, damaged } = await answeredHours(localStorage(lake).store, "aq_raw_prod");
  assertEquals([hours.length, damaged], [HOURS, []]);
  return hours.map(({ hour, rows }) => [iso(hour), rows]);
}
