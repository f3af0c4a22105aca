import type { Partition, Partitions } from "../asset.ts";
import type { NewEvent } from "../event.ts";
import { type Milliseconds, milliseconds, MINUTE, SECOND } from "../instant.ts";
import type { FailedOutput, Output } from "../output.ts";
import { count, fromOrdinals, ordinals, type Range, type Ranges, subtract } from "../partition/ranges.ts";
import type { StepRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { Inputs, InputsMoved } from "./inputs.ts";
import { type Claim, publish, type Settled } from "./publish.ts";
import {
  commit,
  keyRange,
  messageOf,
  refresh,
  type Session,
  StepLog,
  Superseded,
  Unsettled,
} from "./session.ts";
import type { Tally } from "./tally.ts";

export interface StepOptions {
  /** Its place in the run, from 1. */
  readonly number: number;
  readonly range: Range;
  /** Whether the claim ends with the step. */
  readonly release: boolean;
  readonly forced: boolean;
  readonly signal: AbortSignal;
  readonly tally: Tally;
  /** Called as soon as partitions are done, well or not. */
  readonly settled: (partitions: Ranges, failed: boolean) => void;
}

/** How long code that was told to end is waited for. */
const GRACE = 2 * SECOND;

/** How a step ended; `superseded` when its claim passed to another worker. */
export type StepOutcome = "succeeded" | "failed" | "cancelled" | "superseded";

/** Materializes a claimed, contiguous run of partitions, with retries. */
export async function runStep(session: Session, claim: Claim, options: StepOptions): Promise<StepOutcome> {
  const step = new Step(session, claim, options);
  try {
    return await step.run();
  } catch (cause) {
    if (cause instanceof Superseded) return "superseded";
    throw cause;
  }
}

class Step {
  readonly #node: Node;
  readonly #log: StepLog;
  readonly #started;
  #remaining: Ranges;
  #materialized = 0;
  #failed = 0;
  #recorded = false;
  #attempted = 0;

  constructor(readonly session: Session, readonly claim: Claim, readonly options: StepOptions) {
    this.#node = claim.node;
    this.#log = new StepLog(session, claim.run, options.number);
    this.#started = session.clock.now();
    this.#remaining = [options.range];
  }

  async run(): Promise<StepOutcome> {
    const { session, options: { number, range, signal } } = this;
    session.observe({
      type: "step-started",
      step: number,
      asset: this.#node.key,
      range: keyRange(this.#node, range),
      count: count([range]),
    });
    const error = await this.#attempts();
    let outcome: StepRecord["outcome"] = signal.aborted
      ? "cancelled"
      : this.#failed > 0
      ? "failed"
      : "succeeded";
    if (error !== undefined && !signal.aborted) {
      if (this.#remaining.length > 0) outcome = "failed";
      this.#log.error(error);
      await this.#fail(error);
    }
    if (!this.#recorded) {
      await commit(session, {
        claim: this.claim.token,
        events: [],
        release: this.options.release,
        step: this.#record(outcome),
      });
    }
    await this.#log.flush();
    const took = session.clock.now() - this.#started;
    session.observe({ type: "step-ended", step: number, outcome, took });
    return outcome;
  }

  /** @returns The error of the last attempt, if partitions are left over. */
  async #attempts(): Promise<string | undefined> {
    const { session, options: { signal, number } } = this;
    const { retry } = this.#node.asset;
    for (let failures = 0;;) {
      try {
        for (const range of this.#remaining) if (!signal.aborted) await this.#attempt(range);
        if (signal.aborted) return undefined;
        return this.#remaining.length === 0
          ? undefined
          : "the partition was not answered, wanted an output or a failure";
      } catch (cause) {
        if (cause instanceof Superseded || cause instanceof Unsettled) throw cause;
        if (signal.aborted) return undefined;
        if (cause instanceof InputsMoved) {
          await refresh(session);
          continue;
        }
        const error = messageOf(session, cause);
        if (failures >= retry.most || this.#remaining.length === 0) return error;
        const after = backoff(session, retry.backoff, failures++);
        this.#log.warn("trying again", { error, after });
        session.observe({ type: "retrying", step: number, error, after });
        await session.clock.sleep(after, signal).catch(() => {});
        if (signal.aborted) return undefined;
        await refresh(session);
      }
    }
  }

  /** Runs the asset's code once over a range of what remains, publishing group by group. */
  async #attempt(range: Range): Promise<void> {
    const { session, claim, options: { number, forced, signal: cancel } } = this;
    const { asset } = this.#node;
    const inputs = new Inputs(session, this.#node, range);
    const { signal, cause, end } = limited(session, asset.timeout && milliseconds(asset.timeout), cancel);
    try {
      const groups = asset.materialize!({
        run: claim.run,
        partitions: partitionsOf(this.#node, range),
        inputs: inputs.byName,
        standing: () => inputs.own(),
        resources: session.resources,
        log: this.#log,
        progress: (done, total, unit) =>
          session.observe({ type: "step-progress", step: number, done, total, unit }),
        signal,
        now: session.clock.now(),
        forced,
        staging: `_staging/${claim.run}/${number}-${this.#attempted++}`,
        due: (ranges, detail) => this.#due(ranges, detail),
      })[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await Promise.race([groups.next(), cause]);
          if (next.done) return;
          if (next.value.length > 0) await this.#group(inputs, next.value, signal);
        }
      } catch (error) {
        await left(session, groups);
        throw error;
      }
    } finally {
      end();
    }
  }

  async #group(
    inputs: Inputs,
    group: readonly (Output | FailedOutput)[],
    signal: AbortSignal,
  ): Promise<void> {
    const { session, claim, options: { number, tally, settled } } = this;
    const mine = fromOrdinals(group.map(({ partition }) => partition));
    if (count(mine) !== group.length || subtract(mine, this.#remaining).length > 0) {
      throw new TypeError(`"${this.#node.key}" answered a partition twice or one that was not asked for`);
    }
    const outputs = group.filter((each) => "dataVersion" in each);
    const rest = subtract(this.#remaining, mine);
    const failures = group.filter((each) => "error" in each);
    const ends = rest.length === 0 && failures.length === 0;
    const done = await publish(session, claim, inputs, outputs, signal, (settled) => {
      this.#count(settled);
      return ends
        ? { release: this.options.release, step: this.#record(this.#failed > 0 ? "failed" : "succeeded") }
        : {};
    });
    this.#recorded = ends;
    let unchanged = 0;
    const blocked: number[] = [];
    for (const each of done) {
      const { partition, rows } = each.output;
      if ("message" in each) {
        blocked.push(partition);
        this.#problem({ from: partition, to: partition }, each.outcome, each.message);
        continue;
      }
      if (each.outcome === "unchanged") unchanged++;
      tally.materialized(this.#node, each.outcome === "unchanged", rows ?? 0);
      for (const { check, detail } of each.warnings) {
        this.#warn(partition, `check "${check}" failed: ${detail ?? ""}`);
      }
    }
    const materialized = done.length - blocked.length;
    session.observe({ type: "partitions", step: number, materialized, unchanged });
    for (const { partition, error } of failures) {
      await this.#failRanges([{ from: partition, to: partition }], session.mask(error));
    }
    this.#remaining = rest;
    settled(subtract(fromOrdinals(outputs.map(({ partition }) => partition)), fromOrdinals(blocked)), false);
    settled(fromOrdinals(blocked), true);
    await this.#log.flush();
  }

  #count(settled: readonly Settled[]): void {
    for (const { outcome } of settled) {
      if (outcome === "failed" || outcome === "blocked") this.#failed++;
      else this.#materialized++;
    }
  }

  async #fail(message: string): Promise<void> {
    const remaining = this.#remaining;
    if (remaining.length === 0) return;
    this.#remaining = [];
    await this.#failRanges(remaining, message);
  }

  async #failRanges(ranges: Ranges, message: string): Promise<void> {
    const { session, claim } = this;
    const at = session.clock.now();
    const events = ranges.map((range): NewEvent => ({
      kind: "failed",
      asset: this.#node.key,
      at,
      run: claim.run,
      ...range,
      reason: "error",
      message,
    }));
    await commit(session, { claim: claim.token, events });
    this.#failed += count(ranges);
    for (const range of ranges) this.#problem(range, "failed", message);
    this.options.settled(ranges, true);
  }

  async #due(ranges: Ranges, detail: string): Promise<void> {
    const { session, claim } = this;
    const at = session.clock.now();
    const common = {
      kind: "due" as const,
      asset: this.#node.key,
      at,
      run: claim.run,
      detail: session.mask(detail),
    };
    await commit(session, { claim: null, events: ranges.map((range) => ({ ...common, ...range })) });
  }

  #problem(range: Range, outcome: "failed" | "blocked", message: string): void {
    this.options.tally.problem(this.#node, range.from, range.to, outcome, message);
    this.session.observe({
      type: "problem",
      asset: this.#node.key,
      range: keyRange(this.#node, range),
      outcome,
      message,
    });
  }

  #warn(partition: number, message: string): void {
    const key = this.#node.set.key(partition);
    this.options.tally.warn(`${this.#node.key}${key === null ? "" : ` ${key}`}: ${message}`);
    this.session.observe({ type: "warning", asset: this.#node.key, message });
  }

  #record(outcome: StepRecord["outcome"]): StepRecord {
    const { claim: { run }, options: { number, range } } = this;
    return {
      run,
      step: number,
      asset: this.#node.key,
      ...range,
      started: this.#started,
      ended: this.session.clock.now(),
      outcome,
      materialized: this.#materialized,
      failed: this.#failed,
    };
  }
}

function partitionsOf(node: Node, range: Range): Partitions {
  const partition = (ordinal: number): Partition => ({
    ordinal,
    key: node.set.key(ordinal),
    window: node.set.window(ordinal),
  });
  return {
    range,
    count: count([range]),
    first: partition(range.from),
    last: partition(range.to),
    *[Symbol.iterator]() {
      for (const ordinal of ordinals([range])) yield partition(ordinal);
    },
  };
}

/** Waits until the asset's code has ended, so that it stages nothing more; not for ever: it must not hold the slot. */
async function left({ clock }: Session, groups: AsyncIterator<unknown>): Promise<void> {
  const ended = new AbortController();
  await Promise.race([
    groups.return?.().catch(() => {}),
    clock.sleep(GRACE, ended.signal).catch(() => {}),
  ]);
  ended.abort();
}

/** Full jitter: uniform below an exponentially growing limit. */
function backoff(
  { random }: Session,
  declared:
    | { readonly base: { readonly seconds?: number }; readonly limit: { readonly seconds?: number } }
    | undefined,
  failures: number,
): Milliseconds {
  const base = declared === undefined ? SECOND : milliseconds(declared.base);
  const limit = declared === undefined ? MINUTE : milliseconds(declared.limit);
  return Math.round(random() * Math.min(limit, base * 2 ** failures));
}

/** A signal that is aborted with `cancel`, or after a time; `cause` rejects then. */
function limited({ clock }: Session, timeout: Milliseconds | null, cancel: AbortSignal) {
  const controller = new AbortController();
  const { promise: cause, reject } = Promise.withResolvers<never>();
  cause.catch(() => {});
  const abort = (reason: unknown) => {
    controller.abort(reason);
    reject(reason);
  };
  const cancelled = () => abort(cancel.reason);
  if (cancel.aborted) cancelled();
  else cancel.addEventListener("abort", cancelled, { once: true });
  const over = new AbortController();
  if (timeout !== null) {
    clock.sleep(timeout, over.signal).then(
      () => abort(new Error(`the attempt took longer than ${timeout / SECOND} s`)),
      () => {},
    );
  }
  const end = () => {
    cancel.removeEventListener("abort", cancelled);
    if (timeout !== null) over.abort();
  };
  return { signal: controller.signal, cause, end };
}
