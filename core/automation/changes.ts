import type { Instant } from "../instant.ts";
import { EVERYTHING, normalize, type Ranges, subtract, union } from "../partition/ranges.ts";
import type { Cron } from "../ports/cron.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import { Touched } from "../staleness/touched.ts";
import type { Condition } from "./condition.ts";
import { DueTimes } from "./due_times.ts";
import { evaluatorOf, partsOf } from "./evaluators.ts";
import type { View } from "./view.ts";

/** The changes, asset by asset. */
export interface Changed {
  /** Whether nothing did: no event came, nobody began or ended work, and no time was waited for. */
  readonly isQuiet: boolean;
  /** By events and by the time. */
  readonly stirred: ReadonlyMap<Node, Ranges>;
  /** By who works on them. */
  readonly held: ReadonlyMap<Node, Ranges>;
}

/** The partitions of which conditions may say something else than they did, but for what is read. */
export class Changes {
  readonly #touched = new Touched();
  #due = new DueTimes();
  /** The conditions that are evaluated on the partitions of each node. */
  readonly #conditions = new Map<Node, Condition[]>();
  #running: View["running"] = new Map();
  #wakes: Instant = -Infinity;
  #taken: Instant;

  constructor(
    readonly index: StalenessIndex,
    readonly cron: Cron,
    conditions: ReadonlyMap<Node, Condition>,
  ) {
    index.follow(this.#touched);
    this.#taken = index.now;
    for (const [node, condition] of conditions) this.#place(node, condition);
    this.#noteDue();
  }

  /** When something changes by time alone. */
  get wakes(): Instant {
    return this.#wakes;
  }

  /** The changes since they were taken last; all that the time changes is known no more once the clock was set back. */
  take(running: View["running"]): Changed {
    const { index } = this;
    if (index.now < this.#taken) {
      this.#noteDue();
      this.#wakes = -Infinity;
    }
    const stirred = new Map<Node, Ranges>();
    const add = (node: Node, ranges: Ranges) => {
      if (ranges.length > 0) stirred.set(node, union(stirred.get(node) ?? [], ranges));
    };
    const held = differing(index, running, this.#running);
    this.#running = running;
    const isLater = index.now >= this.#wakes;
    if (this.#touched.isEmpty && !isLater) {
      this.#taken = index.now;
      return { isQuiet: held.size === 0, stirred, held };
    }
    for (const [node, ranges] of this.#touched.take()) {
      add(node, ranges);
      this.#due.note(index, node, ranges);
      for (const condition of this.#conditions.get(node) ?? []) {
        add(node, evaluatorOf(condition).reached?.(this.#moving(node), ranges) ?? []);
      }
    }
    if (isLater) this.#move(add);
    this.#wakes = this.#next();
    this.#taken = index.now;
    return { isQuiet: false, stirred, held };
  }

  #noteDue(): void {
    this.#due = new DueTimes();
    for (const node of this.index.nodes) this.#due.note(this.index, node, EVERYTHING);
  }

  /** The changes that time alone brought. */
  #move(add: (node: Node, ranges: Ranges) => void): void {
    const { index } = this;
    for (const [node, ranges] of this.#due.take(index.now)) add(node, ranges);
    for (const node of index.nodes) {
      const [was, is] = [node.set.existing(this.#taken), node.set.existing(index.now)];
      if (is !== null && is.to !== was?.to) {
        add(node, [{ from: was === null ? is.from : was.to + 1, to: is.to }]);
      }
    }
    for (const [node, conditions] of this.#conditions) {
      for (const condition of conditions) {
        add(
          node,
          normalize(evaluatorOf(condition).moved?.(condition, this.#moving(node), this.#taken) ?? []),
        );
      }
    }
  }

  #next(): Instant {
    let next = this.#due.next;
    for (const { set } of this.index.nodes) next = Math.min(next, set.nextExisting(this.index.now));
    for (const [node, conditions] of this.#conditions) {
      for (const condition of conditions) {
        next = Math.min(next, evaluatorOf(condition).wakes?.(condition, this.#moving(node)) ?? Infinity);
      }
    }
    return next;
  }

  #moving(node: Node) {
    return { view: this, node };
  }

  /** Notes the parts of a condition at the nodes that they look at. */
  #place(node: Node, condition: Condition): void {
    const { moved, reached, wakes } = evaluatorOf(condition);
    if (moved ?? reached ?? wakes) {
      this.#conditions.set(node, [...this.#conditions.get(node) ?? [], condition]);
    }
    const isUpstream = condition.condition === "any_upstream" || condition.condition === "all_upstream";
    const nodes = isUpstream ? new Set(node.up.map(({ up }) => up)) : [node];
    for (const part of partsOf(condition)) for (const each of nodes) this.#place(each, part);
  }
}

/** The partitions that only one of two says. */
function differing(index: StalenessIndex, a: View["running"], b: View["running"]): Map<Node, Ranges> {
  const differing = new Map<Node, Ranges>();
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [one, other] = [a.get(key) ?? [], b.get(key) ?? []];
    const ranges = union(subtract(one, other), subtract(other, one));
    const node = index.find(key);
    if (node !== undefined && ranges.length > 0) differing.set(node, ranges);
  }
  return differing;
}
