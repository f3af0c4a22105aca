import type { Failed } from "../../../core/event.ts";
import { parsePath } from "../content.ts";
import type { Oracle } from "../oracle.ts";

/** Nothing fails but by a fault that was put in, a time-out, a check, or what its source had to say. */
export function onlyWithCause(oracle: Oracle, failed: Failed): void {
  const { asset, from, to, reason, message } = failed;
  if (reason === "check" || /took longer than/.test(message)) return;
  if (/injected/.test(message)) return alone(oracle, failed);
  if ([...oracle.asking.excuses].some((excuse) => message.includes(excuse))) return;
  throw oracle.violation(`"${asset}" ${from}..${to} failed without a cause: ${message}`);
}

/** A file that cannot be written is the failure of its own partition, and of no other. */
function alone(oracle: Oracle, { asset, from, to, message }: Failed): void {
  const [, path] = /injected: writing "(.*?)"/.exec(message) ?? [];
  if (path === undefined) return;
  const owner = parsePath(path);
  if (owner.asset === asset && owner.partition === from && from === to) return;
  throw oracle.violation(`"${asset}" ${from}..${to} failed for a file of another: ${message}`);
}
