import type { Partition, Partitions } from "../asset.ts";
import type { NewEvent } from "../event.ts";
import { milliseconds, SECOND } from "../instant.ts";
import {
  count,
  fromOrdinals,
  intersect,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
  subtract,
  union,
} from "../partition/ranges.ts";
import type { StepRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { AnswerError, type Answers, answersOf, groupsOf, Places } from "./answers.ts";
import { type Backoff, backoff } from "./backoff.ts";
import { Inputs, onceStill } from "./inputs.ts";
import { verifyInputs } from "./intact.ts";
import { limited } from "./limited.ts";
import { type Claim, failedEvents, publish, type Settled } from "./publish.ts";
import {
  commit,
  keyRange,
  messageOf,
  refresh,
  type Session,
  StepLog,
  SupersededError,
  UnsettledError,
} from "./session.ts";
import type { Tally } from "./tally.ts";

export interface StepOptions {
  /** Its place in the run, from 1. */
  readonly number: number;
  readonly partitions: Ranges;
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
const BACKOFF: Backoff = { base: { seconds: 1 }, limit: { minutes: 1 } };

/** How a step ended; `superseded` when its claim passed to another worker. */
export type StepOutcome = StepRecord["outcome"] | "superseded";

/** Materializes claimed partitions, with retries. */
export async function runStep(session: Session, claim: Claim, options: StepOptions): Promise<StepOutcome> {
  const step = new Step(session, claim, options);
  try {
    return await step.run();
  } catch (cause) {
    if (cause instanceof SupersededError) return "superseded";
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
  /** Of those failed: how many checks held back. */
  #blocked = 0;
  /** The partitions that failed or were held back. */
  #bad: Ranges = [];
  /** Whether the record of the step went with its last group, and with it the claim. */
  #recorded = false;
  #attempted = 0;

  constructor(readonly session: Session, readonly claim: Claim, readonly options: StepOptions) {
    this.#node = claim.node;
    this.#log = new StepLog(session, claim.run, options.number);
    this.#started = session.clock.now();
    this.#remaining = options.partitions;
  }

  async run(): Promise<StepOutcome> {
    const { session, options: { number, partitions, signal } } = this;
    session.observe({
      type: "step-started",
      step: number,
      asset: this.#node.key,
      range: keyRange(this.#node, hullOf(partitions)),
      count: count(partitions),
    });
    const error = await this.#attempts();
    if (error !== undefined) await this.#broken(error);
    const outcome = signal.aborted ? "cancelled" : error !== undefined ? "failed" : this.#outcome();
    if (!this.#recorded || error !== undefined) {
      await commit(session, {
        claim: this.#recorded ? null : this.claim.token,
        events: [],
        release: this.options.release,
        step: this.#record(outcome),
      });
    }
    await this.#log.flush();
    if (this.#bad.length > 0 && !signal.aborted) await verifyInputs(session, this.#node, this.#bad);
    const took = session.clock.now() - this.#started;
    session.observe({ type: "step-ended", step: number, outcome, took });
    return outcome;
  }

  /** @returns The error that the step ends with, unless it was cancelled. */
  async #attempts(): Promise<string | undefined> {
    const { session, options: { signal, number } } = this;
    const { retry } = this.#node.asset;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await onceStill(session, signal, () => this.#attempt());
        if (signal.aborted || this.#remaining.length === 0) return undefined;
        return "the partition was not answered, wanted an output or a failure";
      } catch (cause) {
        if (cause instanceof SupersededError || cause instanceof UnsettledError) throw cause;
        if (signal.aborted) return undefined;
        const error = messageOf(session, cause);
        const final = cause instanceof AnswerError || this.#remaining.length === 0;
        if (final || failures >= retry.most) return error;
        const after = backoff(session, retry.backoff ?? BACKOFF, failures);
        this.#log.warn("trying again", { error, after });
        session.observe({ type: "retrying", step: number, error, after });
        await session.clock.sleep(after, signal).catch(() => {});
        if (!signal.aborted) await refresh(session);
      }
    }
    return undefined;
  }

  /** Runs the asset's code once over what remains, publishing group by group. */
  async #attempt(): Promise<void> {
    const { session, claim, options: { number, forced, signal: cancel } } = this;
    const { asset } = this.#node;
    const inputs = new Inputs(session, this.#node, this.#remaining);
    const places = new Places();
    const { signal, cause, abort, end } = limited(
      session,
      asset.timeout && milliseconds(asset.timeout),
      cancel,
    );
    try {
      const returned = asset.materialize!({
        run: claim.run,
        partitions: partitionsOf(this.#node, this.#remaining),
        inputs: inputs.byName,
        standing: () => inputs.own(),
        resources: session.resources,
        log: this.#log,
        progress: (done, total, unit, outlook = {}) =>
          session.observe({ type: "step-progress", step: number, done, total, unit, outlook }),
        signal,
        now: session.clock.now(),
        forced,
        marked: forced ? [] : session.index.markedAlone(this.#node, this.#remaining),
        staging: `_staging/${claim.run}/${number}-${this.#attempted++}`,
        due: (ranges, detail) => this.#due(ranges, detail),
      });
      const groups = groupsOf(this.#node, returned);
      try {
        for (;;) {
          const next = await Promise.race([groups.next(), cause]);
          if (next.done) return;
          const answers = answersOf(this.#node, next.value, this.options.partitions, this.#remaining);
          places.take(this.#node, answers.outputs);
          await this.#group(inputs, answers, signal);
        }
      } catch (error) {
        abort(error);
        await left(session, groups);
        throw error;
      }
    } finally {
      end();
    }
  }

  async #group(inputs: Inputs, answers: Answers, signal: AbortSignal): Promise<void> {
    const { session, claim, options: { number, tally, settled } } = this;
    if (answers.partitions.length === 0) return;
    const rest = subtract(this.#remaining, answers.partitions);
    const ends = rest.length === 0;
    const done = await publish(session, claim, inputs, answers, signal, (settled) => {
      this.#count(settled);
      return ends ? { release: this.options.release, step: this.#record(this.#outcome()) } : {};
    });
    this.#recorded = ends;
    this.#remaining = rest;
    let [materialized, unchanged] = [0, 0];
    const problems: number[] = [];
    for (const each of done) {
      const { partition } = each;
      if ("message" in each) {
        problems.push(partition);
        this.#problem({ from: partition, to: partition }, each.outcome, each.message);
        continue;
      }
      materialized++;
      if (each.outcome === "unchanged") unchanged++;
      tally.materialized(this.#node, each.outcome === "unchanged", each.rows);
      for (const { check, detail } of each.warnings) {
        this.#warn(partition, `check "${check}" failed: ${detail ?? ""}`);
      }
    }
    session.observe({ type: "partitions", step: number, materialized, unchanged });
    const bad = fromOrdinals(problems);
    settled(subtract(answers.partitions, bad), false);
    settled(bad, true);
    await this.#log.flush();
  }

  #count(settled: readonly Settled[]): void {
    for (const each of settled) {
      if (!("message" in each)) this.#materialized++;
      else {
        this.#failed++;
        if (each.outcome === "blocked") this.#blocked++;
      }
    }
  }

  #outcome(): "succeeded" | "failed" | "blocked" {
    if (this.#failed === 0) return "succeeded";
    return this.#failed === this.#blocked ? "blocked" : "failed";
  }

  /** Records an error that ends the step: of what was not answered, or, after that, of the asset's code. */
  async #broken(message: string): Promise<void> {
    const { session, claim } = this;
    this.#log.error(message);
    const remaining = this.#remaining;
    if (remaining.length === 0) {
      this.options.tally.fault(this.#node, hullOf(this.options.partitions), message);
      this.#observeProblem(hullOf(this.options.partitions), "failed", message);
      return;
    }
    this.#remaining = [];
    const events = failedEvents(session, claim, remaining.map((range) => ({ ...range, message })), "error");
    await commit(session, { claim: claim.token, events });
    this.#failed += count(remaining);
    for (const range of remaining) this.#problem(range, "failed", message);
    this.options.settled(remaining, true);
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
    const existing = this.#node.set.existing(session.index.now);
    const known = existing === null ? [] : intersect(normalize(ranges), [existing]);
    if (known.length === 0) return;
    const events = known.map((range): NewEvent => ({ ...common, ...range }));
    await commit(session, { claim: this.#recorded ? null : claim.token, events });
  }

  #problem(range: OrdinalRange, outcome: "failed" | "blocked", message: string): void {
    this.#bad = union(this.#bad, [range]);
    this.options.tally.problem(this.#node, range.from, range.to, outcome, message);
    this.#observeProblem(range, outcome, message);
  }

  #observeProblem(range: OrdinalRange, outcome: "failed" | "blocked", message: string): void {
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
    const { claim: { run }, options: { number, partitions } } = this;
    return {
      run,
      step: number,
      asset: this.#node.key,
      ...hullOf(partitions),
      started: this.#started,
      ended: this.session.clock.now(),
      outcome,
      materialized: this.#materialized,
      failed: this.#failed,
    };
  }
}

/** From the first to the last partition. */
function hullOf(partitions: Ranges): OrdinalRange {
  return { from: partitions[0]!.from, to: partitions.at(-1)!.to };
}

function partitionsOf(node: Node, ranges: Ranges): Partitions {
  const partition = (ordinal: number): Partition => ({
    ordinal,
    key: node.set.key(ordinal),
    window: node.set.window(ordinal),
  });
  const { from, to } = hullOf(ranges);
  return {
    ranges,
    count: count(ranges),
    first: partition(from),
    last: partition(to),
    *[Symbol.iterator]() {
      for (const ordinal of ordinals(ranges)) yield partition(ordinal);
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
