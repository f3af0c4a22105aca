import { assertEquals } from "@std/assert";
import { spread } from "./random.ts";

/** As many as there are cores on the smallest machine on which these tests are to be quick. */
const SIDE_BY_SIDE = 2;

/** Lives each of the things, two at a time; the first that fails is thrown once those under way have ended. */
export async function live<Thing>(
  things: readonly Thing[],
  life: (thing: Thing, index: number) => Promise<void>,
): Promise<void> {
  const waiting = [...things.entries()];
  const ended = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, thing] = next;
      try {
        await life(thing, index);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  }));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
}

/** So many of the things are to meet with what befalls them. */
export interface Choice<Thing> {
  readonly wanted: number;
  readonly among: readonly Thing[];
}

/** So many are tried for one that is wanted. */
const TRIES = 10;
/** Of few things so many may be wanted: not each comes again in each run. */
const SHARE = 0.8;

/**
 * Lives things chosen by chance, further ones for those that meet with nothing, until of each choice as many have met as
 * are wanted.
 *
 * @param life Answers whether it met with what was to befall it.
 */
export async function liveUntilMet<Thing>(
  choices: readonly Choice<Thing>[],
  random: () => number,
  life: (thing: Thing) => Promise<boolean>,
): Promise<void> {
  const open = choices.map(({ wanted, among }) => ({
    wanted: Math.min(wanted, Math.ceil(SHARE * among.length)),
    met: 0,
    left: spread(among, TRIES * wanted, random),
  }));
  let lived = 0;
  for (;;) {
    const round = open.flatMap((choice) => {
      const chosen = spread(choice.left, choice.wanted - choice.met, random);
      choice.left = choice.left.filter((thing) => !chosen.includes(thing));
      return chosen.map((thing) => ({ choice, thing }));
    });
    if (round.length === 0) break;
    lived += round.length;
    await live(round, async ({ choice, thing }) => {
      if (await life(thing)) choice.met++;
    });
  }
  const met = open.map(({ met }) => met);
  console.log(`${met.join(" and ")} of ${lived} lives met what was to befall them`);
  assertEquals(met, open.map(({ wanted }) => wanted), "lives that met what was to befall them");
}
