import { type CheckResult, damageOf } from "../check.ts";
import type { AssetKey, Event, NewEvent, Seq } from "../event.ts";
import { bytesLimbs, limbBytes, LIMBS, Sum } from "../fingerprint.ts";
import type { Instant } from "../instant.ts";
import { count, fromOrdinals, intersect, ordinals, type Ranges } from "../partition/ranges.ts";
import {
  type AssetSnapshot,
  type CodeRecord,
  DAMAGED,
  type DueMark,
  EXPIRED,
  type Failure,
  type Snapshot,
  STANDS,
  WIPED,
} from "../ports/state.ts";
import { Marks } from "./marks.ts";
import { countExisting, type Edge, existing, type Node } from "./node.ts";
import type { Chunk } from "./rows.ts";

/** What a partition is, before running, failed and blocked are laid over it. */
export type Judgement = "fresh" | "stale" | "missing";

/**
 * Which partitions are missing, stale or fresh, kept up to date event by event.
 *
 * Each row keeps, for each dependency, the difference between the sum of its members' fingerprints now and the sum that it
 * read, and the number of its members that are sound; so one change costs O(1) for each partition that reads it, however
 * many others those read. A row is sound when its code is the present one, no difference is left and all its members are
 * sound; it is fresh when it is sound and its source need not be asked again.
 */
export class StalenessIndex {
  readonly #byKey: ReadonlyMap<AssetKey, Node>;
  readonly #codes = new Map<number, CodeRecord>();
  readonly #failures = new Marks<Failure>();
  readonly #due = new Marks<DueMark>();
  readonly #places = new Map<Node, Map<number, readonly number[]>>();
  readonly #supposed = new Map<Node, Set<number>>();
  readonly #sum = new Sum();
  #seq: Seq = 0;
  #now: Instant;
  /** The clock as it was last read: a run goes on for a while with the partitions that existed when it began. */
  #clock: Instant;

  constructor(readonly nodes: readonly Node[], now: Instant) {
    this.#byKey = new Map(nodes.map((node) => [node.key, node]));
    for (const node of nodes) this.#codes.set(node.code, node.record);
    this.#now = now;
    this.#clock = now;
  }

  /** The number of the last event taken in. */
  get seq(): Seq {
    return this.#seq;
  }

  get now(): Instant {
    return this.#now;
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
    for (const [number, record] of snapshot.codes) this.#codes.set(number, record);
    for (const failure of snapshot.failures) this.#failures.add(failure);
    for (const mark of snapshot.due) this.#due.add(mark);
    for (const node of this.nodes) {
      const rows = snapshot.assets.get(node.key);
      if (rows !== undefined) this.#loadNode(node, rows);
    }
  }

  /** Takes in one event; those already taken in, and those of other graphs, change nothing. */
  apply(event: Event): void {
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
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

  /** The partitions of a node that stand, if at all, otherwise than the events say. */
  supposed(node: Node): Iterable<number> {
    return this.#supposed.get(node) ?? [];
  }

  #take(event: Event): void {
    const node = this.#byKey.get(event.asset);
    if (node === undefined) return;
    switch (event.kind) {
      case "materialized": {
        const { chunk, i } = place(node, event.partition);
        const stood = chunk.stands(i);
        const member = bytesLimbs(event.member);
        const same = stood && equal(chunk.member, i * LIMBS, member);
        chunk.status[i] = STANDS;
        chunk.seq[i] = event.seq;
        if (!same) chunk.changed[i] = event.seq;
        chunk.read[i] = event.read;
        chunk.at[i] = event.at;
        chunk.code[i] = event.code;
        countChecks(chunk, i, event.checks);
        if (!same) this.#replaceMember(node, chunk, i, event.partition, member, stood ? 0 : 1);
        this.#readSums(node, chunk, i, bytesLimbs(event.edges), 0);
        this.#measure(node, chunk, i, event.partition);
        this.#settle(node, chunk, i, event.partition);
        return;
      }
      case "checked": {
        const { chunk, i } = place(node, event.partition);
        if (chunk.seq[i] !== event.of) return;
        countChecks(chunk, i, event.checks);
        const damaged = damageOf(event.checks);
        if (damaged === undefined || chunk.status[i] !== (damaged ? STANDS : DAMAGED)) return;
        chunk.status[i] = damaged ? DAMAGED : STANDS;
        this.#settle(node, chunk, i, event.partition);
        return;
      }
      case "wiped":
        node.rows.each(event.from, event.to, (chunk, i, ordinal) => {
          if (!chunk.stands(i)) return;
          chunk.status[i] = WIPED;
          chunk.seq[i] = event.seq;
          chunk.changed[i] = event.seq;
          this.#replaceMember(node, chunk, i, ordinal, new Uint32Array(LIMBS), -1);
          this.#settle(node, chunk, i, ordinal);
        });
        return;
      case "expired":
        node.rows.each(event.from, event.to, (chunk, i, ordinal) => {
          if (chunk.status[i] !== STANDS && chunk.status[i] !== DAMAGED) return;
          chunk.status[i] = EXPIRED;
          this.#settle(node, chunk, i, ordinal);
        });
        return;
      case "failed":
        return this.#failures.add(event);
      case "due":
        return this.#due.add(event);
    }
  }

