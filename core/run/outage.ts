import { noteOutage, type Outage, outagesIn, outageText } from "../outages.ts";
import { SourceError } from "../errors.ts";
import type { Node } from "../staleness/node.ts";
import { messageOf, type Session } from "./session.ts";

export interface FailedCall {
  /** The error that the node's code failed with. */
  readonly cause: unknown;
  /** Whether it is to be found out now, where it is not known. */
  readonly examines: boolean;
  readonly signal: AbortSignal;
}

/** Why the source that a node's code asks answers nothing, in words: looked at where the code has failed. */
export async function foundDown(
  session: Session,
  { asset: { pool } }: Node,
  { cause, examines, signal }: FailedCall,
): Promise<string | undefined> {
  const { state: { keyValue }, clock, examine } = session;
  if (pool === null) return undefined;
  const known = async (): Promise<Outage | undefined> => (await outagesIn(keyValue, clock.now())).get(pool);
  let outage = await known();
  if (outage === undefined && cause instanceof SourceError && cause.isDown) {
    // Another may have been answered since: who asks again then waits for a probe first, and presses nobody.
    await noteOutage(keyValue, pool, { message: messageOf(session, cause), at: clock.now() });
    outage = await known();
  }
  if (outage === undefined && examines && examine !== undefined) {
    await examine(pool, signal);
    outage = await known();
  }
  return outage && outageText(pool, outage);
}
