import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Instant, MINUTE } from "../../core/mod.ts";
import { fuzzedApi } from "./fuzzed_api.ts";
import { martOf } from "./fuzzed_mart.ts";
import { FIRST_TO, FROM, fuzzedWorld, listed, type Phase, type Sensor, TO } from "./fuzzed_world.ts";
import { leftovers } from "./content.ts";
import { CommandLine } from "../cli/command_line.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";

const LIVES = Number(Deno.env.get("LIVES") ?? 100);
/** One life alone, to try it again. */
const ALONE = Deno.env.has("SEED");
/** Longer than a life takes. */
const LONG = 4 * MINUTE;
/** Lives side by side: most of a life is waiting. */
const AT_ONCE = 20;
const day = (instant: Instant) => new Date(instant).toISOString().slice(0, 10);
const until = (to: Instant) => ["--from", day(FROM), "--to", day(to - 1), "--json"];
const LIST = ["materialize", "vietnam/locations", "--force", "--json"];
const CELLS = "SELECT location_id, datetime, name, value FROM " +
  "(UNPIVOT (SELECT location_id, datetime, pm25, pm10, no2, so2, o3, co FROM prod_db.vietnam) " +
  "ON pm25, pm10, no2, so2, o3, co)";

interface Cell {
  readonly location_id: number;
  readonly datetime: string;
  readonly name: string;
  readonly value: number;
}

/** How a life is disturbed: a command of it is killed, or cancelled, when so many requests of it have arrived. */
interface Disturbance {
  readonly command: number;
  readonly how: "killed" | "cancelled";
  readonly request: number;
}

function disturbanceOf(seed: number): Disturbance | undefined {
  const random = seeded(seed ^ 0x5eed);
  const below = (n: number) => Math.floor(random() * n);
  if (random() < 0.4) return undefined;
  return { how: random() < 0.15 ? "killed" : "cancelled", command: below(6), request: 1 + below(8) };
}

