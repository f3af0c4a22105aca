import { LIMBS } from "../fingerprint.ts";
import type { Ranges } from "../partition/ranges.ts";
import { type AssetSnapshot, DAMAGED, EXPIRED, STANDS } from "../ports/state.ts";

/** The status of a partition that was never materialized. */
export const NONE = 0;

const DOUBLE = 8;
const WORD = 4;

/** Memory for several arrays, the widest first: one allocation is many times faster than one for each. */
class Block {
  readonly #buffer: ArrayBuffer;
  #used = 0;

  constructor(size: number) {
    this.#buffer = new ArrayBuffer(size);
  }

  doubles(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(length * DOUBLE), length);
  }

  integers(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(length * WORD), length);
  }

  words(length: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#take(length * WORD), length);
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#take(length), length);
  }

  #take(size: number): number {
    const at = this.#used;
    this.#used += size;
    return at;
  }
}

/** Some hundred neighbouring rows, in parallel arrays. */
export class Chunk {
  readonly seq: Float64Array;
  readonly changed: Float64Array;
  readonly read: Float64Array;
  readonly at: Float64Array;
  readonly codeId: Int32Array;
  /** NONE, STANDS, EXPIRED, WIPED or DAMAGED. */
  readonly status: Uint8Array;
  /** 1 where the partition is fresh or merely due to be asked again. */
  readonly sound: Uint8Array;
  readonly checksPassed: Uint8Array;
  readonly checksFailed: Uint8Array;
  /** LIMBS a row: what the row adds to the sums of those that read it. */
  readonly member: Uint32Array;
  /** LIMBS a row and slot: the sum over the members that was read. */
  readonly sums: Uint32Array;
  /** LIMBS a row and slot: the sum over the members now, less the sum that was read. Zero: nothing changed. */
  readonly difference: Uint32Array;
  /** One a row and slot: whether the difference is not zero. */
  readonly differs: Uint8Array;
  /** One a row and content edge: how many members are sound. */
  readonly ready: Int32Array;

  constructor(readonly first: number, size: number, slots: number, contentEdges: number) {
    const limbs = size * LIMBS;
    const slotted = size * slots;
    const edged = size * contentEdges;
    const words = size + edged + limbs + 2 * slotted * LIMBS;
    const block = new Block(4 * size * DOUBLE + words * WORD + 4 * size + slotted);
    this.seq = block.doubles(size);
    this.changed = block.doubles(size);
    this.read = block.doubles(size);
    this.at = block.doubles(size);
    this.codeId = block.integers(size);
    this.ready = block.integers(edged);
    this.member = block.words(limbs);
    this.sums = block.words(slotted * LIMBS);
    this.difference = block.words(slotted * LIMBS);
    this.status = block.bytes(size);
    this.sound = block.bytes(size);
    this.checksPassed = block.bytes(size);
    this.checksFailed = block.bytes(size);
    this.differs = block.bytes(slotted);
  }

  /** Takes over the rows `from` up to `end` of a snapshot, all neighbours, from index `i` on. */
  fill(i: number, rows: AssetSnapshot, members: Uint32Array, from: number, end: number): void {
    this.status.set(rows.status.subarray(from, end), i);
    this.seq.set(rows.seq.subarray(from, end), i);
    this.changed.set(rows.changed.subarray(from, end), i);
    this.read.set(rows.read.subarray(from, end), i);
    this.at.set(rows.at.subarray(from, end), i);
    this.codeId.set(rows.codeId.subarray(from, end), i);
    this.checksPassed.set(rows.checksPassed.subarray(from, end), i);
    this.checksFailed.set(rows.checksFailed.subarray(from, end), i);
    this.member.set(members.subarray(from * LIMBS, end * LIMBS), i * LIMBS);
  }

  /** Whether the row has content, be its files expired or damaged or not. */
  stands(i: number): boolean {
    const status = this.status[i];
    return status === STANDS || status === EXPIRED || status === DAMAGED;
  }
}

/** The rows of one asset by ordinal, in chunks that exist only where a row does. */
export class Rows {
  readonly #chunks = new Map<number, Chunk>();

  constructor(readonly size: number, readonly slots: number, readonly contentEdges: number) {}

  /** The chunk that holds an ordinal, if any row near it was written. */
  find(ordinal: number): Chunk | undefined {
    return this.#chunks.get(Math.floor(ordinal / this.size));
  }

  /** The chunk that holds an ordinal, made if it is not there. */
  at(ordinal: number): Chunk {
    const place = Math.floor(ordinal / this.size);
    let chunk = this.#chunks.get(place);
    if (chunk === undefined) {
      chunk = new Chunk(place * this.size, this.size, this.slots, this.contentEdges);
      this.#chunks.set(place, chunk);
    }
    return chunk;
  }

  /** Visits the chunks that `from`..`to` touch, ascending: `visit(chunk, first index, last index)`. */
  segments(from: number, to: number, visit: (chunk: Chunk, first: number, last: number) => void): void {
    const one = Math.floor(from / this.size);
    const other = Math.floor(to / this.size);
    const few = other - one <= this.#chunks.size;
    const places = few ? span(one, other) : [...this.#chunks.keys()].sort((a, b) => a - b);
    for (const place of places) {
      const chunk = place < one || place > other ? undefined : this.#chunks.get(place);
      if (chunk === undefined) continue;
      visit(chunk, Math.max(0, from - chunk.first), Math.min(this.size - 1, to - chunk.first));
    }
  }

  /** Visits the rows of `from`..`to` that were ever written, ascending: `visit(chunk, index in it, ordinal)`. */
  each(from: number, to: number, visit: (chunk: Chunk, i: number, ordinal: number) => void): void {
    this.segments(from, to, (chunk, first, last) => {
      for (let i = first; i <= last; i++) if (chunk.status[i] !== NONE) visit(chunk, i, chunk.first + i);
    });
  }

  /** How many of the rows in the ranges stand. */
  materialized(ranges: Ranges): number {
    let materialized = 0;
    for (const { from, to } of ranges) {
      this.each(from, to, (chunk, i) => materialized += chunk.stands(i) ? 1 : 0);
    }
    return materialized;
  }

  /** The lowest ordinal that was ever written, if any was. */
  first(): number | undefined {
    let first: number | undefined;
    if (this.#chunks.size > 0) {
      const lowest = Math.min(...this.#chunks.keys()) * this.size;
      this.each(lowest, lowest + this.size - 1, (_chunk, _i, ordinal) => first ??= ordinal);
    }
    return first;
  }

  /** Visits all rows that were ever written. */
  all(visit: (chunk: Chunk, i: number, ordinal: number) => void): void {
    this.each(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, visit);
  }
}

function* span(from: number, to: number): Generator<number> {
  for (let place = from; place <= to; place++) yield place;
}
