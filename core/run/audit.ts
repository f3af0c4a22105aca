import type { Audited, CheckAnswer, CheckResult } from "../check.ts";
import type { Log } from "../ports/log.ts";
import type { Node } from "../staleness/node.ts";
import { type Inputs, InputsMovedError } from "./inputs.ts";
import { messageOf, type Session } from "./session.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Runs all checks of an asset on a batch. A check that throws, or gives no answer for a partition, has failed there.
 *
 * @returns The results of each partition.
 */
export async function audit(
  session: Session,
  node: Node,
  outputs: readonly Audited[],
  inputs: Inputs,
  signal: AbortSignal,
): Promise<Map<number, CheckResult[]>> {
  const results = new Map<number, CheckResult[]>(outputs.map(({ partition }) => [partition, []]));
  for (const check of node.asset.checks) {
    const { resources } = session;
    let answers: readonly CheckAnswer[] = [];
    let error: string | undefined;
    try {
      const running = check.run({ outputs, inputs: inputs.byName, resources, log: silent, signal });
      answers = await unlessAborted(running, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof InputsMovedError) throw cause;
      error = messageOf(session, cause);
    }
    const byName = new Map<string, CheckAnswer>();
    for (const answer of answers) {
      const key = `${answer.partition} ${answer.check}`;
      // Of several answers the one that failed counts.
      if (byName.get(key)?.passed !== false) byName.set(key, answer);
    }
    for (const { name, severity } of check.checks) {
      for (const { partition } of outputs) {
        const answer = byName.get(`${partition} ${name}`);
        const detail = answer === undefined ? error ?? "the check gave no answer" : answer.detail;
        const passed = answer?.passed === true;
        results.get(partition)!.push({
          check: name,
          severity,
          passed,
          ...(passed || detail === undefined ? {} : { detail: session.mask(detail) }),
          ...(passed || answer?.subjects === undefined ? {} : { subjects: answer.subjects }),
        });
      }
    }
  }
  return results;
}

/** Work that does not look at its signal must not hold its step. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
