import { assert, assertEquals } from "@std/assert";
import { BUGS } from "./bugs.ts";
import { Violation } from "./oracle.ts";
import { simulate } from "./simulation.ts";
import { diskHandles, memoryHandles } from "./stores.ts";
import type { Bug, Store, World } from "./world.ts";
import { Stuck } from "./turns.ts";

for (const bug of BUGS) {
  Deno.test(`simulation: it finds within 500 seeds that ${bug.name}`, async () => {
    const seed = await found(bug);
    assert(seed !== undefined, "found nothing in 500 seeds");
    console.log(`found by seed ${seed}`);
  });
}

async function found(bug: Bug): Promise<number | undefined> {
  for (let seed = 0; seed < 500; seed++) {
    await using store = await memoryHandles();
    try {
      await simulate(seed, store, bug);
    } catch (cause) {
      if (cause instanceof Violation || cause instanceof Stuck) return seed;
      throw cause;
    }
  }
}

Deno.test("simulation: a seed happens the same way again", async () => {
  for (const open of [memoryHandles, diskHandles]) {
    for (const seed of [1, 2, 3, 4, 5]) assertEquals(await traced(seed, open), await traced(seed, open));
  }
});

async function traced(seed: number, open: () => Promise<Store>): Promise<readonly string[]> {
  await using store = await open();
  const world: World = await simulate(seed, store);
  return [
    ...world.trace,
    ...world.oracle.log.map((event) => JSON.stringify(event)),
    ...world.lake.paths(),
  ];
}
