import { normalize, type OrdinalRange, type Ranges } from "../partition/ranges.ts";
import type { Node } from "./node.ts";
import type { Chunk } from "./rows.ts";

/** Of so many changes of an asset each is kept; of more it is only known that there were. */
const MOST = 10_000;

interface Change {
  readonly number: number;
  readonly from: number;
  to: number;
}

/** Which partitions may be judged otherwise than before, by the number of the change; kept once somebody wants to know. */
export class Changes {
  readonly #kept = new Map<Node, Change[]>();
  /** Up to these numbers it is not known any more what changed. */
  readonly #lost = new Map<Node, number>();
  #number = 1;
  /** The number from which changes are kept: what was before anybody wanted to know is lost. */
  #from: number | undefined;

  /** Raised by every event, and whenever time passes. */
  get number(): number {
    return this.#number;
  }

  get isKept(): boolean {
    return this.#from !== undefined;
  }

  /** Begins a new number for the changes that follow. */
  begin(): void {
    this.#number++;
  }

  /** A row changed, or is judged anew. */
  row(node: Node, chunk: Chunk, ordinal: number): void {
    node.rows.changed(chunk);
    this.range(node, ordinal, ordinal);
  }

  /** Partitions may be judged otherwise, whether or not they have rows. */
  range(node: Node, from: number, to: number): void {
    if (this.#from === undefined) return;
    const changes = this.#kept.get(node) ?? [];
    const last = changes.at(-1);
    if (last?.number === this.#number && last.from <= from && from <= last.to + 1) {
      last.to = Math.max(last.to, to);
      return;
    }
    if (changes.length === MOST) {
      this.#lost.set(node, this.#number);
      this.#kept.set(node, []);
      return;
    }
    changes.push({ number: this.#number, from, to });
    this.#kept.set(node, changes);
  }

  /** The partitions that may be judged otherwise since a number; undefined if that is not known. */
  since(node: Node, number: number): Ranges | undefined {
    this.#from ??= this.#number;
    if (number < Math.max(this.#from, this.#lost.get(node) ?? 0)) return undefined;
    const ranges: OrdinalRange[] = [];
    for (const change of (this.#kept.get(node) ?? []).toReversed()) {
      if (change.number <= number) break;
      ranges.push({ from: change.from, to: change.to });
    }
    return normalize(ranges);
  }
}