/** One lake, made by a server that misbehaves: what is not as an honest one would make it is named. */
async function live(seed: number): Promise<void> {
  const world = fuzzedWorld(seed);
  const { sensors } = world;
  const api = fuzzedApi(world);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, api.answer);
  await using line = await CommandLine.open();
  await using place = await Place.make({
    OPENAQ_API_URL: `http://127.0.0.1:${server.addr.port}`,
    OPENAQ_API_KEY: "a-key-for-tests",
    OPENAQ_RATE_PER_MINUTE: "100000",
    OPENAQ_RATE_PER_HOUR: "1000000",
  });
  const { env } = place;
  const disturbance = disturbanceOf(seed);
  let commands = 0;

  async function run(args: readonly string[]) {
    if (commands++ === disturbance?.command) await disturb(args, disturbance);
    return await line.run(args, { env });
  }

  async function disturb(args: readonly string[], { how, request }: Disturbance): Promise<void> {
    const wanted = api.requests + request;
    if (how === "cancelled") {
      const controller = new AbortController();
      api.seen = (requests) => requests === wanted && controller.abort(new Error("cancelled"));
      await line.run(args, { env, signal: controller.signal });
    } else {
      const program = place.start(args);
      api.seen = (requests) => requests === wanted && program.signal("SIGKILL");
      await program.ended;
    }
    api.seen = () => {};
  }

  /**
   * Brings the hours before `to` up to date. @returns The sensors that are said to be set aside; none if all are. Honest ones
   * may be where more failed than may be asked again: then the life is over, as they are asked again an hour later.
   */
  async function materialize(phase: Phase, to: Instant, more: readonly string[] = []) {
    const asked = listed(world, phase, to);
    const before = api.failures;
    const ran = await run(["materialize", ...until(to), ...more]);
    const warnings: readonly string[] = ran.json.warnings;
    if (ran.code !== 0) {
      // Only where no sensor is left that could tell whose trouble it is, or more failed than may be asked again.
      assert(asked.every(({ lying }) => lying) || api.failures - before > 2, `${phase}: ${ran.stderr}`);
      assertMatch(ran.stderr, /asking OpenAQ: /);
      return undefined;
    }
    const named = sensors.filter(({ id }) =>
      warnings.some((line) => line.includes(`sensor ${id} is set aside`))
    );
    const honest = named.filter(({ lying }) => !lying).map(({ id }) => id);
    assert(
      honest.length === 0 || api.failures - before > 1,
      `phase ${phase}: honest sensors ${honest} set aside: ${warnings.join("\n")}`,
    );
    return { warnings, named, isOver: honest.length > 0 };
  }

  /** @param but Sensors that may have rows or not: their locations are left out. */
  async function compare(
    all: readonly Sensor[],
    phase: Phase,
    to: Instant,
    but: readonly Sensor[] = [],
  ): Promise<void> {
    const left = new Set(but.map(({ location }) => location));
    const wanted = all.filter(({ location }) => !left.has(location));
    const inspected = await line.run(["inspect", CELLS, "--json"], { env });
    assertEquals(inspected.stderr, "");
    const found = (inspected.json as Cell[]).filter((cell) => !left.has(cell.location_id))
      .map(({ location_id, datetime, name, value }) => `${location_id} ${datetime} ${name} ${value}`).sort();
    assertEquals(found, martOf(wanted, phase, to), `cells of phase ${phase}`);
  }

  try {
    const first = await materialize(1, FIRST_TO);
    if (first === undefined) return;
    const answered = listed(world, 1, FIRST_TO).filter((each) => !first.named.includes(each));
    // Of one that is set aside only after a run was disturbed, hours of that run stand.
    await compare(answered, 1, FIRST_TO, first.named.filter(({ lying }) => !lying));
    if (first.isOver) return;

    api.phase = 2;
    const list = await run(LIST);
    assertEquals(list.code, 0, list.stderr);
    const second = await materialize(2, TO);
    if (second === undefined || second.isOver) return;
    for (const { id, unlisted } of sensors) {
      if (!unlisted.includes(2) || unlisted.includes(1)) continue;
      const names = new RegExp(
        `sensors? ([\\d, ]*\\b)?${id}\\b[\\d, ]* of location \\d+ .* not listed since`,
      );
      assert(second.warnings.some((line) => names.test(line)), `sensor ${id} is gone, and not named`);
    }

    api.phase = 3;
    assertEquals((await run(LIST)).code, 0);
    const third = await materialize(3, TO);
    if (third === undefined || third.isOver) return;
    await compare(sensors.filter((each) => !third.named.includes(each)), 3, TO);
    const again = await line.run(["materialize", ...until(TO)], { env });
    assertEquals([again.code, again.json.status, again.json.requests], [0, "nothing_to_do", 0]);

    if (seed % 2 === 0) return; // forced alike, half of them say as much
    api.phase = 4;
    const fourth = await materialize(4, TO, ["--force"]);
    if (fourth === undefined || fourth.isOver) return;
    await compare(sensors.filter((each) => !fourth.named.includes(each)), 4, TO);
    assertEquals(await leftovers(place), []);
  } finally {
    await server.shutdown();
  }
}

Deno.test(`${LIVES} lakes of servers that misbehave hold what honest ones would give, or say what is lacking`, async () => {
  const first = chosenSeed();
  const seeds = Array.from({ length: ALONE ? 1 : LIVES }, (_, i) => first + i);
  const failed: string[] = [];
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const again = `SEED=${seed} deno test -A tests/faults/fuzzed_api_test.ts`;
      const late = setTimeout(
        () => console.log(`${again}: is not over after ${LONG / MINUTE} minutes`),
        LONG,
      );
      await live(seed).catch((error) => {
        console.log(`${again}: ${error}`);
        failed.push(again);
      });
      clearTimeout(late);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assertEquals(failed, []);
});
