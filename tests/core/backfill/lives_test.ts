import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import { hoursOfDay } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { Lake } from "../../simulation/lake.ts";
import { type Lab, lab } from "../lab.ts";

const { asset } = definer<null>();
const never = new AbortController().signal;
const DAYS = 5;

/** Hours and days over a store, made by workers of which one at a time is at work, and may be killed at any hour. */
class Lives {
  readonly #store = memoryStore();
  readonly #lake = new Lake();
  #names = 0;
  #current = "";
  #killed = Promise.withResolvers<void>();
  /** After so many hours the worker is no more. */
  #left = Infinity;

  readonly #assets: readonly AnyAsset[];

  constructor() {
    const hours = asset({
      key: "t/hours",
      partitions: hourly({ start: "2024-01-01", timeZone: "UTC" }),
      batch: { most: 30, scattered: true, backfill: 24 },
      materialize: this.#hours.bind(this),
    });
    const days = asset({
      key: "t/days",
      partitions: daily({ start: "2024-01-01", timeZone: "UTC" }),
      batch: { most: 30 },
      deps: { hours: from(hours, hoursOfDay) },
      async *materialize({ partitions }) {
        yield await Promise.resolve(
          [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" })),
        );
      },
    });
    this.#assets = [hours, days];
  }

  async *#hours({ partitions }: { partitions: Iterable<{ ordinal: number }> }) {
    for (const { ordinal: partition } of partitions) {
      if (this.#left-- === 0) {
        this.#store.kill(this.#current);
        this.#killed.resolve();
        await new Promise(() => {});
      }
      yield [{ partition, dataVersion: "1" }];
    }
  }

  async worker(): Promise<Lab> {
    const worker = `${++this.#names}`;
    return await lab(this.#assets, { store: this.#store, lake: this.#lake, worker });
  }

  /** Lets a new worker do something; it is killed after so many hours that it makes. */
  async live(act: (world: Lab) => Promise<unknown>, hours = Infinity): Promise<void> {
    const world = await this.worker();
    this.#current = `${this.#names}`;
    this.#left = hours;
    this.#killed = Promise.withResolvers();
    await Promise.race([act(world), this.#killed.promise]);
    this.#store.kill(this.#current);
  }
}

async function workOnce({ orchestrator }: Lab): Promise<void> {
  for await (const _ of orchestrator.work()) return;
}

const hours = fc.option(fc.nat(40), { nil: Infinity });
const day = fc.integer({ min: 1, max: DAYS }).map((n) => `2024-01-0${n}`);
const acts = fc.array(
  fc.oneof(
    fc.constant({ act: "tick" } as const),
    fc.record({ act: fc.constant("work" as const), hours }),
    fc.record({ act: fc.constant("materialize" as const), day, hours }),
    fc.constantFrom({ act: "pause" } as const, { act: "resume" } as const),
  ),
  { maxLength: 25 },
);

Deno.test("whoever ticks, works, is killed, pauses or makes some of it, each partition is made once and all are", async () => {
  await fc.assert(
    fc.asyncProperty(acts, fc.boolean(), async (acts, oldestFirst) => {
      const lives = new Lives();
      const observer = await lives.worker();
      const { orchestrator, state } = observer;
      const planned = await orchestrator.planBackfill({
        assets: new Set(["t/hours", "t/days"]),
        words: ["*"],
        from: "2024-01-01",
        to: `2024-01-0${DAYS}`,
        lookbackDays: 7,
        oldestFirst,
        leastSeconds: () => 0,
      }, never);
      const id = await planned.begin();
      const tick = async (world: Lab) => await (await world.orchestrator.backfillTicker()).tick(never);
      const begun = async () =>
        (await state.backfills.batches(id)).filter(({ run }) => run?.status === "running").length;
      let isPaused = false;
      for (const each of acts) {
        if (each.act === "tick") await lives.live(tick);
        else if (each.act === "work") {
          const made = (await state.since(0)).length;
          await lives.live(workOnce, each.hours);
          if (isPaused) {
            assertEquals((await state.since(0)).length, made, "nothing begins while it is paused");
          }
        } else if (each.act === "materialize") {
          await lives.live(
            (world) => world.materialize({ all: false, from: each.day, to: each.day }),
            each.hours,
          );
        } else {
          isPaused = each.act === "pause";
          await state.backfills.turn(id, isPaused ? "paused" : "running", 0);
        }
      }
      await state.backfills.turn(id, "running", 0);
      for (let rounds = 0; rounds < 3 * DAYS; rounds++) {
        await lives.live(tick);
        await lives.live(async (world) => {
          for await (const _ of world.orchestrator.work());
        });
      }
      assertEquals(await begun(), 0);
      const { status, done, total } = (await orchestrator.backfills())[0]!;
      assertEquals([status, done, total], ["succeeded", 25 * DAYS, 25 * DAYS]);
      const made = (await state.since(0)).filter(({ kind }) => kind === "materialized")
        .map((event) => "partition" in event ? `${event.asset} ${event.partition}` : "");
      assertEquals(made.length, 25 * DAYS, "each once");
      assertEquals(new Set(made).size, made.length);
      const keys = (await state.runs(999)).flatMap(({ request: { key } }) => key ?? []);
      assertEquals(
        keys.toSorted(),
        Array.from({ length: DAYS }, (_, place) => `backfill/${id}/${place + 1}`),
      );
    }),
    { numRuns: 60 },
  );
});
