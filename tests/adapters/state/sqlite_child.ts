// A worker process of the tests: `work PATH` takes part in common work, `hold PATH` claims, says so and waits,
// `lead PATH` takes the lead, says so and waits, `write PATH` begins to write, says so and waits, `pack PATH` writes and
// packs without end, and says so each time, `tell PATH` works in a thread without end, and says what is done.
import { DatabaseSync } from "node:sqlite";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { openInThread } from "../../../adapters/state/sqlite/thread/open.ts";
import { ASSETS, HOURS, materialized, started, version } from "./build.ts";

/** How many partitions the workers share, and how often each counts. */
export const PARTITIONS = 400, COUNTS = 200;

/** Brings every partition to stand, as one of several workers, opening the state anew for each round. */
async function work(path: string): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    const run = await started(state);
    for (let from = 0; from < PARTITIONS; from += 5 + round) {
      const { granted } = await state.claim(run, HOURS, [{ from, to: Math.min(PARTITIONS, from + 7) - 1 }]);
      if (granted === undefined) continue;
      const standing = new Set(
        (await state.materializations(HOURS, granted.ranges)).map(({ partition }) => partition),
      );
      const events = [];
      for (const { from, to } of granted.ranges) {
        for (let at = from; at <= to; at++) if (!standing.has(at)) events.push(materialized(at, { run }));
      }
      const { status } = await state.commit({ claim: granted.token, events, release: true });
      if (status !== "committed") throw new Error(`found a claim ${status}`);
    }
    for (let done = 0; done < COUNTS / 10;) {
      const count = await state.keyValue.get("count");
      if (await state.keyValue.put("count", Number(count?.value ?? 0) + 1, count?.version ?? 0)) done++;
    }
    await state.endRun(run, "succeeded", null, 2_000);
    await state.close();
  }
}

async function hold(path: string): Promise<void> {
  const state = await openSqliteState({ path });
  const { granted } = await state.claim(await started(state), HOURS, [{ from: 1, to: 2 }]);
  const intent = { event: materialized(2), replacements: [], measured: [] };
  await state.commit({ claim: granted!.token, events: [materialized(1)], intents: [intent] });
  console.log("holding");
  for await (const _ of Deno.stdin.readable);
}

async function lead(path: string): Promise<void> {
  const state = await openSqliteState({ path });
  console.log(await state.lead("ticks", 7) ? "leading" : "following");
  for await (const _ of Deno.stdin.readable);
}

async function write(path: string): Promise<void> {
  const db = new DatabaseSync(path, { timeout: 10_000 });
  db.exec("BEGIN IMMEDIATE; DELETE FROM runs");
  console.log("writing");
  for await (const _ of Deno.stdin.readable);
  db.close();
}

/** How many events a commit has before it says so. */
export const PACKED = 50;

async function pack(path: string): Promise<void> {
  const state = await openSqliteState({ path, few: 0 });
  for (let next = 0;; next += PACKED) {
    const partitions = Array.from({ length: PACKED }, (_, i) => (next + i) * 617 % 100_000);
    const events = partitions.map((each) => materialized(each, { dataVersion: version(next) }));
    await state.commit({ claim: null, events });
    await Deno.stdout.write(new Uint8Array([46]));
  }
}

/** Many things at once, each acknowledged in a line: `made PARTITION`, `put KEY` and `queued KEY`. */
async function tell(path: string): Promise<void> {
  const state = await openInThread({ path });
  await state.register(ASSETS, 0);
  const run = await started(state);
  const { granted } = await state.claim(run, HOURS, [{ from: 0, to: 1_000_000 }]);
  for (let next = (await state.since(0)).length;; next++) {
    const id = `${run}/${next}`;
    const acts = {
      [`made ${next}`]: () => state.commit({ claim: granted!.token, events: [materialized(next)] }),
      [`put ${id}`]: () => state.keyValue.put(id, next, 0),
      [`queued ${id}`]: () => state.enqueue({ command: "materialize", ranges: [], key: id }, next),
    };
    await Promise.all(
      Object.entries(acts).map(([line, act]) => act().then(() => console.log(line))),
    );
  }
}

if (import.meta.main) {
  const [mode, path] = Deno.args;
  await { work, hold, lead, write, pack, tell }[mode!]!(path!);
}