  /** Reads the clock, without a change of the partitions that exist. */
  tick(now: Instant): void {
    this.#clock = now;
  }

  /** Moves the time on, or back where the clock was set back: other partitions exist from then on. */
  advance(now: Instant): void {
    this.#clock = now;
    if (now === this.#now) return;
    const before = this.#now;
    this.#now = now;
    for (const node of this.nodes) {
      const was = node.set.existing(before);
      const is = node.set.existing(now);
      if (was?.to === is?.to) continue;
      const anew = (node: Node) => (chunk: Chunk, i: number, ordinal: number) => {
        this.#measure(node, chunk, i, ordinal);
        this.#settle(node, chunk, i, ordinal);
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
          this.#eachDependent(edge, ordinal, anew(edge.down));
        }
      }
    }
  }

  /** The next instant after `now` at which something changes by time alone, or Infinity. */
  nextChange(): Instant {
    let next = Infinity;
    for (const node of this.nodes) {
      next = Math.min(next, node.set.nextExisting(this.#now));
      const { due } = node.asset;
      if (due === null) continue;
      node.rows.all((chunk, i, ordinal) => {
        const at = chunk.stands(i) ? due(node.set.window(ordinal), chunk.at[i]!) : Infinity;
        if (at > this.#now) next = Math.min(next, at);
      });
    }
    return next;
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

  /** Whether all existing members of a partition are sound and none of them expired, as far as the index counts them. */
  allReady(edge: Edge, partition: number): boolean {
    let sound = 0;
    const members = existing(edge.up.set, edge.mapping.members(partition, this.#now), this.#now);
    for (const { from, to } of members) {
      edge.up.rows.each(from, to, (chunk, i) => {
        if (chunk.sound[i] === 1 && chunk.status[i] === STANDS) sound++;
      });
    }
    return sound === count(members);
  }

  /** Whether anything that a partition was made of is newer than what it read, however far up. */
  hasMoved(node: Node, partition: number): boolean {
    const chunk = node.rows.find(partition);
    if (chunk === undefined) return true;
    const i = partition - chunk.first;
    if (!chunk.stands(i) || chunk.status[i] === DAMAGED) return true;
    // Made by other code: who runs that would make it again, and so on without end.
    if (chunk.code[i] !== node.code) return false;
    for (const edge of node.summed) {
      let moved = false;
      for (
        const { from, to } of existing(edge.up.set, edge.mapping.members(partition, this.#now), this.#now)
      ) {
        edge.up.rows.each(from, to, (member, j, ordinal) => {
          moved ||= member.seq[j]! > chunk.read[i]! ||
            edge.mode === "content" && member.sound[j] === 0 && this.hasMoved(edge.up, ordinal);
        });
      }
      if (moved) return true;
    }
    return false;
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
    return due(node.set.window(partition), chunk.at[i]!) <= this.#now ? "due to be asked again" : null;
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

  /** The failure that speaks of a partition as it stands, if any. */
  failure(node: Node, partition: number): Failure | undefined {
    const chunk = node.rows.find(partition);
    return this.#failures.find(
      node.key,
      partition,
      chunk === undefined ? 0 : chunk.seq[partition - chunk.first]!,
    );
  }

  /** The failures that still speak of a partition in the ranges. */
  failuresWithin(node: Node, ranges: Ranges): readonly Failure[] {
    return this.#failures.of(node.key).filter((failure) =>
      [...ordinals(intersect(ranges, [failure]))].some((ordinal) => this.failure(node, ordinal) === failure)
    );
  }

  /** The ranges that failures speak of. */
  failureRanges(node: Node): Ranges {
    return this.#failures.ranges(node.key);
  }

  /** The code record that a row was made with. */
  recordOf(chunk: Chunk, i: number): CodeRecord | undefined {
    return this.#codes.get(chunk.code[i]!);
  }

  /** The sums over the members of a partition as they stand, slot after slot, as a materialization records them. */
  edgeSums(node: Node, partition: number): Uint8Array {
    const sums = new Uint32Array(node.summed.length * LIMBS);
    for (const edge of node.summed) {
      this.#memberSum(edge, partition).settle(sums, edge.slot * LIMBS);
    }
    return limbBytes(sums);
  }

  #loadNode(node: Node, rows: AssetSnapshot): void {
    const members = bytesLimbs(rows.members);
    const edges = bytesLimbs(rows.edges);
    let edge = 0;
    for (let row = 0; row < rows.ordinals.length;) {
      const { chunk, i: first } = place(node, rows.ordinals[row]!);
      const end = runEnd(rows.ordinals, row, node.rows.size - first);
      chunk.fill(first, rows, members, row, end);
      for (let i = first; row < end; row++, i++) {
        if (!chunk.stands(i)) continue;
        if (node.summed.length > 0) {
          this.#readSums(node, chunk, i, edges, edge);
          this.#measure(node, chunk, i, rows.ordinals[row]!);
          edge += (this.recordOf(chunk, i)?.edges.length ?? 0) * LIMBS;
        }
        chunk.sound[i] = this.#isSoundNow(node, chunk, i, rows.ordinals[row]!) ? 1 : 0;
      }
    }
  }

  /** Takes over the sums that a row read, in the order of its code record, from `at` on. */
  #readSums(node: Node, chunk: Chunk, i: number, edges: Uint32Array, at: number): void {
    const places = this.#placesOf(node, chunk.code[i]!);
    for (const { slot } of node.summed) {
      const target = (i * node.summed.length + slot) * LIMBS;
      const source = at + places[slot]! * LIMBS;
      for (let k = 0; k < LIMBS; k++) chunk.sums[target + k] = places[slot]! < 0 ? 0 : edges[source + k]!;
    }
  }

  /** Compares what a row read with its members as they stand, and counts those that are sound. */
  #measure(node: Node, chunk: Chunk, i: number, ordinal: number): void {
    for (const edge of node.summed) {
      const row = i * node.summed.length + edge.slot;
      const sum = this.#memberSum(edge, ordinal).add(chunk.sums, row * LIMBS, -1);
      chunk.differs[row] = sum.settle(chunk.difference, row * LIMBS) ? 0 : 1;
      if (edge.gate < 0) continue;
      chunk.ready[i * node.gates.length + edge.gate] = this.#countSound(edge, ordinal);
    }
  }

  #memberSum(edge: Edge, ordinal: number): Sum {
    const sum = this.#sum.reset();
    for (const { from, to } of edge.mapping.members(ordinal, this.#now)) {
      if (edge.mode === "content") {
        edge.up.rows.segments(from, to, (chunk, first, last) => sum.addAll(chunk.member, first, last));
      } else {
        edge.up.rows.each(from, to, (chunk, i, member) => {
          if (chunk.stands(i)) sum.addPresence(member);
        });
      }
    }
    return sum;
  }

  /** How many members exist and are sound. */
  #countSound(edge: Edge, ordinal: number): number {
    let ready = 0;
    const members = existing(edge.up.set, edge.mapping.members(ordinal, this.#now), this.#now);
    for (const { from, to } of members) {
      edge.up.rows.segments(from, to, ({ sound }, first, last) => {
        for (let i = first; i <= last; i++) ready += sound[i]!;
      });
    }
    return ready;
  }

  /** Visits the rows that read a member through an edge. */
  #eachDependent(
    edge: Edge,
    ordinal: number,
    visit: (chunk: Chunk, i: number, ordinal: number) => void,
  ): void {
    const { mapping, down } = edge;
    if (mapping.dependents !== undefined) {
      for (const { from, to } of mapping.dependents(ordinal, this.#now)) down.rows.each(from, to, visit);
      return;
    }
    down.rows.all((chunk, i, partition) => {
      const members = mapping.members(partition, this.#now);
      if (members.some(({ from, to }) => from <= ordinal && ordinal <= to)) visit(chunk, i, partition);
    });
  }

  /** Gives a row another fingerprint and passes the change on to those that read it; `presence`: it came (1) or went (-1). */
  #replaceMember(
    node: Node,
    chunk: Chunk,
    i: number,
    ordinal: number,
    member: Uint32Array,
    presence: 1 | 0 | -1,
  ): void {
    const old = chunk.member.slice(i * LIMBS, (i + 1) * LIMBS);
    chunk.member.set(member, i * LIMBS);
    for (const edge of node.down) {
      if (edge.slot < 0 || (edge.mode === "present" && presence === 0)) continue;
      const { down } = edge;
      this.#eachDependent(edge, ordinal, (reader, j, partition) => {
        const row = j * down.summed.length + edge.slot;
        const sum = this.#sum.reset().add(reader.difference, row * LIMBS);
        if (edge.mode === "content") sum.add(member, 0).add(old, 0, -1);
        else if (presence !== 0) sum.addPresence(ordinal, presence);
        reader.differs[row] = sum.settle(reader.difference, row * LIMBS) ? 0 : 1;
        this.#settle(down, reader, j, partition);
      });
    }
  }

  /** Judges anew whether a row is sound, and passes a change on, down the graph. */
  #settle(node: Node, chunk: Chunk, i: number, ordinal: number): void {
    const pending = [{ node, chunk, i, ordinal }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const sound = this.#isSoundNow(next.node, next.chunk, next.i, next.ordinal) ? 1 : 0;
      const step = sound - next.chunk.sound[next.i]!;
      if (step === 0) continue;
      next.chunk.sound[next.i] = sound;
      if (!next.node.set.has(next.ordinal, this.#now)) continue;
      for (const edge of next.node.down) {
        if (edge.gate < 0) continue;
        const { down } = edge;
        this.#eachDependent(edge, next.ordinal, (reader, j, partition) => {
          const row = j * down.gates.length + edge.gate;
          reader.ready[row] = reader.ready[row]! + step;
          pending.push({ node: down, chunk: reader, i: j, ordinal: partition });
        });
      }
    }
  }

  #isSoundNow(node: Node, chunk: Chunk, i: number, ordinal: number): boolean {
    if (!chunk.stands(i) || chunk.status[i] === DAMAGED || chunk.code[i] !== node.code) return false;
    const slots = node.summed.length;
    for (let slot = 0; slot < slots; slot++) if (chunk.differs[i * slots + slot] === 1) return false;
    for (const edge of node.gates) {
      const members = edge.mapping.members(ordinal, this.#now);
      if (chunk.ready[i * node.gates.length + edge.gate]! < countExisting(edge.up.set, members, this.#now)) {
        return false;
      }
    }
    return true;
  }

  /** For each slot, the place of its edge among those of a code record, or -1. */
  #placesOf(node: Node, code: number): readonly number[] {
    let places = this.#places.get(node)?.get(code);
    if (places === undefined) {
      const edges = this.#codes.get(code)?.edges ?? [];
      places = node.record.edges.map(({ upstream, mapping }) =>
        edges.findIndex((edge) => edge.upstream === upstream && edge.mapping === mapping)
      );
      const known = this.#places.get(node) ?? new Map<number, readonly number[]>();
      this.#places.set(node, known.set(code, places));
    }
    return places;
  }
}

function place(node: Node, ordinal: number): { chunk: Chunk; i: number } {
  const chunk = node.rows.at(ordinal);
  return { chunk, i: ordinal - chunk.first };
}

/** Where the run of neighbouring ordinals that begins at `row` ends, after at most `most`. */
function runEnd(ordinals: Float64Array, row: number, most: number): number {
  let end = row + 1;
  while (end < ordinals.length && end - row < most && ordinals[end]! - ordinals[row]! === end - row) end++;
  return end;
}

function equal(limbs: Uint32Array, at: number, other: Uint32Array): boolean {
  for (let k = 0; k < LIMBS; k++) if (limbs[at + k] !== other[k]) return false;
  return true;
}

function countChecks(chunk: Chunk, i: number, checks: readonly CheckResult[]): void {
  chunk.checksPassed[i] = checks.filter((check) => check.passed).length;
  chunk.checksFailed[i] = checks.length - chunk.checksPassed[i]!;
}
