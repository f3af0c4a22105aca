import {
  type AssetEvaluation,
  type AssetKey,
  type Instant,
  type KeptEvaluation,
  type KeptTick,
  MOST_EVALUATIONS,
  type RunId,
  type TickRecord,
} from "../../../core/mod.ts";
import { frozen } from "./copies.ts";
import type { MemoryStore } from "./store.ts";

/** The history of ticks and evaluations in a store. */
export class MemoryTicks {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  note({ name, at, outcome, detail, runs }: TickRecord): void {
    const store = this.#store;
    if (outcome === "skipped") {
      store.ticks = store.ticks.filter((tick) => tick.name !== name || tick.outcome !== "skipped");
    }
    store.ticks.push(frozen({ number: store.next(), name, at, outcome, detail, runs }));
  }

  keep(evaluations: readonly AssetEvaluation[], run: RunId | null): void {
    const store = this.#store;
    for (const evaluation of evaluations) {
      const { asset } = evaluation;
      const others = store.evaluations.filter((each) => each.asset !== asset);
      const own = store.evaluations.filter((each) => each.asset === asset && each.run !== null);
      own.push(frozen({ ...evaluation, run }));
      const most = run === null ? MOST_EVALUATIONS + 1 : MOST_EVALUATIONS;
      store.evaluations = [...others, ...own.slice(-most)];
    }
  }

  list(name: string, { limit, before = Infinity }: { limit: number; before?: number }): KeptTick[] {
    return this.#store.ticks.filter((tick) => tick.name === name && tick.number < before).reverse()
      .slice(0, limit);
  }

  last(): Map<string, KeptTick> {
    const last = new Map(this.#store.ticks.map((tick) => [tick.name, tick]));
    return new Map([...last].sort(([a], [b]) => a < b ? -1 : 1));
  }

  evaluations(asset: AssetKey, limit: number): KeptEvaluation[] {
    return this.#store.evaluations.filter((each) => each.asset === asset).reverse().slice(0, limit);
  }

  forget(before: Instant, counting?: "only"): number {
    const store = this.#store;
    const last = new Set(this.last().values());
    const newest = new Set(new Map(store.evaluations.map((each) => [each.asset, each])).values());
    const old = store.ticks.filter((tick) => tick.at < before && !last.has(tick));
    if (counting === undefined) {
      store.ticks = store.ticks.filter((tick) => !old.includes(tick));
      store.evaluations = store.evaluations.filter((each) => each.at >= before || newest.has(each));
    }
    return old.length;
  }
}
