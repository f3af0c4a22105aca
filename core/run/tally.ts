import type { RunRequest } from "../ports/state.ts";
import type { AssetKey, RunId } from "../event.ts";
import type { OrdinalRange } from "../partition/ranges.ts";
import type { Node } from "../staleness/node.ts";
import { isProblem, type Outcome } from "./outcome.ts";

/** The outcomes of partitions, counted. */
export interface Counts {
  materialized: number;
  /** Of those materialized: how many kept their data version. */
  unchanged: number;
  failed: number;
  blocked: number;
}

/** The result of a run. */
export interface RunResult {
  /** Null when there was nothing to do, so that no run was made. */
  readonly run: RunId | null;
  readonly status: "succeeded" | "failed" | "cancelled" | "nothing_to_do";
  readonly counts: Readonly<Counts>;
  readonly assets: readonly (Readonly<Counts> & { readonly key: AssetKey; readonly rows: number })[];
  readonly errors: readonly {
    readonly asset: AssetKey;
    readonly partition: string | null;
    readonly message: string;
  }[];
  readonly warnings: readonly string[];
  /** Why the rest of a queued run waits: the service that it asks is down. */
  readonly waits?: string;
}

interface Failure {
  readonly node: Node;
  /** Null where it is a problem of the asset. */
  readonly range: { readonly from: number; to: number } | null;
  readonly message: string;
  readonly isBlocked: boolean;
}

/** Counts what a run does, asset by asset. */
export class Tally {
  readonly #assets = new Map<Node, Counts & { rows: number }>();
  readonly #failures: Failure[] = [];
  readonly #warnings = new Set<string>();

  add(node: Node, outcome: Outcome): void {
    const counts = this.#of(node);
    if (!isProblem(outcome)) {
      counts.materialized++;
      if (outcome.outcome === "unchanged") counts.unchanged++;
      counts.rows += outcome.rows;
      return;
    }
    const { from, to, message } = outcome;
    const isBlocked = outcome.outcome === "blocked";
    counts[outcome.outcome] += to - from + 1;
    const last = this.#failures.findLast((failure) => failure.node === node);
    if (last?.range && last.message === message && last.range.to === from - 1) last.range.to = to;
    else this.#failures.push({ node, range: { from, to }, message, isBlocked });
  }

  /** An error of an asset's code that is none of one partition: it counts for none of them. */
  fault(node: Node, range: OrdinalRange | null, message: string): void {
    this.#failures.push({ node, range: range && { ...range }, message, isBlocked: false });
  }

  warn(message: string): void {
    this.#warnings.add(message);
  }

  result(run: RunId | null, cancelled: boolean): RunResult {
    const counts: Counts = { materialized: 0, unchanged: 0, failed: 0, blocked: 0 };
    const assets = [...this.#assets].sort(([a], [b]) => a.order - b.order).map(([node, own]) => {
      counts.materialized += own.materialized;
      counts.unchanged += own.unchanged;
      counts.failed += own.failed;
      counts.blocked += own.blocked;
      return { key: node.key, ...own };
    });
    const errors = this.#failures.map(errorOf);
    const status = cancelled
      ? "cancelled"
      : errors.length > 0
      ? "failed"
      : counts.materialized > 0
      ? "succeeded"
      : "nothing_to_do";
    return { run, status, counts, assets, errors, warnings: [...this.#warnings] };
  }

  /** The errors of partitions that something held back. */
  blocked(): RunResult["errors"] {
    return this.#failures.filter(({ isBlocked }) => isBlocked).map(errorOf);
  }

  #of(node: Node): Counts & { rows: number } {
    let counts = this.#assets.get(node);
    if (counts === undefined) {
      counts = { materialized: 0, unchanged: 0, failed: 0, blocked: 0, rows: 0 };
      this.#assets.set(node, counts);
    }
    return counts;
  }
}

function errorOf({ node, range, message }: Failure): RunResult["errors"][number] {
  return { asset: node.key, partition: range && keysOf(node, range), message };
}

function keysOf({ set }: Node, { from, to }: OrdinalRange): string | null {
  return from === to ? set.key(from) : `${set.key(from)}/${set.key(to)}`;
}

/** A queued run as it ended here. */
export interface Worked {
  readonly run: RunId;
  readonly request: RunRequest;
  /**
   * Refused where the graph cannot do what was requested; handed back where its worker was told to end, or where it waits
   * for a service that is down.
   */
  readonly outcome: RunResult | { readonly status: "refused"; readonly message: string } | {
    readonly status: "handed-back";
    /** Why it waits. */
    readonly waits?: string;
  };
}
