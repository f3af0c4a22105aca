import type { AnyAsset } from "../asset.ts";
import type { FailedOutput, Output } from "../output.ts";
import { contains, fromOrdinals, type Ranges } from "../partition/ranges.ts";
import { show } from "../show.ts";
import type { Node } from "../staleness/node.ts";
import { faultOf } from "./output_shape.ts";

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

type Groups = ReturnType<NonNullable<AnyAsset["materialize"]>>;

/** The generator of an asset's code. @throws {AnswerError} If it is no async generator. */
export function groupsOf(node: Node, returned: Groups | Promise<unknown>): AsyncIterator<unknown> {
  const iterator = isAsyncIterable(returned) ? returned[Symbol.asyncIterator]() : undefined;
  if (typeof iterator?.next === "function") return iterator;
  // A promise that nobody waits for would end the process once it is rejected.
  if (returned instanceof Promise) returned.catch(() => {});
  throw wrong(
    node,
    `${show(returned)} in the place of groups of outputs`,
    "an async generator (`async *materialize`)",
  );
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value &&
    typeof value[Symbol.asyncIterator] === "function";
}

/**
 * Takes in a yielded group, whose partitions must be among those asked for that remain.
 *
 * @throws {AnswerError} If it answers a partition twice or one that does not remain, or with what is neither an output
 * nor a failure.
 */
export function answersOf(node: Node, group: unknown, wanted: Ranges, remaining: Ranges): Answers {
  if (!Array.isArray(group)) throw wrong(node, show(group), "an array of outputs");
  const outputs: Output[] = [];
  const failures: FailedOutput[] = [];
  const answered = new Set<number>();
  for (const each of group) {
    const partition = partitionOf(node, each);
    if (!contains(wanted, partition)) {
      throw wrong(node, `an answer for the ordinal ${partition}, which was not asked for`, "one in hand");
    }
    const key = node.set.key(partition);
    const name = key === null ? "the partition" : `partition ${key}`;
    if (answered.has(partition) || !contains(remaining, partition)) {
      throw wrong(node, `${name} answered twice`, "one answer for each partition");
    }
    answered.add(partition);
    const fault = faultOf(each, name);
    if (fault !== undefined) throw wrong(node, fault.found, fault.wanted);
    if (each.error !== undefined) failures.push(each);
    else outputs.push(each);
  }
  return { outputs, failures, partitions: fromOrdinals(answered) };
}

/** Remembers the places of a step's files: two outputs must not take one. */
export class Places {
  readonly #taken = new Set<string>();

  /** @throws {AnswerError} If a file of the outputs has the place of another. */
  take(node: Node, outputs: readonly Output[]): void {
    for (const { staged = [], alongside = [], kept = [] } of outputs) {
      const finals = [...staged, ...alongside].map(({ final }) => final);
      for (const place of [...finals, ...kept.map(({ path }) => path)]) {
        if (this.#taken.has(place)) {
          throw wrong(node, `two files for "${place}"`, "a place of its own for each");
        }
        this.#taken.add(place);
      }
    }
  }
}

// deno-lint-ignore no-explicit-any
function partitionOf(node: Node, answer: any): number {
  if (typeof answer !== "object" || answer === null || answer instanceof Promise) {
    throw wrong(node, `${show(answer)} in a group`, "an output or a failure");
  }
  const { partition } = answer;
  if (Number.isSafeInteger(partition)) return partition;
  throw wrong(node, `an answer for the partition ${show(partition)}`, "its ordinal");
}

function wrong(node: Node, found: string, wanted: string): AnswerError {
  return new AnswerError(`materializing "${node.key}": found ${found}, wanted ${wanted}`);
}
