import {
  contains,
  fromOrdinals,
  intersect,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
  subtract,
  union,
} from "../partition/ranges.ts";
import type { RunRequest } from "../ports/state.ts";
import { existing, isBehind, membersOf, type Node } from "../staleness/node.ts";
import { hasMoved } from "../staleness/readiness.ts";
import type { Agenda } from "./agenda.ts";
import { behindText } from "./behind.ts";
import type { Judge } from "./judge.ts";
import type { Ledger } from "./ledger.ts";
import { joined, type Need, type Needs } from "./needs.ts";
import type { Problem } from "./outcome.ts";

/** The parts that a triage judges by, and those that it tells. */
export interface TriageOptions {
  readonly judge: Judge;
  readonly needs: Needs;
  readonly agenda: Agenda;
  readonly ledger: Ledger;
  /** The instant to which the run keeps. */
  readonly asOf: RunRequest["asOf"];
}

/** Judges partitions once their turn has come: they are fresh, lack something, are left to others, or are to be made. */
export class Triage {
  readonly #options: TriageOptions;
  /** The partitions that are left to another run. */
  readonly #left = new Map<Node, Ranges>();

  constructor(options: TriageOptions) {
    this.#options = options;
  }

  /** The partitions to make now; fresh ones are passed over, and those that lack something are blocked. */
  free(node: Node, ranges: Ranges): Ranges {
    const { judge, needs, agenda, ledger } = this.#options;
    const wanted = normalize(judge.wanted(node, ranges));
    agenda.close(node, subtract(ranges, wanted));
    if (isBehind(node)) {
      const message = behindText(node);
      ledger.became(node, wanted.map((range) => ({ ...range, outcome: "blocked" as const, message })));
      return [];
    }
    const { free, lacking } = this.#needsOf(node, wanted);
    const problems: Problem[] = [];
    for (const { need, ...range } of lacking) {
      if (this.#isOthers(need)) this.#leave(node, range);
      else if (this.#reopen(node, range, need)) agenda.putBack(node, [range]);
      else problems.push({ ...range, outcome: "blocked", message: needs.text(node, need) });
    }
    ledger.became(node, problems);
    return free;
  }

  /** The partitions that lack nothing, and the others, neighbours that lack the same together. */
  #needsOf(node: Node, wanted: Ranges) {
    const free: number[] = [];
    const lacking: { from: number; to: number; need: Need }[] = [];
    for (const partition of ordinals(wanted)) {
      const need = this.#options.needs.of(node, partition);
      if (need === undefined) {
        free.push(partition);
        continue;
      }
      const last = lacking.at(-1);
      const both = last?.to === partition - 1 ? joined(last.need, need) : undefined;
      if (both === undefined) lacking.push({ from: partition, to: partition, need });
      else Object.assign(last!, { to: partition, need: both });
    }
    return { free: fromOrdinals(free), lacking };
  }

  /** Whether what keeps back exists only since the run was requested, or reads what does: another run makes it. */
  #isOthers({ up: node, members }: Need): boolean {
    const { asOf, judge: { index, scope } } = this.#options;
    if (asOf === undefined) return false;
    const left = this.#left.get(node) ?? [];
    return [...ordinals(existing(node.set, [members], index.now))].every((each) =>
      index.isSound(node, each) || !node.set.has(each, asOf) && !contains(scope.get(node) ?? [], each) ||
      contains(left, each)
    );
  }

  /** Leaves partitions as they are: without an outcome, as those that are fresh. */
  #leave(node: Node, range: OrdinalRange): void {
    this.#left.set(node, union(this.#left.get(node) ?? [], [range]));
    this.#options.agenda.close(node, [range]);
  }

  /**
   * Makes partitions once more that got their outcome here and are stale again, for another worker changed what they read.
   *
   * @returns Whether that is what keeps back.
   */
  #reopen(down: Node, range: OrdinalRange, { up: node, members: hull }: Need): boolean {
    const { needs, agenda, judge: { index, scope } } = this.#options;
    if (node.asset.materialize === null) return false;
    // Only what is truly read: the portion waits for it, and would be judged over and over for anything else.
    const read = down.up.filter(({ up, mode }) => up === node && mode !== "present")
      .flatMap((edge) => membersOf(edge, [range], index.now));
    const members = intersect(normalize(read), [hull]);
    const settled = subtract(intersect(scope.get(node) ?? [], members), needs.failed(node));
    const again = fromOrdinals(
      [...ordinals(settled)].filter((each) => !index.isSound(node, each) && hasMoved(index, node, each)),
    );
    agenda.reopen(node, again);
    return again.length > 0;
  }
}
