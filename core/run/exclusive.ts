import type { RunId } from "../event.ts";
import { rangeText } from "../partition/range_text.ts";
import type { Ranges } from "../partition/ranges.ts";
import type { Json } from "../ports/key_value.ts";
import type { ClaimToken } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { recover } from "./recover.ts";
import { RequestError } from "../errors.ts";
import { keyRange, refresh, type Session } from "./session.ts";

/**
 * Does something to partitions that nobody works on meanwhile, as a run of its own.
 *
 * @throws {RequestError} If another worker holds one of them.
 */
export async function exclusively<T>(
  session: Session,
  node: Pick<Node, "key" | "set">,
  ranges: Ranges,
  request: Json,
  act: (run: RunId, token: ClaimToken) => Promise<T>,
  isDone: (result: T) => boolean = () => true,
): Promise<T> {
  const { state, clock } = session;
  await recover(session);
  const run = await state.beginRun(request, clock.now());
  let succeeded = false;
  let token: ClaimToken | undefined;
  try {
    const { granted, held } = await state.claim(run, node.key, ranges);
    token = granted?.token;
    if (granted === undefined || held.length > 0) {
      const { from, to } = keyRange(node, held[0]!);
      throw new RequestError(
        `claiming "${node.key}" ${rangeText(from, to)}: found run ${held[0]!.run} at work on it, wanted none`,
      );
    }
    await refresh(session);
    const result = await act(run, granted.token);
    succeeded = isDone(result);
    return result;
  } finally {
    if (token !== undefined) await state.release(token);
    await state.endRun(run, succeeded ? "succeeded" : "failed", null, clock.now());
    await refresh(session);
  }
}
