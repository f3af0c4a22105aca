import type { AssetEvent, Forgotten, Instant, Materialized, Replaced, Seq } from "../../../core/mod.ts";
import type { MemoryStore, StoredRun } from "./store.ts";

/** Forgetting what nothing needs any more. */
export class History {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  replaced(before: Instant): Replaced[] {
    const old = this.#store.remembered().filter((event) =>
      event.kind === "materialized" && event.at < before && !this.#stands(event)
    ) as (Materialized & { seq: Seq })[];
    const byPartition = Map.groupBy(old, ({ asset, partition }) => `${partition} ${asset}`);
    return [...byPartition.values()].map((those) => {
      const { asset, partition } = those[0]!;
      return { asset, partition, materializations: those.map(({ seq }) => seq) };
    });
  }

  forget(materializations: readonly Seq[]): void {
    for (const seq of materializations) {
      const event = this.#store.events[seq - 1];
      if (event?.kind === "materialized" && !this.#stands(event)) this.#store.forgotten.events.add(seq);
    }
  }

  /** What says nothing any more, and had ended, before an instant. */
  older(before: Instant): { events: AssetEvent[]; runs: StoredRun[] } {
    const { events, runs, claims, forgotten } = this.#store;
    const remembered = this.#store.remembered();
    const over = remembered.filter((event) =>
      event.kind !== "materialized" && event.at < before && event.seq < events.length && !this.#speaks(event)
    );
    const standing = new Set(remembered.flatMap((event) => this.#stands(event) ? event.run ?? [] : []));
    const held = new Set([...claims.values()].map(({ run }) => run));
    const old = runs.filter(({ record: { id, ended, request } }) =>
      ended !== null && ended < before && id < runs.length && !forgotten.runs.has(id) && !held.has(id) &&
      !(request.command === "rollback" && standing.has(id))
    );
    return { events: over, runs: old };
  }

  delete({ events, runs }: Pick<ReturnType<History["older"]>, keyof Omit<Forgotten, "ticks">>): void {
    const { forgotten } = this.#store;
    for (const { seq } of events) forgotten.events.add(seq);
    for (const { record, steps, logs } of runs) {
      forgotten.runs.add(record.id);
      steps.clear();
      logs.length = 0;
    }
  }

  /** Whether a materialization is its partition's latest. */
  #stands(event: AssetEvent): boolean {
    if (event.kind !== "materialized") return false;
    return this.#store.assets.get(event.asset)?.projection.seqOf(event.partition) === event.seq;
  }

  /** Whether an event that is no materialization still says something of a partition. */
  #speaks(event: AssetEvent): boolean {
    const projection = this.#store.assets.get(event.asset)?.projection;
    if (projection === undefined) return false;
    switch (event.kind) {
      case "materialized":
        return true;
      case "checked":
        return projection.seqOf(event.partition) === event.of && projection.isMaterialized(event.partition) &&
          this.#store.remembered().findLast((other) =>
              other.kind === "checked" && other.asset === event.asset &&
              other.partition === event.partition &&
              other.of === event.of
            )?.seq === event.seq;
      case "wiped":
        return projection.wipedBy(event.seq);
      case "expired":
        return projection.materializations(event).some(({ expired }) => expired);
      case "registered":
        return this.#store.events.findLast(({ kind, asset }) =>
          kind === "registered" && asset === event.asset
        ) ===
          event;
      case "failed":
      case "due":
        return projection.marks().some((mark) => mark.event.seq === event.seq);
    }
  }
}
