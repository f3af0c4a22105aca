import { Violation } from "../oracle.ts";
import { simulate } from "../simulation.ts";
import { diskHandles, memoryHandles } from "../stores.ts";
import { Stuck } from "../turns.ts";
import type { Store } from "../world.ts";
import type { Found } from "./plant.ts";

/** Lives through seeds from 0 until a rule is broken, and prints the first that broke one. */
async function hunt(seeds: number, open: () => Promise<Store>): Promise<Found> {
  for (let seed = 0; seed < seeds; seed++) {
    await using store = await open();
    try {
      await simulate(seed, store);
    } catch (cause) {
      if (!(cause instanceof Violation || cause instanceof Stuck)) throw cause;
      return { seed, message: cause.message };
    }
  }
  return null;
}

const [seeds, lake] = Deno.args;
console.log(JSON.stringify(await hunt(Number(seeds), lake === "on disk" ? diskHandles : memoryHandles)));
