import { assert, assertEquals } from "@std/assert";
import { type Moments, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { fixedServer } from "./fixed_server.ts";
import { assertRuns, assertSound, killAt, toldOf } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded, spread } from "./random.ts";
import { tracer } from "./tracer.ts";

const DAEMON = ["daemon", "--once"];

export interface KilledDaemons {
  /** How many lives are killed at each of the moments. */
  readonly kills: Readonly<Record<keyof Moments, number>>;
  /** Gives the daemon something to do, in a lake that has its stations. */
  begin(place: Place): Promise<void>;
  /** Looks at the lake after the kill. */
  killed?(place: Place, told: string): Promise<void>;
  /** Looks at the lake once the next daemon has ended. */
  ended(place: Place, told: string): Promise<void>;
}

/** Kills daemons at calls of each moment: the next goes on, asks nothing twice, and leaves what an undisturbed one does. */
export async function killDaemons({ kills, begin, killed, ended }: KilledDaemons): Promise<void> {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  const { content, requests, calls } = await undisturbed();
  const moments = momentsOf(calls);
  const chosen = Object.entries(kills).flatMap(([name, count]) =>
    spread(moments[name as keyof Moments], count, random)
  );
  let met = 0;
  await live(chosen, async (call) => {
    await using server = fixedServer();
    await using place = await begun(server);
    const end = await killAt(trace, place, { command: DAEMON, call });
    const told = toldOf(end, call);
    if (end.signal === "SIGKILL") {
      met++;
      await killed?.(place, told);
    }
    await assertRuns(place, DAEMON, told);
    await ended(place, told);
    const most = 1.3 * requests + 8;
    assert(server.requests <= most, `${told}: found ${server.requests} requests, wanted at most ${most}`);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });
  console.log(`${met} of ${chosen.length} killed`);
  assert(met >= 0.8 * chosen.length, `found ${met} of ${chosen.length} killed`);

  async function undisturbed() {
    await using server = fixedServer();
    await using place = await begun(server);
    const calls = await trace.calls(place, DAEMON);
    return { content: await contentOf(place), requests: server.requests, calls };
  }

  async function begun(server: ReturnType<typeof fixedServer>): Promise<Place> {
    const place = await Place.make(server.env);
    await assertRuns(place, ["materialize", "vietnam/locations"], "making the lake");
    await begin(place);
    return place;
  }
}
