import { RequestError } from "../errors.ts";
import type { RunId } from "../event.ts";
import { keyRange, rangeText } from "../partition/range_text.ts";
import type { Ranges } from "../partition/ranges.ts";
import type { ClaimToken } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { refresh, type Session } from "./session.ts";

/**
 * Does something to partitions that nobody works on meanwhile.
 *
 * @throws {RequestError} If another worker holds one of them.
 */
export async function exclusively<T>(
  session: Session,
  run: RunId,
  { key, set }: Pick<Node, "key" | "set">,
  ranges: Ranges,
  act: (token: ClaimToken) => Promise<T>,
): Promise<T> {
  const { state } = session;
  const { granted, held } = await state.claim(run, key, ranges);
  try {
    if (granted === undefined || held.length > 0) {
      const { from, to } = keyRange(set, held[0]!);
      throw new RequestError(
        `claiming "${key}" ${rangeText(from, to)}: found run ${held[0]!.run} at work on it, wanted none`,
      );
    }
    await refresh(session);
    return await act(granted.token);
  } finally {
    if (granted !== undefined) await state.release(granted.token);
  }
}
