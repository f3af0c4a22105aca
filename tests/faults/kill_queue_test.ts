import { assert, assertEquals } from "@std/assert";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import type { AssetRange } from "../../core/mod.ts";
import { RANGE } from "./fixed_server.ts";
import { killDaemons } from "./killed_daemons.ts";
import type { Place } from "./place.ts";

Deno.test("a daemon killed at any call: the next one goes on with its run, asks nothing twice, and ends it", async () => {
  await killDaemons({
    kills: { intended: 3, publishing: 6, published: 3, other: 6 },
    /** Lets a run of all that is planned wait for a worker. */
    async begin(place) {
      const { steps } = await place.ask(["plan", ...RANGE]);
      const ranges = steps.map(({ asset, from, to }: AssetRange) => ({ asset, from, to }));
      const state = await openSqliteState({ path: place.state });
      await state.enqueue({ command: "materialize", ranges }, Date.now()).finally(() => state.close());
    },
    async killed(place, told) {
      const { status } = await queuedIn(place);
      assert(["queued", "succeeded"].includes(status), `${told}: found the run ${status}`);
    },
    async ended(place, told) {
      assertEquals((await queuedIn(place)).status, "succeeded", told);
      assertEquals((await place.ask(["plan", ...RANGE])).steps, [], told);
    },
  });
});

/** The run that waited; others are asked for by themselves. */
async function queuedIn(place: Place): Promise<{ readonly status: string }> {
  return (await place.ask(["runs"])).find(({ id }: { id: number }) => id === 2);
}
