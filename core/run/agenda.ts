import { intersect, type Ranges, subtract, union } from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { membersOf, type Node } from "../staleness/node.ts";
import { portions } from "./portions.ts";

/** The partitions of a run that are yet to get an outcome: at work, or waiting, portion by portion, for what they read. */
export class Agenda {
  readonly #index: StalenessIndex;
  /** The partitions without an outcome: waiting or at work. */
  readonly #open: Map<Node, Ranges>;
  readonly #waiting = new Map<Node, Set<Ranges>>();
  /** The nodes of which a portion may be ready by now. */
  readonly #awake = new Set<Node>();
  #turn = Promise.withResolvers<void>();

  constructor(index: StalenessIndex, open: ReadonlyMap<Node, Ranges>) {
    this.#index = index;
    this.#open = new Map(open);
    for (const [node, ranges] of this.#open) this.putBack(node, ranges);
  }

  /** Whether any partition has no outcome. */
  get isUnfinished(): boolean {
    return this.#open.values().some(({ length }) => length > 0);
  }

  /**
   * Begins the portions of which everything that they read is settled, upstream first.
   *
   * @param begin Returns whether the portion began; if not, the node's portions wait for the next turn.
   */
  startReady(begin: (node: Node, portion: Ranges) => boolean): void {
    const awake = [...this.#awake].sort((a, b) => a.order - b.order);
    this.#awake.clear();
    for (const node of awake) {
      const waiting = this.#waiting.get(node) ?? new Set();
      for (const portion of waiting) {
        if (!this.#isReady(node, portion)) continue;
        if (!begin(node, portion)) {
          this.#awake.add(node);
          break;
        }
        waiting.delete(portion);
      }
    }
  }

  /** Waits for a turn: something may be ready, or there may be room for it. */
  async turn(): Promise<void> {
    await this.#turn.promise;
    this.#turn = Promise.withResolvers();
  }

  /** Ends the wait for a turn. */
  ring(): void {
    this.#turn.resolve();
  }

  /** Partitions are settled: what waits for them may be ready. */
  close(node: Node, partitions: Ranges): void {
    if (partitions.length === 0) return;
    this.#open.set(node, subtract(this.#openOf(node), partitions));
    for (const edge of node.down) if (this.#waiting.get(edge.down)?.size) this.#awake.add(edge.down);
    this.ring();
  }

  /** Partitions that were settled are to be made once more. */
  reopen(node: Node, partitions: Ranges): void {
    const open = this.#openOf(node);
    this.#open.set(node, union(open, partitions));
    this.putBack(node, subtract(partitions, open));
  }

  /** Lets partitions that are open wait for their turn. */
  putBack(node: Node, ranges: Ranges): void {
    const waiting = this.#waiting.get(node) ?? new Set();
    for (const portion of portions(node, ranges)) waiting.add(portion);
    this.#waiting.set(node, waiting);
    this.#awake.add(node);
    this.ring();
  }

  /** Whether nothing that the portion reads is still open. */
  #isReady(node: Node, portion: Ranges): boolean {
    return node.up.every((edge) => {
      const open = this.#openOf(edge.up);
      return open.length === 0 ||
        intersect(membersOf(edge, portion, this.#index.now), open).length === 0;
    });
  }

  #openOf(node: Node): Ranges {
    return this.#open.get(node) ?? [];
  }
}
