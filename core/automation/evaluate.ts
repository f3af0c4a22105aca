import { type Ranges, subtract, union } from "../partition/ranges.ts";
import { allExisting, type Edge, type Node } from "../staleness/node.ts";
import type { Condition } from "./condition.ts";
import type { Site } from "./evaluator.ts";
import { evaluatorOf, partsOf } from "./evaluators.ts";
import type { Memory, View } from "./view.ts";

/** A condition as it was evaluated, with its parts. */
export interface Evaluated {
  readonly condition: Condition;
  readonly site: Site;
  readonly met: Ranges;
  readonly parts: readonly Evaluated[];
}

/** The result of an evaluation: where the condition is met, why, and what it is to remember. */
export interface Evaluation extends Evaluated {
  readonly memory: Memory;
}

export interface EvaluateOptions {
  /** @default all that exist */
  readonly within?: Ranges;
  /** The memory of the last evaluation. */
  readonly memory?: Memory | undefined;
  /** Evaluates every part for every partition, though the answer may be known without. @default false */
  readonly whole?: boolean;
}

/** Evaluates an asset's condition. Changes nothing: the same view and memory give the same answer. */
export function evaluate(
  view: View,
  node: Node,
  condition: Condition,
  { within = allExisting(node, view.index.now), memory, whole = false }: EvaluateOptions = {},
): Evaluation {
  const met: Record<string, Ranges> = { ...memory?.met };

  function at(
    condition: Condition,
    path: string,
    { node, within, reader }: Pick<Site, "node" | "within" | "reader">,
  ): Evaluated {
    const parts: Evaluated[] = [];
    const places = new Map(partsOf(condition).map((part, place) => [part, place]));
    const site: Site = {
      view,
      node,
      within,
      reader,
      memory,
      before: memory?.met[path],
      remember: (now) => met[path] = union(subtract(memory?.met[path] ?? [], within), now),
      part(of, { within: narrowed = within, reader: through } = {}) {
        const part = at(of, pathOf(path, places.get(of)!, through), {
          node: through?.up ?? node,
          // What is remembered is remembered of all.
          within: through === undefined && (whole || remembers(of)) ? within : narrowed,
          reader: through ?? reader,
        });
        parts.push(part);
        return part.met;
      },
    };
    return { condition, site, met: evaluatorOf(condition).met(condition, site), parts };
  }

  const evaluated = at(condition, "", { node, within, reader: null });
  return { ...evaluated, memory: { seq: view.index.seq, at: view.index.now, met } };
}

function pathOf(path: string, place: number, reader: Edge | undefined): string {
  return `${path}/${place}${reader === undefined ? "" : `:${reader.name}`}`;
}

/** Whether the meaning of a condition depends on where it, or a part of it, was met before. */
function remembers(condition: Condition): boolean {
  return ["since", "newly_true"].includes(condition.condition) || partsOf(condition).some(remembers);
}
