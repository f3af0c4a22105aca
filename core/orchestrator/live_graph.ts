import type { AssetKey, NewEvent, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import { EVERYTHING } from "../partition/ranges.ts";
import { catchUp, type Session } from "../run/session.ts";
import type { StalenessIndex } from "../staleness/index.ts";

/** A graph over one state, as far as it has taken in what happened. */
export class LiveGraph {
  /** @internal */
  readonly session: Session;

  /** @internal */
  constructor(session: Session) {
    this.session = session;
  }

  /** @internal */
  get index(): StalenessIndex {
    return this.session.index;
  }

  /** The partitions of an asset, with the order that the state keeps of static keys. */
  partitions(asset: AssetKey): PartitionSet {
    return this.index.node(asset).set;
  }

  /** The code version that an asset's partitions are made with now. */
  codeVersion(asset: AssetKey): string {
    return this.index.node(asset).record.version;
  }

  /** The time by its clock. */
  get now(): Instant {
    return this.session.clock.now();
  }

  /** The number of the last event that was taken in. */
  get seq(): Seq {
    return this.index.seq;
  }

  /** A number that stays the same for as long as nothing of these assets is made, wiped or expires. */
  async contentOf(assets: Iterable<AssetKey>): Promise<Seq> {
    await this.refresh();
    return this.index.content.of(assets);
  }

  /** The assets of which any partition is materialized. */
  materialized(): ReadonlySet<AssetKey> {
    return new Set(
      this.index.nodes.filter(({ rows }) => rows.materialized(EVERYTHING) > 0).map(({ key }) => key),
    );
  }

  /** Whether files of a partition are known to be damaged or gone. */
  isDamaged(asset: AssetKey, partition: number): boolean {
    return this.index.isDamaged(this.index.node(asset), partition);
  }

  /** Takes in what other workers did since, and the time that has passed. */
  async refresh(): Promise<void> {
    await catchUp(this.session);
  }

  /** Judges by events that nobody recorded from now on. */
  suppose(events: readonly NewEvent[]): void {
    for (const event of events) this.index.suppose(event);
  }
}
