import type { AssetEvent, AssetKey, CodeRecord, NewEvent, Registered, Seq } from "../event.ts";
import { bytesLimbs } from "../fingerprint.ts";
import type { Instant } from "../instant.ts";
import {
  EVERYTHING,
  fromOrdinals,
  intersect,
  ordinals,
  type Ranges,
  subtract,
  union,
} from "../partition/ranges.ts";
import { DAMAGED, type DueMark, EXPIRED, type Failure, type Snapshot, STANDS } from "../ports/state.ts";
import { Changes } from "./changes.ts";
import { Content } from "./content.ts";
import { Effects } from "./effects.ts";
import { loadRows } from "./load.ts";
import type { Judgement } from "./judgement.ts";
import { Marks } from "./marks.ts";
import { allExisting, existing, isBehind, type Node } from "./node.ts";
import { Passing } from "./passing.ts";
import type { Chunk } from "./rows.ts";
import { Soundness } from "./soundness.ts";
import type { Touched } from "./touched.ts";

/**
 * Which partitions are missing, stale or fresh, kept up to date event by event. One is fresh when it is sound and its
 * source need not be asked again.
 */
export class StalenessIndex {
  readonly #byKey: ReadonlyMap<AssetKey, Node>;
  readonly content = new Content();
  readonly #changes = new Changes();
  readonly #soundness: Soundness;
  readonly #failures = new Marks<Failure>();
  readonly #due = new Marks<DueMark>();
  readonly #supposed = new Map<Node, Set<number>>();
  readonly #gone = new Map<Node, Ranges>();
  readonly #passing: Passing;
  readonly #effects: Effects;
  /** Assets of other graphs that were registered since this one was. */
  readonly #others = new Set<AssetKey>();
  readonly #followers: Touched[] = [];
  #seq: Seq = 0;

