import { limbBytes, LIMBS, Sum } from "../fingerprint.ts";
import type { CodeRecord } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Ranges } from "../partition/ranges.ts";
import { DAMAGED } from "../ports/state.ts";
import type { Changes } from "./changes.ts";
import { countExisting, type Edge, existing, type Node } from "./node.ts";
import type { Chunk } from "./rows.ts";

/**
 * Which rows are sound. Each row keeps, for each dependency, the difference between the sum of its members' fingerprints
 * now and the sum that it read, and the number of its members that are sound; so one change costs O(1) for each partition
 * that reads it, however many others those read. A row is sound when its code is the present one, no difference is left
 * and all its members are sound.
 */
export class Soundness {
  /** By the numbers that rows name. */
  readonly records = new Map<number, CodeRecord>();
  readonly #places = new Map<Node, Map<number, readonly number[]>>();
  readonly #sum = new Sum();

  readonly #changes: Changes;

  /** @param now The instant as of which partitions exist. */
  constructor(nodes: readonly Node[], changes: Changes, public now: Instant) {
    this.#changes = changes;
    for (const node of nodes) this.records.set(node.codeId, node.record);
  }

  /** The code record that a row was made with. */
  recordOf(chunk: Chunk, i: number): CodeRecord | undefined {
    return this.records.get(chunk.codeId[i]!);
  }

  /** The sums over the members of a partition as they stand, slot after slot, as a materialization records them. */
  edgeSums(node: Node, partition: number): Uint8Array {
    const sums = new Uint32Array(node.summed.length * LIMBS);
    for (const edge of node.summed) {
      const members = edge.mapping.members(partition, this.now);
      this.#memberSum(edge, members).carryInto(sums, edge.slot * LIMBS);
    }
    return limbBytes(sums);
  }

  /** Takes over the sums that a row read, in the order of its code record, from `at` on. */
  readSums(node: Node, chunk: Chunk, i: number, edges: Uint32Array, at: number): void {
    const places = this.#placesOf(node, chunk.codeId[i]!);
    for (const { slot } of node.summed) {
      const target = (i * node.summed.length + slot) * LIMBS;
      const source = at + places[slot]! * LIMBS;
      for (let k = 0; k < LIMBS; k++) chunk.sums[target + k] = places[slot]! < 0 ? 0 : edges[source + k]!;
    }
  }

  /**
   * Compares what a row read with its members as they stand, and counts those that are sound.
   *
   * @returns Whether nothing differs, and all existing members are sound.
   */
  measure(node: Node, chunk: Chunk, i: number, ordinal: number): boolean {
    let agrees = true;
    for (const edge of node.summed) {
      const row = i * node.summed.length + edge.slot;
      const members = edge.mapping.members(ordinal, this.now);
      const sum = this.#memberSum(edge, members).add(chunk.sums, row * LIMBS, -1);
      chunk.differs[row] = sum.carryInto(chunk.difference, row * LIMBS) ? 0 : 1;
      agrees &&= chunk.differs[row] === 0;
      if (edge.contentSlot < 0) continue;
      const ready = this.#countSound(edge, members);
      chunk.ready[i * node.contentEdges.length + edge.contentSlot] = ready;
      agrees &&= ready >= countExisting(edge.up.set, members, this.now);
    }
    return agrees;
  }

  /** Gives a row another fingerprint and passes the change on to those that read it; `presence`: it came (1) or went (-1). */
  replaceMember(
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
      this.eachDependent(edge, ordinal, (reader, j, partition) => {
        const row = j * down.summed.length + edge.slot;
        const sum = this.#sum.reset().add(reader.difference, row * LIMBS);
        if (edge.mode === "content") sum.add(member, 0).add(old, 0, -1);
        else if (presence !== 0) sum.addPresence(ordinal, presence);
        reader.differs[row] = sum.carryInto(reader.difference, row * LIMBS) ? 0 : 1;
        this.rejudge(down, reader, j, partition);
      });
    }
  }

  /** Judges anew whether a row is sound, and passes a change on, down the graph. */
  rejudge(node: Node, chunk: Chunk, i: number, ordinal: number): void {
    const pending = [{ node, chunk, i, ordinal }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const sound = this.isSoundNow(next.node, next.chunk, next.i, next.ordinal) ? 1 : 0;
      const step = sound - next.chunk.sound[next.i]!;
      if (step === 0) continue;
      next.chunk.sound[next.i] = sound;
      this.#changes.row(next.node, next.chunk, next.ordinal);
      if (!next.node.set.has(next.ordinal, this.now)) continue;
      for (const edge of next.node.down) {
        if (edge.contentSlot < 0) continue;
        const { down } = edge;
        this.eachDependent(edge, next.ordinal, (reader, j, partition) => {
          const row = j * down.contentEdges.length + edge.contentSlot;
          reader.ready[row] = reader.ready[row]! + step;
          pending.push({ node: down, chunk: reader, i: j, ordinal: partition });
        });
      }
    }
  }

  isSoundNow(node: Node, chunk: Chunk, i: number, ordinal: number): boolean {
    if (!chunk.stands(i) || chunk.status[i] === DAMAGED || chunk.codeId[i] !== node.present.codeId) {
      return false;
    }
    const slots = node.summed.length;
    for (let slot = 0; slot < slots; slot++) if (chunk.differs[i * slots + slot] === 1) return false;
    for (const edge of node.contentEdges) {
      const members = edge.mapping.members(ordinal, this.now);
      if (
        chunk.ready[i * node.contentEdges.length + edge.contentSlot]! <
          countExisting(edge.up.set, members, this.now)
      ) {
        return false;
      }
    }
    return true;
  }

  /** Visits the rows that read a member through an edge. */
  eachDependent(
    edge: Edge,
    ordinal: number,
    visit: (chunk: Chunk, i: number, ordinal: number) => void,
  ): void {
    const { mapping, down } = edge;
    if (mapping.dependents !== undefined) {
      for (const { from, to } of mapping.dependents(ordinal, this.now)) down.rows.each(from, to, visit);
      return;
    }
    down.rows.all((chunk, i, partition) => {
      const members = mapping.members(partition, this.now);
      if (members.some(({ from, to }) => from <= ordinal && ordinal <= to)) visit(chunk, i, partition);
    });
  }

  #memberSum(edge: Edge, members: Ranges): Sum {
    const sum = this.#sum.reset();
    for (const { from, to } of members) {
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
  #countSound({ up }: Edge, members: Ranges): number {
    let ready = 0;
    const count = ({ sound }: Chunk, first: number, last: number) => {
      for (let i = first; i <= last; i++) ready += sound[i]!;
    };
    for (const { from, to } of existing(up.set, members, this.now)) up.rows.segments(from, to, count);
    return ready;
  }

  /** For each slot, the place of its edge among those of a code record, or -1. */
  #placesOf(node: Node, codeId: number): readonly number[] {
    let places = this.#places.get(node)?.get(codeId);
    if (places === undefined) {
      const edges = this.records.get(codeId)?.edges ?? [];
      places = node.record.edges.map(({ upstream, mapping }) =>
        edges.findIndex((edge) => edge.upstream === upstream && edge.mapping === mapping)
      );
      const known = this.#places.get(node) ?? new Map<number, readonly number[]>();
      this.#places.set(node, known.set(codeId, places));
    }
    return places;
  }
}
