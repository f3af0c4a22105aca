import { assert, assertEquals } from "@std/assert";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import type { AssetRange } from "../../core/mod.ts";
import { momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killAt, toldOf } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded, spread } from "./random.ts";
import { tracer } from "./tracer.ts";

const DAEMON = ["daemon", "--once"];
/** How many lives are killed at each of the moments. */
const KILLS = { intended: 3, publishing: 6, published: 3, other: 6 } as const;

Deno.test("a daemon killed at any call: the next one goes on with its run, asks nothing twice, and ends it", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  const { content, requests, calls } = await undisturbed();
  const moments = momentsOf(calls);
  const kills = Object.entries(KILLS).flatMap(([name, count]) =>
    spread(moments[name as keyof typeof KILLS], count, random)
  );
  let killed = 0;
  await live(kills, async (call) => {
    await using server = fixedServer();
    await using place = await queued(server);
    const ended = await killAt(trace, place, { command: DAEMON, call });
    const told = toldOf(ended, call);
    const left = await queuedIn(place);
    if (ended.signal === "SIGKILL") {
      killed++;
      assert(["queued", "succeeded"].includes(left.status), `${told}: found the run ${left.status}`);
    }
    await assertRuns(place, DAEMON, told);
    assertEquals((await queuedIn(place)).status, "succeeded", told);
    const most = 1.3 * requests + 8;
    assert(server.requests <= most, `${told}: found ${server.requests} requests, wanted at most ${most}`);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
    const { steps } = await place.ask(["plan", ...RANGE]);
    assertEquals(steps, [], told);
  });
  console.log(`${killed} of ${kills.length} killed`);
  assert(killed >= 0.8 * kills.length, `found ${killed} of ${kills.length} killed`);

  /** The run that waited; others are asked for by themselves. */
  async function queuedIn(place: Place): Promise<{ readonly status: string }> {
    return (await place.ask(["runs"])).find(({ id }: { id: number }) => id === 2);
  }

  async function undisturbed() {
    await using server = fixedServer();
    await using place = await queued(server);
    const calls = await trace.calls(place, DAEMON);
    return { content: await contentOf(place), requests: server.requests, calls };
  }

  /** A lake in which a run of all that is planned waits for a worker. */
  async function queued(server: ReturnType<typeof fixedServer>): Promise<Place> {
    const place = await Place.make(server.env);
    await assertRuns(place, ["materialize", "vietnam/locations"], "making the lake");
    const { steps } = await place.ask(["plan", ...RANGE]);
    const ranges = steps.map(({ asset, from, to }: AssetRange) => ({ asset, from, to }));
    const state = await openSqliteState({ path: place.state });
    await state.enqueue({ command: "materialize", ranges }, Date.now()).finally(() => state.close());
    return place;
  }
});
