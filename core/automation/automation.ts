import { type Ranges, subtract, union } from "../partition/ranges.ts";
import type { AssetKey } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Cron } from "../ports/cron.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { allExisting, existing, isBehind, type Node } from "../staleness/node.ts";
import { Changes } from "./changes.ts";
import type { Condition } from "./condition.ts";
import { readersOf } from "./conditions/upstream.ts";
import { evaluate, type Evaluation } from "./evaluate.ts";
import { partsOf } from "./evaluators.ts";
import type { Memory, View } from "./view.ts";

/** An asset as it was evaluated, where anything had changed. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  /** The partitions of which, or of what they read, events and the time say something else than before. */
  readonly stirred: Ranges;
}

/** An asset's condition, and where it was met when it was evaluated last. */
interface Kept {
  readonly condition: Condition;
  memory: Memory | undefined;
  met: Ranges;
  /** For so many evaluations a change may have others in its wake. */
  readonly wake: number;
  /** The changes at the last of them, the newest first. */
  recent: readonly Ranges[];
}

/**
 * Where the condition of each asset is met, evaluated anew only where something changed: events, the work of others, the
 * time, or what is requested upstream. Whatever reads what changed, however far down, is evaluated, too; but for what other
 * code was registered of: its condition is another's to judge.
 */
export class Automation {
  readonly #kept = new Map<Node, Kept>();
  readonly #changes: Changes;
  /** The newest event and the time of the last evaluation. */
  #last: Pick<Memory, "seq" | "at"> | undefined;
  /** Those of the last evaluation that found anything to look at. */
  #noted: Pick<Memory, "seq" | "at"> | undefined;
  /** Whether a change is to be looked at once more. */
  #unsettled = false;

  /**
   * @param memories What the conditions of assets remembered before.
   * @param left The assets that another requests.
   */
  constructor(
    readonly index: StalenessIndex,
    readonly cron: Cron,
    memories: ReadonlyMap<AssetKey, Memory> = new Map(),
    left: ReadonlySet<AssetKey> = new Set(),
  ) {
    for (const node of index.nodes) {
      const condition = node.asset.automation;
      if (condition === null || left.has(node.key)) continue;
      const wake = wakeOf(condition);
      this.#kept.set(node, { condition, memory: memories.get(node.key), met: [], wake, recent: [] });
    }
    this.#changes = new Changes(
      index,
      cron,
      new Map([...this.#kept].map(([node, { condition }]) => [node, condition])),
    );
  }

  /** When something changes by time alone that was not so at the last evaluation; before that, only events change anything. */
  get wakes(): Instant {
    return this.#changes.wakes;
  }

  /** Where an asset's condition was met at the last evaluation. */
  met(node: Node): Ranges {
    return this.#kept.get(node)?.met ?? [];
  }

  /** The memories of conditions whose answer depends on the last evaluation. */
  *memories(): Iterable<[Node, Memory]> {
    for (const [node, { memory, wake }] of this.#kept) {
      if (memory !== undefined && wake > 0) yield [node, { ...memory, ...this.#noted }];
    }
  }

  /**
   * Evaluates whatever may have changed since the last time. @returns The evaluations that were made, upstream first.
   *
   * @param running The partitions that live workers hold.
   */
  evaluate(running: View["running"]): Map<Node, Evaluated> {
    const { index, cron } = this;
    const evaluations = new Map<Node, Evaluated>();
    const last = this.#last;
    const isFirst = last === undefined || index.now < last.at;
    this.#last = { seq: index.seq, at: index.now };
    const { isQuiet, stirred, held } = this.#changes.take(running);
    if (isQuiet && !this.#unsettled && !isFirst) return evaluations;
    this.#noted = this.#last;
    this.#unsettled = false;

    const requested = new Map<AssetKey, Ranges>();
    const view: View = { index, running, requested, cron };
    const byEvents = new Map<Node, Ranges>();
    const dirty = new Map<Node, Ranges>();
    for (const node of index.nodes) {
      const kept = this.#kept.get(node);
      const news = isFirst ? allExisting(node, index.now) : this.#reach(node, stirred, byEvents);
      if (news.length > 0) byEvents.set(node, news);
      const own = union(news, this.#reach(node, held, dirty));
      if (own.length > 0) dirty.set(node, own);
      if (kept === undefined || isBehind(node)) continue;
      const within = existing(node.set, kept.recent.reduce(union, own), index.now);
      kept.recent = [own, ...kept.recent].slice(0, kept.wake);
      this.#unsettled ||= kept.recent.some((ranges) => ranges.length > 0);
      if (within.length > 0 || isFirst) {
        const memory = kept.memory && { ...kept.memory, ...last };
        const evaluation = evaluate(view, node, kept.condition, { within, memory });
        evaluations.set(node, { evaluation, stirred: news });
        const before = isFirst ? [] : kept.met;
        const met = union(subtract(before, within), evaluation.met);
        const other = union(subtract(met, before), subtract(before, met));
        if (other.length > 0) dirty.set(node, union(own, other));
        kept.met = met;
        kept.memory = evaluation.memory;
      }
      requested.set(node.key, kept.met);
    }
    return evaluations;
  }

  /** The partitions that changed, and those that read what did. */
  #reach(node: Node, changed: ReadonlyMap<Node, Ranges>, above: ReadonlyMap<Node, Ranges>): Ranges {
    const { now } = this.index;
    let ranges = existing(node.set, changed.get(node) ?? [], now);
    for (const edge of node.up) {
      const members = above.get(edge.up);
      if (members === undefined) continue;
      ranges = union(ranges, readersOf(edge, members, allExisting(node, now), now));
    }
    return ranges;
  }
}

/**
 * For how many evaluations after a change a condition may go on to say something else: it may be met for one evaluation
 * alone, and be remembered by another.
 */
function wakeOf(condition: Condition): number {
  const own = ["newly_updated", "newly_true", "cron_passed", "since"].includes(condition.condition) ? 1 : 0;
  return own + Math.max(0, ...partsOf(condition).map(wakeOf));
}