  constructor(readonly nodes: readonly Node[], now: Instant) {
    this.#byKey = new Map(nodes.map((node) => [node.key, node]));
    this.#soundness = new Soundness(nodes, this.#changes, now);
    this.#passing = new Passing({ nodes, soundness: this.#soundness, changes: this.#changes });
    this.#effects = new Effects({
      soundness: this.#soundness,
      changes: this.#changes,
      failures: this.#failures,
      due: this.#due,
    });
  }

  /** The number of the last event taken in. */
  get seq(): Seq {
    return this.#seq;
  }

  get now(): Instant {
    return this.#soundness.now;
  }

  /** The clock as it was last read; partitions exist as of `now`. */
  get clock(): Instant {
    return this.#passing.clock;
  }

  node(key: AssetKey): Node {
    return this.#byKey.get(key)!;
  }

  /** The node of an asset, if it is one of the graph's. */
  find(key: AssetKey): Node | undefined {
    return this.#byKey.get(key);
  }

  /** Takes in all rows of a state, once, before any event. */
  load(snapshot: Snapshot): void {
    this.#seq = snapshot.seq;
    this.content.load(snapshot.seq);
    for (const [number, record] of snapshot.codeRecords) this.#soundness.records.set(number, record);
    for (const node of this.nodes) {
      const codeId = snapshot.registered.get(node.key) ?? node.codeId;
      node.present = { codeId, record: snapshot.codeRecords.get(codeId) ?? node.record };
    }
    for (const failure of snapshot.failures) this.#failures.add(failure);
    for (const mark of snapshot.due) this.#due.add(mark);
    for (const node of this.nodes) {
      const rows = snapshot.assets.get(node.key);
      if (rows !== undefined) loadRows(this.#soundness, node, rows);
    }
    for (const { asset, from, to } of [...snapshot.failures, ...snapshot.due]) {
      const node = this.#byKey.get(asset);
      node?.rows.each(from, to, (chunk, i, ordinal) => this.#effects.settle(node, ordinal, chunk.seq[i]!));
    }
  }

  /** Tells of the partitions that events speak of from now on. */
  follow(touched: Touched): void {
    this.#followers.push(touched);
  }

  /** Takes in one event; those already taken in, and those of other graphs, change nothing. */
  apply(event: AssetEvent): void {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    this.content.note(event);
    if ("partition" in event) {
      const node = this.#byKey.get(event.asset);
      if (node !== undefined) this.#supposed.get(node)?.delete(event.partition);
    }
    this.#take(event);
  }

  /** Judges as if an event were the next, though nobody committed it; the events that come are taken in all the same. */
  suppose(event: NewEvent): void {
    const node = this.#byKey.get(event.asset)!;
    const supposed = this.#supposed.get(node) ?? new Set();
    this.#supposed.set(node, supposed);
    if ("partition" in event) supposed.add(event.partition);
    this.#take({ ...event, seq: this.#seq + 1 });
  }

  /** Takes in which partitions of an external asset are there no more. */
  lose(node: Node, gone: Ranges): void {
    const other = union(subtract(gone, this.gone(node)), subtract(this.gone(node), gone));
    for (const follower of this.#followers) follower.note(node, other);
    this.#gone.set(node, gone);
  }

  /** Whether anything is there no more. */
  get hasGone(): boolean {
    return this.#gone.values().some((ranges) => ranges.length > 0);
  }

  /** The partitions of an external asset that were there, and were not when it was looked at last. */
  gone(node: Node): Ranges {
    return this.#gone.get(node) ?? [];
  }

  /** The partitions of a node that stand, if at all, otherwise than the events say. */
  supposed(node: Node): Iterable<number> {
    return this.#supposed.get(node) ?? [];
  }

  #take(event: AssetEvent): void {
    this.#changes.begin();
    const node = this.#byKey.get(event.asset);
    if (node === undefined) {
      if (event.kind === "registered") this.#others.add(event.asset);
      return;
    }
    if (event.kind === "registered") return this.#register(node, event);
    for (const follower of this.#followers) follower.add(node, event);
    this.#effects.take(node, event);
  }

  /** Every row may be judged otherwise from now on. */
  #register(node: Node, { codeId, record }: Registered): void {
    this.#soundness.records.set(codeId, record);
    node.present = { codeId, record };
    for (const follower of this.#followers) follower.note(node, allExisting(node, this.now));
    this.#changes.range(node, EVERYTHING[0]!.from, EVERYTHING[0]!.to);
    node.rows.all((chunk, i, ordinal) => this.#soundness.rejudge(node, chunk, i, ordinal));
  }

  /** The assets of which other code was registered than this graph's. */
  get behind(): readonly Node[] {
    return this.nodes.filter(isBehind);
  }

  /** Whether all that was registered since this graph was is code of its own. */
  get isLatest(): boolean {
    return this.#others.size === 0 && !this.nodes.some(isBehind);
  }

  /** Reads the clock, without a change of the partitions that exist. */
  tick(now: Instant): void {
    this.#passing.tick(now);
  }

  /** Moves the time on, or back where the clock was set back: other partitions exist from then on. */
  advance(now: Instant): void {
    this.#passing.advance(now);
  }

  /** Above zero, and raised by every event and whenever time passes: what is judged otherwise then has a higher one. */
  get revision(): number {
    return this.#changes.number;
  }

  /**
   * The existing partitions that may have another judgement or failure since a revision; all of them, if what changed since
   * is not known: it is kept from the first question on, unless it is very much.
   */
  changedSince(node: Node, revision: number): Ranges {
    if (!this.#changes.isKept) this.#passing.begin();
    return existing(node.set, this.#changes.since(node, revision) ?? EVERYTHING, this.now);
  }

  judge(node: Node, partition: number): Judgement {
    const chunk = node.rows.find(partition);
    if (chunk === undefined) return "missing";
    return this.judgeRow(node, chunk, partition - chunk.first, partition);
  }

  judgeRow(node: Node, chunk: Chunk, i: number, partition: number): Judgement {
    if (!chunk.stands(i)) return "missing";
    return chunk.sound[i] === 1 && this.dueSince(node, chunk, i, partition) === null ? "fresh" : "stale";
  }

  /** Whether a partition stands and is fresh, or merely due to be asked again: its readers may go on with it. */
  isSound(node: Node, partition: number): boolean {
    const chunk = node.rows.find(partition);
    return chunk !== undefined && chunk.sound[partition - chunk.first] === 1;
  }

  /** Whether a partition stands with this fingerprint. */
  hasMember(node: Node, partition: number, member: Uint8Array): boolean {
    const chunk = node.rows.find(partition);
    if (chunk === undefined) return false;
    const i = partition - chunk.first;
    return chunk.stands(i) && chunk.hasMember(i, bytesLimbs(member));
  }

  isExpired(node: Node, partition: number): boolean {
    return this.#status(node, partition) === EXPIRED;
  }

  /** Whether files of a partition were found damaged or gone. */
  isDamaged(node: Node, partition: number): boolean {
    return this.#status(node, partition) === DAMAGED;
  }

  #status(node: Node, partition: number): number | undefined {
    const chunk = node.rows.find(partition);
    return chunk?.status[partition - chunk.first];
  }

  /** Why a sound partition's source is to be asked again, in words, or null if it is not. */
  dueSince(node: Node, chunk: Chunk, i: number, partition: number): string | null {
    return this.#dueByTime(node, chunk, i, partition) ??
      this.#due.find(node.key, partition, chunk.seq[i]!)?.detail ?? null;
  }

  /** An answer from a time that has not come was given while the clock was wrong. */
  #dueByTime(node: Node, chunk: Chunk, i: number, partition: number): string | null {
    const { due } = node.asset;
    if (due === null) return null;
    if (chunk.at[i]! > this.clock) return "was asked at a time that has not come yet";
    return due(node.set.window(partition), chunk.at[i]!) <= this.#soundness.now
      ? "due to be asked again"
      : null;
  }

  /** The partitions of the ranges that would be fresh, had nobody said that they are due. */
  markedAlone(node: Node, ranges: Ranges): Ranges {
    const marked: number[] = [];
    for (const { from, to } of intersect(ranges, this.#due.ranges(node.key))) {
      node.rows.each(from, to, (chunk, i, partition) => {
        if (chunk.status[i] !== STANDS || chunk.sound[i] !== 1) return;
        if (this.#dueByTime(node, chunk, i, partition) !== null) return;
        if (this.#due.find(node.key, partition, chunk.seq[i]!) !== undefined) marked.push(partition);
      });
    }
    return fromOrdinals(marked);
  }

  /** The code record that a row was made with. */
  recordOf(chunk: Chunk, i: number): CodeRecord | undefined {
    return this.#soundness.recordOf(chunk, i);
  }

  /** The sums over the members of a partition as they stand, slot after slot, as a materialization records them. */
  edgeSums(node: Node, partition: number): Uint8Array {
    return this.#soundness.edgeSums(node, partition);
  }

  /** The failure that speaks of a partition as it stands, if any. */
  failure(node: Node, partition: number): Failure | undefined {
    const chunk = node.rows.find(partition);
    return this.#failures.find(
      node.key,
      partition,
      chunk === undefined ? 0 : chunk.seq[partition - chunk.first]!,
    );
  }

  /** Whether a failure is of other code than the present one, of which it says nothing. */
  isOfOtherCode({ present }: Node, { codeId }: Failure): boolean {
    return codeId !== undefined && codeId !== present.codeId;
  }

  /** Why a partition failed, in words: the message, and whether the code has changed since. */
  failureText(node: Node, failure: Failure): string {
    return `${failure.message}${this.isOfOtherCode(node, failure) ? "; the code has changed since" : ""}`;
  }

  /** The failures that still speak of a partition in the ranges. */
  failuresWithin(node: Node, ranges: Ranges): readonly Failure[] {
    const speaking = (failure: Failure, of: Ranges) => {
      for (const ordinal of ordinals(of)) if (this.failure(node, ordinal) === failure) return true;
      return false;
    };
    return [...this.#failures.within(node.key, ranges)].filter(([failure, of]) => speaking(failure, of))
      .map(([failure]) => failure);
  }

  /** The failures of an asset, whether or not they still speak of a partition, oldest first. */
  failuresOf(node: Node): readonly Failure[] {
    return [...this.#failures.within(node.key, EVERYTHING).keys()];
  }

  /** The ranges that failures speak of. */
  failureRanges(node: Node): Ranges {
    return this.#failures.ranges(node.key);
  }
}
