import { type CheckResult, damageOf } from "../check.ts";
import type { AssetEvent, AssetKey, CodeRecord, NewEvent, Registered, Seq } from "../event.ts";
import { bytesLimbs, LIMBS } from "../fingerprint.ts";
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
import {
  DAMAGED,
  type DueMark,
  EXPIRED,
  type Failure,
  type Snapshot,
  STANDS,
  WIPED,
} from "../ports/state.ts";
import { Changes } from "./changes.ts";
import { Content } from "./content.ts";
import { loadRows } from "./load.ts";
import type { Judgement } from "./judgement.ts";
import { Marks } from "./marks.ts";
import { allExisting, existing, isBehind, type Node } from "./node.ts";
import type { Chunk } from "./rows.ts";
import { Soundness } from "./soundness.ts";
import { holds } from "./summary.ts";
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
  /** Assets of other graphs that were registered since this one was. */
  readonly #others = new Set<AssetKey>();
  readonly #followers: Touched[] = [];
  #seq: Seq = 0;
  /** Up to when changes by time alone were noted. */
  #swept: { readonly now: Instant; readonly clock: Instant };
  /** The clock as it was last read: a run goes on for a while with the partitions that existed when it began. */
  #clock: Instant;

  constructor(readonly nodes: readonly Node[], now: Instant) {
    this.#byKey = new Map(nodes.map((node) => [node.key, node]));
    this.#soundness = new Soundness(nodes, this.#changes, now);
    this.#clock = now;
    this.#swept = { now, clock: now };
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
    return this.#clock;
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
      node?.rows.each(from, to, (chunk, i, ordinal) => this.#settle(node, ordinal, chunk.seq[i]!));
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

  #settle({ key }: Node, partition: number, seq: Seq): void {
    this.#failures.settle(key, partition, seq);
    this.#due.settle(key, partition, seq);
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
    switch (event.kind) {
      case "materialized": {
        const { chunk, i } = place(node, event.partition);
        const stood = chunk.stands(i);
        const member = bytesLimbs(event.member);
        const same = stood && equal(chunk.member, i * LIMBS, member);
        this.#changes.row(node, chunk, event.partition);
        chunk.status[i] = STANDS;
        chunk.seq[i] = event.seq;
        if (!same) chunk.changed[i] = event.seq;
        chunk.read[i] = event.read;
        chunk.at[i] = event.at;
        chunk.codeId[i] = event.codeId;
        this.#settle(node, event.partition, event.seq);
        countChecks(chunk, i, event.checks);
        if (!same) this.#soundness.replaceMember(node, chunk, i, event.partition, member, stood ? 0 : 1);
        this.#soundness.readSums(node, chunk, i, bytesLimbs(event.edges), 0);
        this.#soundness.measure(node, chunk, i, event.partition);
        this.#soundness.rejudge(node, chunk, i, event.partition);
        return;
      }
      case "checked": {
        const { chunk, i } = place(node, event.partition);
        if (chunk.seq[i] !== event.of) return;
        this.#changes.row(node, chunk, event.partition);
        countChecks(chunk, i, event.checks);
        const damaged = damageOf(event.checks);
        if (damaged === undefined || chunk.status[i] !== (damaged ? STANDS : DAMAGED)) return;
        chunk.status[i] = damaged ? DAMAGED : STANDS;
        this.#soundness.rejudge(node, chunk, i, event.partition);
        return;
      }
      case "wiped":
        node.rows.each(event.from, event.to, (chunk, i, ordinal) => {
          if (!chunk.stands(i)) return;
          chunk.status[i] = WIPED;
          this.#changes.row(node, chunk, ordinal);
          chunk.seq[i] = event.seq;
          chunk.changed[i] = event.seq;
          this.#settle(node, ordinal, event.seq);
          this.#soundness.replaceMember(node, chunk, i, ordinal, new Uint32Array(LIMBS), -1);
          this.#soundness.rejudge(node, chunk, i, ordinal);
        });
        return;
      case "expired":
        node.rows.each(event.from, event.to, (chunk, i, ordinal) => {
          if (chunk.status[i] !== STANDS && chunk.status[i] !== DAMAGED) return;
          chunk.status[i] = EXPIRED;
          this.#changes.row(node, chunk, ordinal);
          this.#soundness.rejudge(node, chunk, i, ordinal);
        });
        return;
      case "failed":
        this.#changes.range(node, event.from, event.to);
        return this.#failures.add(event);
      case "due":
        node.rows.each(event.from, event.to, (chunk, _, ordinal) => this.#changes.row(node, chunk, ordinal));
        return this.#due.add(event);
    }
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
    this.#clock = now;
  }

  /** Moves the time on, or back where the clock was set back: other partitions exist from then on. */
  advance(now: Instant): void {
    this.#clock = now;
    this.#changes.begin();
    this.#pass(now);
    if (this.#changes.isKept) this.#sweep();
  }

  #pass(now: Instant): void {
    if (now === this.#soundness.now) return;
    const before = this.#soundness.now;
    this.#soundness.now = now;
    for (const node of this.nodes) {
      const was = node.set.existing(before);
      const is = node.set.existing(now);
      if (was?.to === is?.to) continue;
      const ends = [was?.to, is?.to].map((to) => to ?? (was ?? is)!.from - 1);
      this.#changes.range(node, Math.min(...ends) + 1, Math.max(...ends));
      const anew = (node: Node) => (chunk: Chunk, i: number, ordinal: number) => {
        this.#soundness.measure(node, chunk, i, ordinal);
        this.#soundness.rejudge(node, chunk, i, ordinal);
      };
      const readers = node.down.filter(({ slot }) => slot >= 0);
      // By the time as it is now, nothing may read what has ceased to exist.
      if (now < before || is === null) {
        for (const { down } of readers) down.rows.all(anew(down));
        continue;
      }
      const from = was?.to ?? is.from;
      // Made by a worker whose clock is ahead: what they read was not followed before they exist here.
      node.rows.each(from, is.to, anew(node));
      for (const edge of readers) {
        for (let ordinal = from; ordinal <= is.to; ordinal++) {
          this.#soundness.eachDependent(edge, ordinal, anew(edge.down));
        }
      }
    }
  }

  /** Notes the rows that are due, or no longer due, as time has passed. */
  #sweep(): void {
    const before = this.#swept;
    const { now, clock } = this;
    this.#swept = { now, clock };
    for (const node of this.nodes) {
      const { due } = node.asset;
      if (due === null) continue;
      for (const chunk of node.rows.chunks()) {
        const { summary } = chunk;
        if (summary !== undefined && holds(before, node, summary) && holds(this, node, summary)) continue;
        chunk.standing((i, ordinal) => {
          const at = chunk.at[i]!;
          const from = due(node.set.window(ordinal), at);
          const isOther = (at > before.clock || from <= before.now) !== (at > clock || from <= now);
          if (isOther) this.#changes.row(node, chunk, ordinal);
        });
      }
    }
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
    const { now, clock } = this;
    if (!this.#changes.isKept) this.#swept = { now, clock };
    return existing(node.set, this.#changes.since(node, revision) ?? EVERYTHING, now);
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
    return chunk.stands(i) && equal(chunk.member, i * LIMBS, bytesLimbs(member));
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
    if (chunk.at[i]! > this.#clock) return "was asked at a time that has not come yet";
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

function place(node: Node, ordinal: number): { chunk: Chunk; i: number } {
  const chunk = node.rows.at(ordinal);
  return { chunk, i: ordinal - chunk.first };
}

function equal(limbs: Uint32Array, at: number, other: Uint32Array): boolean {
  for (let k = 0; k < LIMBS; k++) if (limbs[at + k] !== other[k]) return false;
  return true;
}

function countChecks(chunk: Chunk, i: number, checks: readonly CheckResult[]): void {
  chunk.checksPassed[i] = checks.filter((check) => check.passed).length;
  chunk.checksFailed[i] = checks.length - chunk.checksPassed[i]!;
}
