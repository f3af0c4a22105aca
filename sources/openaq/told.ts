import { type Clock, SECOND } from "../../core/mod.ts";
import type { SensorQueue } from "./sensor_queue.ts";
import type { OpenAQ } from "./client.ts";
import type { Told } from "./question.ts";

export interface TellerParts {
  readonly client: OpenAQ;
  readonly clock: Clock;
}

/** Tells how far some asking is, at most once a second unless it begins or ends to wait. */
export function teller(
  { client, clock }: TellerParts,
  told: Told | undefined,
): (queue: Pick<SensorQueue, "requestsLeft" | "width">) => Promise<void> {
  const before = client.requests;
  let next = -Infinity;
  let waited = false;
  return async (queue) => {
    if (told === undefined) return;
    const waits = (await client.outlook(1, 1)).note !== undefined;
    if (waits === waited && clock.awake() < next) return;
    [waited, next] = [waits, clock.awake() + SECOND];
    const left = queue.requestsLeft;
    told(client.requests - before, left, await client.outlook(left, queue.width));
  };
}
