import type { Failed } from "../../../core/event.ts";
import type { Oracle } from "../oracle.ts";

/** Nothing fails but by a fault that was put in, a time-out, a check, or what its source had to say. */
export function onlyWithCause(oracle: Oracle, { asset, from, to, reason, message }: Failed): void {
  if (reason === "check" || /injected|took longer than/.test(message)) return;
  if ([...oracle.asking.excuses].some((excuse) => message.includes(excuse))) return;
  throw oracle.violation(`"${asset}" ${from}..${to} failed without a cause: ${message}`);
}
