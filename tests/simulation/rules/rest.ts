import type { AssetKey, RunId } from "../../../core/event.ts";
import { contains, normalize, type OrdinalRange } from "../../../core/partition/ranges.ts";
import type { RunResult } from "../../../core/run/tally.ts";
import type { Oracle } from "../oracle.ts";
import type { Worker } from "../worker.ts";
import { referenceAt } from "./work.ts";

/** What a run gave to its code: it is answered, or passed over since it came to be sound, or named, and never forgotten. */
export class RestRule {
  /** By run, worker and partition, the number of the last event before it was begun. */
  readonly #begun = new Map<RunId, { worker: Worker; asset: AssetKey; partition: number; seq: number }[]>();

  constructor(readonly oracle: Oracle) {}

  begun(worker: Worker, run: RunId, asset: AssetKey, partitions: readonly number[]): void {
    const seq = this.oracle.log.length;
    const before = this.#begun.get(run) ?? [];
    this.#begun.set(run, [...before, ...partitions.map((partition) => ({ worker, asset, partition, seq }))]);
  }

  ended(worker: Worker, { run, status, errors }: RunResult): void {
    const begun = run === null ? [] : this.#begun.get(run) ?? [];
    if (status === "cancelled" || begun.length === 0) return;
    const index = worker.indexOf(run);
    const named = new Map<AssetKey, OrdinalRange[]>();
    for (const { asset, partition } of errors) {
      const { set } = index.node(asset);
      const [from, to = from] = partition?.split("/").map((key) => set.ordinal(key)!) ?? [0];
      named.set(asset, [...named.get(asset) ?? [], { from: from!, to: to! }]);
    }
    const reference = referenceAt(worker, this.oracle.log.length, { index });
    for (const { worker: own, asset, partition, seq } of begun) {
      if (own !== worker || contains(normalize(named.get(asset) ?? []), partition)) continue;
      // Whatever happened to it since, by whomever, is told by the log.
      const isTold = this.oracle.log.slice(seq).some((event) =>
        event.asset === asset && event.kind !== "due" && event.kind !== "registered" &&
        ("partition" in event
          ? event.partition === partition
          : event.from <= partition && partition <= event.to)
      );
      if (isTold || reference.isSound(asset, partition)) continue;
      if (!worker.set(asset).has(partition, index.now)) continue;
      throw this.oracle.violation(`"${asset}" ${partition} was begun by run ${run} and forgotten`);
    }
  }
}
