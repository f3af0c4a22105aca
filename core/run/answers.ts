import type { FailedOutput, Output } from "../output.ts";
import { contains, fromOrdinals, type Ranges } from "../partition/ranges.ts";
import type { Node } from "../staleness/node.ts";

/** An asset's code yielded something that answers no partition in hand: a fault of the code, so that no retry helps. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
}

/** A group as an asset's code yielded it. */
export interface Answers {
  readonly outputs: readonly Output[];
  readonly failures: readonly FailedOutput[];
  /** The partitions that it answers. */
  readonly partitions: Ranges;
}

/**
 * Takes in a yielded group, whose partitions must be among those asked for that remain.
 *
 * @throws {AnswerError} If it answers a partition twice or one that does not remain, or with neither a data version nor
 * an error.
 */
export function answersOf(node: Node, group: unknown, asked: Ranges, remaining: Ranges): Answers {
  if (!Array.isArray(group)) throw wrong(node, show(group), "an array of outputs");
  const outputs: Output[] = [];
  const failures: FailedOutput[] = [];
  const answered = new Set<number>();
  for (const each of group) {
    const partition = partitionOf(node, each);
    if (!contains(asked, partition)) {
      throw wrong(node, `an answer for the ordinal ${partition}, which was not asked for`, "one in hand");
    }
    const key = node.set.key(partition);
    const name = key === null ? "the partition" : `partition ${key}`;
    if (answered.has(partition) || !contains(remaining, partition)) {
      throw wrong(node, `${name} answered twice`, "one answer for each partition");
    }
    answered.add(partition);
    if (each.error !== undefined) {
      if (typeof each.error !== "string") {
        throw wrong(node, `the error ${show(each.error)} of ${name}`, "a text");
      }
      failures.push(each);
    } else {
      if (typeof each.dataVersion !== "string" || each.dataVersion === "") {
        throw wrong(node, `the data version ${show(each.dataVersion)} of ${name}`, "a text");
      }
      if (each.rows !== undefined && !(Number.isSafeInteger(each.rows) && each.rows >= 0)) {
        throw wrong(node, `${show(each.rows)} rows of ${name}`, "a whole number");
      }
      outputs.push(each);
    }
  }
  return { outputs, failures, partitions: fromOrdinals(answered) };
}

// deno-lint-ignore no-explicit-any
function partitionOf(node: Node, answer: any): number {
  const partition = answer?.partition;
  if (Number.isSafeInteger(partition)) return partition;
  throw wrong(node, `an answer for the partition ${show(partition)}`, "its ordinal");
}

function wrong(node: Node, found: string, wanted: string): AnswerError {
  return new AnswerError(`materializing "${node.key}": found ${found}, wanted ${wanted}`);
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
