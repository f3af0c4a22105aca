import { LIMBS } from "../fingerprint.ts";
import type { Ranges } from "../partition/ranges.ts";
import type { Summary } from "./judgement.ts";
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

/** The facts of rows that events tell, a column each. */
type Columns = Pick<
  Chunk,
  "seq" | "changed" | "read" | "at" | "codeId" | "status" | "checksPassed" | "checksFailed" | "member"
>;

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

  /** How its rows stand, once somebody has asked; gone when one of them changes. */
  summary: Summary | undefined;

  /** @param columns Kept and written to. @default rows that were never written */
  constructor(
    readonly first: number,
    size: number,
    slots: number,
    contentEdges: number,
    columns: Columns = empty(size),
    sums?: Uint32Array,
  ) {
    ({
      seq: this.seq,
      changed: this.changed,
      read: this.read,
      at: this.at,
      codeId: this.codeId,
      status: this.status,
      checksPassed: this.checksPassed,
      checksFailed: this.checksFailed,
      member: this.member,
    } = columns);
    const slotted = size * slots;
    const edged = size * contentEdges;
    const limbs = slotted * LIMBS;
    const block = new Block(((sums ? 1 : 2) * limbs + edged) * WORD + size + slotted);
    this.sums = sums ?? block.words(limbs);
    this.difference = block.words(limbs);
    this.ready = block.integers(edged);
    this.sound = block.bytes(size);
    this.differs = block.bytes(slotted);
  }

  /** Takes over the rows `from` up to `end` of a snapshot, all neighbours, from index `i` on. */
  fill(i: number, rows: AssetSnapshot, members: Uint32Array, from: number, end: number): void {
    const { member, ...columns } = columnsOf(rows, members, from, end);
    for (const [name, column] of Object.entries(columns)) this[name as keyof typeof columns].set(column, i);
    this.member.set(member, i * LIMBS);
  }

  /** Visits the rows that have content: `visit(index, ordinal)`. */
  standing(visit: (i: number, ordinal: number) => void): void {
    for (let i = 0; i < this.status.length; i++) if (this.stands(i)) visit(i, this.first + i);
  }

  /** Whether the row has content, be its files expired or damaged or not. */
  stands(i: number): boolean {
    const status = this.status[i];
    return status === STANDS || status === EXPIRED || status === DAMAGED;
  }

  /** Whether the row adds exactly this to the sums of those that read it. */
  hasMember(i: number, member: Uint32Array): boolean {
    for (let k = 0; k < LIMBS; k++) if (this.member[i * LIMBS + k] !== member[k]) return false;
    return true;
  }
}

function empty(size: number): Columns {
  const block = new Block(size * (4 * DOUBLE + WORD + LIMBS * WORD + 3));
  return {
    seq: block.doubles(size),
    changed: block.doubles(size),
    read: block.doubles(size),
    at: block.doubles(size),
    codeId: block.integers(size),
    member: block.words(size * LIMBS),
    status: block.bytes(size),
    checksPassed: block.bytes(size),
    checksFailed: block.bytes(size),
  };
}

/** The rows `from` up to `end` of a snapshot, shared with it. */
function columnsOf(rows: AssetSnapshot, members: Uint32Array, from: number, end: number): Columns {
  return {
    seq: rows.seq.subarray(from, end),
    changed: rows.changed.subarray(from, end),
    read: rows.read.subarray(from, end),
    at: rows.at.subarray(from, end),
    codeId: rows.codeId.subarray(from, end),
    member: members.subarray(from * LIMBS, end * LIMBS),
    status: rows.status.subarray(from, end),
    checksPassed: rows.checksPassed.subarray(from, end),
    checksFailed: rows.checksFailed.subarray(from, end),
  };
}

/** The rows of one asset by ordinal, in chunks that exist only where a row does. */
export class Rows {
  readonly #chunks = new Map<number, Chunk>();
  #revision = 0;

  constructor(readonly size: number, readonly slots: number, readonly contentEdges: number) {}

  /** The chunk that holds an ordinal, if any row near it was written. */
  find(ordinal: number): Chunk | undefined {
    return this.#chunks.get(Math.floor(ordinal / this.size));
  }

  /** Another number each time that a row changed, or is judged anew. */
  get revision(): number {
    return this.#revision;
  }

  /** A row of the chunk changed, or is judged anew. */
  changed(chunk: Chunk): void {
    chunk.summary = undefined;
    this.#revision++;
  }

  /** All chunks, in any order. */
  chunks(): Iterable<Chunk> {
    return this.#chunks.values();
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

  /**
   * Takes over the rows `from` up to `end` of a snapshot, all neighbours and in one chunk; where they are a whole one, it
   * shares their memory.
   *
   * @param sums The sums that they read, slot by slot, where they are all there.
   */
  take(rows: AssetSnapshot, members: Uint32Array, from: number, end: number, sums?: Uint32Array): Chunk {
    const first = rows.ordinals[from]!;
    if (end - from < this.size) {
      const chunk = this.at(first);
      chunk.fill(first - chunk.first, rows, members, from, end);
      if (sums !== undefined) chunk.sums.set(sums, (first - chunk.first) * this.slots * LIMBS);
      return chunk;
    }
    const columns = columnsOf(rows, members, from, end);
    const chunk = new Chunk(first, this.size, this.slots, this.contentEdges, columns, sums);
    this.#chunks.set(first / this.size, chunk);
    return chunk;
  }

  /** Visits the chunks that `from`..`to` touch, ascending: `visit(chunk, first index, last index)`. */
  segments(from: number, to: number, visit: (chunk: Chunk, first: number, last: number) => void): void {
    const one = Math.floor(from / this.size);
    const other = Math.floor(to / this.size);
    if (one === other) {
      const chunk = this.#chunks.get(one);
      if (chunk !== undefined) visit(chunk, from - chunk.first, to - chunk.first);
      return;
    }
    const visitPlace = (place: number) => {
      const chunk = this.#chunks.get(place);
      if (chunk === undefined) return;
      visit(chunk, Math.max(0, from - chunk.first), Math.min(this.size - 1, to - chunk.first));
    };
    if (other - one <= this.#chunks.size) {
      for (let place = one; place <= other; place++) {
        visitPlace(place);
      }
    } else {[...this.#chunks.keys()].filter((place) => one <= place && place <= other).sort((a, b) => a - b)
        .forEach(visitPlace);}
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
