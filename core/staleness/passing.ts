import type { Instant } from "../instant.ts";
import type { Changes } from "./changes.ts";
import type { Node } from "./node.ts";
import type { Chunk } from "./rows.ts";
import type { Soundness } from "./soundness.ts";
import { holds } from "./summary.ts";

/** The parts of an index that change as time passes. */
export interface PassingParts {
  readonly nodes: readonly Node[];
  readonly soundness: Soundness;
  readonly changes: Changes;
}

/** Takes in what time alone does: partitions come to exist, or cease to, and rows are due. */
export class Passing {
  readonly #parts: PassingParts;
  /** Up to when changes by time alone were noted. */
  #swept: { readonly now: Instant; readonly clock: Instant };
  #clock: Instant;

  constructor(parts: PassingParts) {
    this.#parts = parts;
    this.#clock = parts.soundness.now;
    this.#swept = { now: this.now, clock: this.#clock };
  }

  /** Partitions exist as of then. */
  get now(): Instant {
    return this.#parts.soundness.now;
  }

  /** The clock as it was last read: a run goes on for a while with the partitions that existed when it began. */
  get clock(): Instant {
    return this.#clock;
  }

  /** Reads the clock, without a change of the partitions that exist. */
  tick(now: Instant): void {
    this.#clock = now;
  }

  /** Moves the time on, or back where the clock was set back: other partitions exist from then on. */
  advance(now: Instant): void {
    const { changes } = this.#parts;
    this.#clock = now;
    changes.begin();
    this.#pass(now);
    if (changes.isKept) this.#sweep();
  }

  /** Changes by time are noted from now on. */
  begin(): void {
    this.#swept = { now: this.now, clock: this.#clock };
  }

  #pass(now: Instant): void {
    const { nodes, soundness, changes } = this.#parts;
    if (now === soundness.now) return;
    const before = soundness.now;
    soundness.now = now;
    for (const node of nodes) {
      const was = node.set.existing(before);
      const is = node.set.existing(now);
      if (was?.to === is?.to) continue;
      const ends = [was?.to, is?.to].map((to) => to ?? (was ?? is)!.from - 1);
      changes.range(node, Math.min(...ends) + 1, Math.max(...ends));
      const anew = (node: Node) => (chunk: Chunk, i: number, ordinal: number) => {
        soundness.measure(node, chunk, i, ordinal);
        soundness.rejudge(node, chunk, i, ordinal);
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
          soundness.eachDependent(edge, ordinal, anew(edge.down));
        }
      }
    }
  }

  /** Notes the rows that are due, or no longer due, as time has passed. */
  #sweep(): void {
    const { nodes, changes } = this.#parts;
    const before = this.#swept;
    const { now, clock } = this;
    this.#swept = { now, clock };
    for (const node of nodes) {
      const { due } = node.asset;
      if (due === null) continue;
      for (const chunk of node.rows.chunks()) {
        const { summary } = chunk;
        if (summary !== undefined && holds(before, node, summary) && holds(this, node, summary)) continue;
        chunk.standing((i, ordinal) => {
          const at = chunk.at[i]!;
          const from = due(node.set.window(ordinal), at);
          const isOther = (at > before.clock || from <= before.now) !== (at > clock || from <= now);
          if (isOther) changes.row(node, chunk, ordinal);
        });
      }
    }
  }
}
