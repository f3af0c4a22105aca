import {
  count,
  fromOrdinals,
  normalize,
  type OrdinalRange,
  type Ranges,
  union,
} from "../partition/ranges.ts";
import { keyRange } from "../partition/range_text.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import type { Agenda } from "./agenda.ts";
import { reportLine, unreported } from "./external.ts";
import type { Needs } from "./needs.ts";
import { goneText, type Looked } from "./observe.ts";
import { isProblem, type Outcome, type Problem } from "./outcome.ts";
import type { OwnRun } from "./own_run.ts";
import type { Scope } from "./scope.ts";
import { hullOf } from "./portions.ts";
import { Tally } from "./tally.ts";

/** Takes down what became of a run's partitions: it is counted, told, and lets what reads them go on. */
export class Ledger {
  readonly tally = new Tally();
  readonly #run: OwnRun;
  readonly #needs: Needs;
  readonly #agenda: Agenda;

  constructor(run: OwnRun, needs: Needs, agenda: Agenda) {
    this.#run = run;
    this.#needs = needs;
    this.#agenda = agenda;
  }

  /** All that becomes of partitions comes by here. */
  became(node: Node, outcomes: readonly Outcome[], step?: number): void {
    if (outcomes.length === 0) return;
    const { tally } = this;
    let [materialized, unchanged] = [0, 0];
    const made: number[] = [];
    for (const each of outcomes) {
      tally.add(node, each);
      if (isProblem(each)) {
        this.#tellProblem(node, each, each);
        continue;
      }
      materialized++;
      if (each.outcome === "unchanged") unchanged++;
      made.push(each.partition);
      for (const { check, detail, subjects } of each.warnings) {
        // It speaks of the world, not of the data: `status` has it in a line, and alerts tell it.
        if (subjects !== undefined) continue;
        const key = node.set.key(each.partition);
        const message = `check "${check}" failed: ${detail ?? ""}`;
        tally.warn(`${node.key}${key === null ? "" : ` ${key}`}: ${message}`);
        this.#run.tell({ type: "warning", asset: node.key, message });
      }
    }
    if (step !== undefined) this.#run.tell({ type: "partitions", step, materialized, unchanged });
    const problems = normalize(outcomes.filter(isProblem));
    if (problems.length > 0) this.#needs.fail(node, problems);
    this.#agenda.close(node, union(fromOrdinals(made), problems));
  }

  /** An error of an asset's code that is none of one partition. */
  broke(node: Node, ranges: Ranges, message: string): void {
    const range = hullOf(ranges);
    this.tally.fault(node, range, message);
    this.#tellProblem(node, range, { outcome: "failed", message });
  }

  /** Warnings of external assets: failures to tell, and partitions that are no longer there. */
  saw(seen: readonly Looked[]): void {
    const { tally } = this;
    for (const { node, problems, gone, strays } of seen) {
      for (const { partition, message } of problems) {
        const outcome = "failed";
        const range = partition === null ? null : { from: partition, to: partition };
        if (range === null) tally.fault(node, null, message);
        else tally.add(node, { ...range, outcome, message });
        this.#tellProblem(node, range, { outcome, message });
      }
      for (const stray of strays) tally.warn(`${node.key}: ${stray}`);
      if (gone.length > 0) tally.warn(`${node.key}: ${goneText(node, gone)}`);
    }
  }

  /** Counts requested partitions of external assets that are missing: their absence is no success. */
  missed(index: StalenessIndex, scope: Scope): void {
    for (const each of unreported(index, scope)) {
      this.became(each.node, [{ ...each.range, outcome: "blocked", message: reportLine(each) }]);
    }
  }

  #tellProblem(
    { key: asset, set }: Node,
    range: OrdinalRange | null,
    { outcome, message }: Pick<Problem, "outcome" | "message">,
  ): void {
    const keys = range === null ? { from: null, to: null } : keyRange(set, range);
    const partitions = range === null ? 0 : count([range]);
    this.#run.tell({ type: "problem", asset, range: keys, count: partitions, outcome, message });
  }
}
