import { AssertionError } from "@std/assert";
import { PLANTED } from "./bugs.ts";
import { type Found, hunt, type Planted } from "./plant.ts";

/** Within so many seeds each is found. */
const SEEDS = { users: 1_000, daemons: 500 };
/** So many simulators at once. */
const LANES = 2;

const hunts = new Map(PLANTED.map((bug) => [bug, Promise.withResolvers<Found>()]));
// One that fails before its test is reached fails that test, not the file.
for (const { promise } of hunts.values()) promise.catch(() => {});
let begun = false;

/** Hunts for all bugs side by side, in the order of the tests. */
function begin(): void {
  if (begun) return;
  begun = true;
  const rest = [...hunts];
  const lane = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const [bug, { resolve, reject }] = next;
      await hunt(bug, seedsOf(bug)).then(resolve, reject);
    }
  };
  for (let i = 0; i < LANES; i++) lane();
}

function seedsOf({ lake, seeds }: Planted): number {
  return seeds ?? (lake === "with daemons" ? SEEDS.daemons : SEEDS.users);
}

async function found(bug: Planted): Promise<Found> {
  begin();
  return await hunts.get(bug)!.promise;
}

for (const bug of PLANTED) {
  Deno.test({
    name: `simulation: it finds within ${seedsOf(bug)} seeds ${
      bug.first === undefined ? "" : `from ${bug.first} on `
    }that ${bug.name}`,
    // The hunts of the tests to come go on meanwhile.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const first = await found(bug);
      if (first === null) throw new AssertionError(`found nothing in ${seedsOf(bug)} seeds`);
      console.log(`seed ${first.seed}: ${first.message}`);
    },
  });
}
