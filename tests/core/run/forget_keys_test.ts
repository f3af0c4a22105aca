import { assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { DAY } from "../../../core/instant.ts";
import type { State } from "../../../core/ports/state.ts";
import { forgetKeys } from "../../../core/run/forget_keys.ts";

const NOW = Date.UTC(2024, 5, 1);
const BEFORE = NOW - 90 * DAY;
const OLD = BEFORE - 2 * DAY;

/** A state with old keys whose runs have ended, and what of them is left. */
async function world(...keys: readonly string[]) {
  const state = memoryState(memoryStore(), "a");
  const ask = (key: string, at: number) => state.enqueue({ command: "materialize", ranges: [], key }, at);
  for (const key of keys) await state.cancel((await ask(key, OLD)).run, OLD);
  return {
    state,
    ask,
    async left() {
      await forgetKeys(state, BEFORE);
      return await state.keysUsedBefore(Infinity, { after: "", limit: 99 });
    },
  };
}

const put = (state: State, key: string, value: { readonly [key: string]: number }) =>
  state.keyValue.put(key, value, 0);

Deno.test("keys of a schedule stay until it is beyond them", async () => {
  const keys = ["schedule/a/2024-02-01T00:00:00Z", "schedule/a/b/2024-02-01T00:00:00Z", "schedule/gone/1"];
  const { state, left } = await world(...keys);
  assertEquals(await left(), keys, "nothing is known of any");
  await put(state, "schedules/a", { upTo: BEFORE });
  await put(state, "schedules/a/b", { upTo: BEFORE - 1 });
  // The name may be that of the longer one.
  assertEquals(await left(), [keys[1], keys[2]]);
});

Deno.test("keys of a schedule that each lead asks for stay until that lead is beyond them", async () => {
  const keys = ["schedule/tidy a b/2024-02-01T00:00:00Z", "schedule/tidy a/2024-02-01T00:00:00Z"];
  const { state, left } = await world(...keys);
  await put(state, "schedules/tidy a", { upTo: BEFORE });
  await put(state, "schedules/tidy a b", { upTo: BEFORE - 1 });
  assertEquals(await left(), [keys[0]]);
});

Deno.test("keys of a sensor stay while it may ask by them again: not called since, or only in vain", async () => {
  const keys = ["sensor/failing/1", "sensor/idle/1", "sensor/well/1", "sensor/well/2"];
  const { state, ask, left } = await world(...keys);
  await put(state, "sensors/failing", { at: NOW, failures: 3 });
  await put(state, "sensors/idle", { at: OLD, failures: 0 });
  await put(state, "sensors/well", { at: NOW, failures: 0 });
  // One without a cursor asks by all that it ever found.
  assertEquals((await ask("sensor/well/2", NOW)).isNew, false);
  assertEquals(await left(), ["sensor/failing/1", "sensor/idle/1", "sensor/well/2"]);
});

Deno.test("the keys of a sensor are not those of another whose name begins with its own", async () => {
  const keys = ["sensor/post/express/1", "sensor/post:express/1"];
  const { state, left } = await world(...keys);
  await put(state, "sensors/post", { at: NOW, failures: 0 });
  await put(state, "sensors/post/express", { at: OLD, failures: 0 });
  assertEquals(await left(), [keys[1]]);
});

Deno.test("keys of a backfill stay until it has ended; those of automation, retries and others go", async () => {
  const { state, left } = await world("automation 1", "backfill/1/1", "backfill/2/1", "retry/1", "page 1");
  const request = { selection: [], from: "", to: "", total: 1, requests: null, leastSeconds: null, seq: 0 };
  const id = await state.backfills.begin(request, [[]], OLD);
  assertEquals([id, await left()], [1, ["backfill/1/1"]]);
  await state.backfills.turn(id, "cancelled", NOW);
  assertEquals(await left(), []);
});

Deno.test("a key that was asked by within the time stays, to the day", async () => {
  const { state, ask, left } = await world();
  for (const [key, at] of [["a", BEFORE - DAY - 1], ["b", BEFORE - DAY], ["c", NOW]] as const) {
    await state.cancel((await ask(key, at)).run, at);
  }
  assertEquals(await left(), ["b", "c"]);
});
