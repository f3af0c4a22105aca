import { type CheckResult, damageOf } from "../check.ts";
import type { AssetEvent, Registered, Seq } from "../event.ts";
import { bytesLimbs, LIMBS } from "../fingerprint.ts";
import { DAMAGED, type DueMark, EXPIRED, type Failure, STANDS, WIPED } from "../ports/state.ts";
import type { Changes } from "./changes.ts";
import type { Marks } from "./marks.ts";
import type { Node } from "./node.ts";
import type { Chunk } from "./rows.ts";
import type { Soundness } from "./soundness.ts";

/** The parts of an index that events change. */
export interface EffectsParts {
  readonly soundness: Soundness;
  readonly changes: Changes;
  readonly failures: Marks<Failure>;
  readonly due: Marks<DueMark>;
}

/** What events do to the rows and marks of partitions. */
export class Effects {
  readonly #parts: EffectsParts;

  constructor(parts: EffectsParts) {
    this.#parts = parts;
  }

  take(node: Node, event: Exclude<AssetEvent, Registered>): void {
    const { soundness, changes, failures, due } = this.#parts;
    switch (event.kind) {
      case "materialized": {
        const { chunk, i } = place(node, event.partition);
        const stood = chunk.stands(i);
        const member = bytesLimbs(event.member);
        const same = stood && chunk.hasMember(i, member);
        changes.row(node, chunk, event.partition);
        chunk.status[i] = STANDS;
        chunk.seq[i] = event.seq;
        if (!same) chunk.changed[i] = event.seq;
        chunk.read[i] = event.read;
        chunk.at[i] = event.at;
        chunk.codeId[i] = event.codeId;
        this.settle(node, event.partition, event.seq);
        countChecks(chunk, i, event.checks);
        if (!same) soundness.replaceMember(node, chunk, i, event.partition, member, stood ? 0 : 1);
        soundness.readSums(node, chunk, i, bytesLimbs(event.edges), 0);
        soundness.measure(node, chunk, i, event.partition);
        soundness.rejudge(node, chunk, i, event.partition);
        return;
      }
      case "checked": {
        const { chunk, i } = place(node, event.partition);
        if (chunk.seq[i] !== event.of) return;
        changes.row(node, chunk, event.partition);
        countChecks(chunk, i, event.checks);
        const damaged = damageOf(event.checks);
        if (damaged === undefined || chunk.status[i] !== (damaged ? STANDS : DAMAGED)) return;
        chunk.status[i] = damaged ? DAMAGED : STANDS;
        soundness.rejudge(node, chunk, i, event.partition);
        return;
      }
      case "wiped":
        node.rows.each(event.from, event.to, (chunk, i, ordinal) => {
          if (!chunk.stands(i)) return;
          chunk.status[i] = WIPED;
          changes.row(node, chunk, ordinal);
          chunk.seq[i] = event.seq;
          chunk.changed[i] = event.seq;
          this.settle(node, ordinal, event.seq);
          soundness.replaceMember(node, chunk, i, ordinal, new Uint32Array(LIMBS), -1);
          soundness.rejudge(node, chunk, i, ordinal);
        });
        return;
      case "expired":
        node.rows.each(event.from, event.to, (chunk, i, ordinal) => {
          if (chunk.status[i] !== STANDS && chunk.status[i] !== DAMAGED) return;
          chunk.status[i] = EXPIRED;
          changes.row(node, chunk, ordinal);
          soundness.rejudge(node, chunk, i, ordinal);
        });
        return;
      case "failed":
        changes.range(node, event.from, event.to);
        return failures.add(event);
      case "due":
        node.rows.each(event.from, event.to, (chunk, _, ordinal) => changes.row(node, chunk, ordinal));
        return due.add(event);
    }
  }

  /** Nothing of what failures and due marks said of a partition before its number holds any more. */
  settle({ key }: Node, partition: number, seq: Seq): void {
    this.#parts.failures.settle(key, partition, seq);
    this.#parts.due.settle(key, partition, seq);
  }
}

function place(node: Node, ordinal: number): { chunk: Chunk; i: number } {
  const chunk = node.rows.at(ordinal);
  return { chunk, i: ordinal - chunk.first };
}

function countChecks(chunk: Chunk, i: number, checks: readonly CheckResult[]): void {
  chunk.checksPassed[i] = checks.filter((check) => check.passed).length;
  chunk.checksFailed[i] = checks.length - chunk.checksPassed[i]!;
}
