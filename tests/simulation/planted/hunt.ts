import { Violation } from "../oracle.ts";
import { simulate } from "../simulation.ts";
import { automated, diskHandles, memoryHandles } from "../stores.ts";
import { Stuck } from "../turns.ts";
import type { Store } from "../world.ts";
import type { Found } from "./plant.ts";

/** Lives through so many seeds until a rule is broken, and prints the first that broke one. */
async function hunt(first: number, seeds: number, open: () => Promise<Store>): Promise<Found> {
  for (let seed = first; seed < first + seeds; seed++) {
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

const [first, seeds, lake] = Deno.args;
const open = lake === "on disk"
  ? diskHandles
  : lake === "with daemons"
  ? automated(memoryHandles)
  : memoryHandles;
console.log(JSON.stringify(await hunt(Number(first), Number(seeds), open)));
