import { assert, assertEquals } from "@std/assert";
import { type Call, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { correctedServer, fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killAt, toldOf } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded, spread } from "./random.ts";
import { tracer } from "./tracer.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const AGAIN = [...MATERIALIZE, "--force"];
const CHAINS = 8;
const LINKS = 3;

Deno.test("kills of a rebuild, of its recovery and of the recovery's recovery end as one undisturbed rebuild", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using first = fixedServer();
  await using begun = await Place.make(first.env);
  await assertRuns(begun, MATERIALIZE, "at first");
  const { content, requests, calls } = await undisturbed();

  await live(Array.from({ length: CHAINS }, () => seeded(random() * 2 ** 32)), async (random) => {
    await using server = await correctedServer();
    await using place = await begun.copy(server.env);
    const chain: string[] = [];
    for (let link = 0; link < LINKS; link++) {
      const command = link === 0 ? AGAIN : MATERIALIZE;
      const call = oneOf(link === 0 ? calls : await callsOf(place, command), random);
      chain.push(toldOf(await killAt(trace, place, { command, call }), call));
    }
    const told = chain.join(", then ");
    await assertRuns(place, MATERIALIZE, told);
    const most = 1.3 * requests;
    assert(server.requests <= most, `${told}: found ${server.requests} requests, wanted at most ${most}`);
    await assertSound(place, told);
    await assertRuns(place, AGAIN, told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });

  async function undisturbed() {
    await using server = await correctedServer();
    await using place = await begun.copy(server.env);
    const calls = await trace.calls(place, AGAIN);
    return { content: await contentOf(place), requests: server.requests, calls };
  }

  /** The calls that the command would make. */
  async function callsOf(place: Place, command: readonly string[]) {
    await using server = await correctedServer();
    await using copy = await place.copy(server.env);
    return await trace.calls(copy, command);
  }
});

/** One of the calls, more often while the command publishes or recovers. */
function oneOf(calls: readonly Call[], random: () => number): Call {
  const { intended, publishing, published, other } = momentsOf(calls);
  return spread([...intended, ...publishing, ...publishing, ...published, ...other], 1, random)[0]!;
}
