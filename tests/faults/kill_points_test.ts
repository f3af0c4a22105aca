import { assert, assertEquals } from "@std/assert";
import { chosenOf, type Moments, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { fixedServer } from "./fixed_server.ts";
import { assertRuns, assertSound, killAt, toldOf } from "./kills.ts";
import { liveUntilMet } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-05"];
/** How many lives are killed at each of the moments. */
const KILLS: Readonly<Record<keyof Moments, number>> = {
  intended: 6,
  publishing: 16,
  published: 6,
  other: 14,
};

Deno.test("a run killed at any call: the same command again comes to what an undisturbed run makes", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  const { content, requests, calls } = await undisturbed();
  console.log(`${calls.length} calls seen by ${trace.name}, ${requests} requests`);

  await liveUntilMet(chosenOf(momentsOf(calls), KILLS), random, async (call) => {
    await using server = fixedServer();
    await using place = await Place.make(server.env);
    const ended = await killAt(trace, place, { command: COMMAND, call });
    const told = toldOf(ended, call);
    await assertRuns(place, COMMAND, told);
    const most = 1.3 * requests;
    assert(server.requests <= most, `${told}: found ${server.requests} requests, wanted at most ${most}`);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
    assertEquals((await assertRuns(place, [...COMMAND, "--json"], told)).json.status, "nothing_to_do", told);
    assertEquals(await unfresh(place), [], told);
    return ended.signal === "SIGKILL";
  });

  async function undisturbed() {
    await using server = fixedServer();
    await using place = await Place.make(server.env);
    const calls = await trace.calls(place, COMMAND);
    return { content: await contentOf(place), requests: server.requests, calls };
  }
});

/** The assets of which something is stale, failed, running or blocked. */
async function unfresh(place: Place): Promise<string[]> {
  const { assets } = await place.ask(["status"]);
  return assets.flatMap(({ key, partitions: { stale, failed, running, blocked } }: {
    key: string;
    partitions: Record<string, number>;
  }) => stale! + failed! + running! + blocked! > 0 ? [key] : []);
}
