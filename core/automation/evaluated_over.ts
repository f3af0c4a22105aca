import { type KeptEvaluation, MOST_EVALUATIONS, type State } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";

/** The kept evaluations of an asset that led to a run over one of its partitions, newest first. */
export async function evaluationsOver(
  state: State,
  { key, set }: Node,
  partition: string,
  limit: number,
): Promise<readonly KeptEvaluation[]> {
  const sought = set.ordinal(partition);
  const ordinal = (key: string | null) => key === null ? undefined : set.ordinal(key);
  const over = (await state.evaluations(key, MOST_EVALUATIONS)).filter(({ run, requested }) =>
    run !== null && sought !== undefined && requested.some(({ from, to }) => {
      const [first, last] = [ordinal(from), ordinal(to)];
      return first !== undefined && last !== undefined && first <= sought && sought <= last;
    })
  );
  return over.slice(0, limit);
}
