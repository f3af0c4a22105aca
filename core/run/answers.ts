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
      requireShape(node, each, name);
      outputs.push(each);
    }
  }
  return { outputs, failures, partitions: fromOrdinals(answered) };
}

/** The mark of a lake and what the engine keeps for itself: no output's place. */
const RESERVED = /^_airgraph\.json$|^_staging\/|(^|\/)_versions\//;

/** @throws {AnswerError} If what an output carries beside its version cannot be kept or published. */
function requireShape(node: Node, output: Output, name: string): void {
  const { asOf, metadata, staged = [], alongside = [], kept = [] } = output;
  if (asOf !== undefined && !Number.isSafeInteger(asOf)) {
    throw wrong(node, `asOf ${show(asOf)} of ${name}`, "milliseconds since 1970");
  }
  if (metadata !== undefined && !isRecord(metadata)) throw wrong(node, `metadata of ${name}`, "JSON by name");
  for (const [what, files] of Object.entries({ staged, alongside, kept })) {
    if (!Array.isArray(files) || !files.every(isRecord)) {
      throw wrong(node, `${what} of ${name}`, "an array of files");
    }
  }
  for (const each of [...staged, ...alongside]) {
    const { final } = each;
    if (typeof final !== "string" || RESERVED.test(final)) {
      throw wrong(node, `the place ${show(final)} for a file of ${name}`, "a path of the lake's own zones");
    }
    if ("temporary" in each ? !String(each.temporary).startsWith("_staging/") : each.absent !== true) {
      throw wrong(node, `"${final}" of ${name} neither staged nor absent`, "one of them");
    }
  }
  for (const { path, size, hash } of kept) {
    if (typeof path !== "string" || typeof size !== "number" || typeof hash !== "string") {
      throw wrong(node, `a kept file of ${name} without path, size or hash`, "these");
    }
  }
}

/** Whether a value is an object that JSON can carry. */
function isRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return Object.values(value).every((each) => each !== null) && JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** Remembers the places of a step's files: two outputs must not take one. */
export class Places {
  readonly #taken = new Set<string>();

  /** @throws {AnswerError} If a file of the outputs has the place of another. */
  take(node: Node, outputs: readonly Output[]): void {
    for (const { staged = [], alongside = [] } of outputs) {
      for (const { final } of [...staged, ...alongside]) {
        if (this.#taken.has(final)) {
          throw wrong(node, `two files for "${final}"`, "a place of its own for each");
        }
        this.#taken.add(final);
      }
    }
  }
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
