import { mistakeIn } from "../errors.ts";
import type { NewEvent } from "../event.ts";
import { type Instant, milliseconds, SECOND } from "../instant.ts";
import { count, fromOrdinals, intersect, normalize, type Ranges, subtract } from "../partition/ranges.ts";
import { keyRange, partitionRanges } from "../partition/range_text.ts";
import type { StepRecord } from "../ports/state.ts";
import { type Span, untraced } from "../ports/tracer.ts";
import type { Node } from "../staleness/node.ts";
import { AnswerError, type Answers, answersOf, groupsOf, Places } from "./answers.ts";
import { type Backoff, backoff } from "./backoff.ts";
import { Inputs, onceStill } from "./inputs.ts";
import { verifyInputs } from "./intact.ts";
import { limited } from "./limited.ts";
import type { Outcome, Problem } from "./outcome.ts";
import { hullOf, partitionsOf, portions } from "./portions.ts";
import { type Claim, failedEvents, publish } from "./publish.ts";
import { commit, messageOf, type Session, SupersededError, UnknownOutcomeError } from "./session.ts";
import { StepLog } from "./step_log.ts";
import { StepTally } from "./step_tally.ts";
import { stepBegins, stepEnds } from "./traced.ts";

export interface StepOptions {
  /** Its place in the run, from 1. */
  readonly number: number;
  readonly started: Instant;
  /** The partitions of its claim. */
  readonly granted: Ranges;
  /** Those of them that are to be made. */
  readonly partitions: Ranges;
  readonly forced: boolean;
  readonly signal: AbortSignal;
  /**
   * Looks whether somebody asked for the run's end, before a further group.
   *
   * @returns Whether what is left is put off, for something more urgent that waits for the slot.
   */
  readonly look: () => Promise<boolean>;
  /** Why nothing is answered, in words, where an error comes of the source that the asset asks being down. */
  readonly outage: (cause: unknown) => Promise<string | undefined>;
  /** Called with it where what was not answered is to wait until the service is back. @default it fails */
  readonly waits?: ((outage: string) => void) | undefined;
  /** Called when the code tells that it got on. */
  readonly gotOn: () => void;
  /** Called as soon as it is known what became of partitions. */
  readonly became: (outcomes: readonly Outcome[]) => void;
  /** Called with an error of the asset's code after every partition was answered. */
  readonly broke: (message: string) => void;
}

/** How long code that was told to end is waited for. */
const GRACE = 2 * SECOND;
const BACKOFF: Backoff = { base: { seconds: 1 }, limit: { minutes: 1 } };

/**
 * Materializes the partitions of a claim, with retries; the claim ends with it.
 *
 * @returns What passed to another worker meanwhile, or is put off.
 */
export async function runStep(session: Session, claim: Claim, options: StepOptions): Promise<Ranges> {
  using step = new Step(session, claim, options);
  const { tracer = untraced } = session;
  return await tracer.span(`step ${claim.node.key}`, {}, async (span) => {
    try {
      await step.run(span);
      return step.putOff;
    } catch (cause) {
      if (!(cause instanceof SupersededError)) throw cause;
      span.set({ "airgraph.outcome": "superseded" });
      return step.open;
    }
  });
}

/** The error that a portion ends with, in a line; and the outage that it comes of. */
interface Fault {
  readonly message: string;
  readonly outage?: string | undefined;
  /** Where a mistake of the asset's code was made. */
  readonly at?: string | undefined;
}

class Step implements Disposable {
  readonly #node: Node;
  readonly #log: StepLog;
  /** The partitions without an answer. */
  #remaining: Ranges;
  /** Of which it is not known what became. */
  #open: Ranges;
  readonly #tally = new StepTally();
  /** Whether the record of the step went with its last group, and with it the claim. */
  #recorded = false;
  #attempted = 0;
  #isPutOff = false;
  /** Whether what is left waits for a service that is down. */
  #isWaiting = false;

  constructor(readonly session: Session, readonly claim: Claim, readonly options: StepOptions) {
    this.#node = claim.node;
    this.#log = new StepLog(session, claim.run, options.number);
    this.#remaining = this.#open = options.partitions;
  }

  get open(): Ranges {
    return this.#open;
  }

  /** The partitions left for later, as something more urgent came. */
  get putOff(): Ranges {
    return this.#isPutOff ? this.#remaining : [];
  }

  async run(span: Span): Promise<void> {
    const { session, claim: { run }, options: { number, partitions, forced, signal } } = this;
    if (partitions.length === 0) {
      span.omit();
      return await this.#end("succeeded");
    }
    const { key, set } = this.#node;
    const began = session.machine.awake();
    const begun = {
      run,
      step: number,
      asset: key,
      range: keyRange(set, hullOf(partitions)),
      count: count(partitions),
    };
    session.observe({ type: "step-started", ...begun });
    stepBegins(span, { ...begun, forced });
    let broken: string | undefined;
    for (const portion of portions(this.#node, partitions)) {
      if (this.#isPutOff || this.#isWaiting) break;
      const fault = await this.#attempts(portion);
      if (fault?.outage !== undefined && this.options.waits !== undefined) {
        this.#isWaiting = true;
        this.#log.warn(`waits, as ${fault.outage}`, { error: fault.message });
        this.options.waits(fault.outage);
      } else if (fault !== undefined) {
        broken ??= fault.message;
        await this.#broken(portion, fault);
      }
    }
    const isCancelled = signal.aborted || this.#isWaiting;
    const isBroken = broken !== undefined;
    const outcome = isCancelled ? "cancelled" : isBroken ? "failed" : this.#tally.outcome;
    stepEnds(span, this.#tally, outcome, broken);
    if (!this.#recorded || isBroken) await this.#end(outcome);
    await this.#log.flush();
    if (this.#tally.bad.length > 0 && !signal.aborted) {
      await verifyInputs(session, this.#node, this.#tally.bad);
    }
    if (this.#tally.changed.length > 0) {
      const ranges = partitionRanges(set, this.#tally.changed);
      session.observe({ run, type: "changed", step: number, asset: key, ranges });
    }
    const took = session.machine.awake() - began;
    session.observe({ run, type: "step-ended", step: number, outcome, took });
  }

  [Symbol.dispose](): void {
    this.#log[Symbol.dispose]();
  }

  /** Records how the step ended, and with it ends the claim, unless both went with the last group. */
  async #end(outcome: StepRecord["outcome"]): Promise<void> {
    const claim = this.#recorded ? null : this.claim.token;
    await commit(this.session, {
      claim,
      events: [],
      release: claim !== null,
      step: this.#record(outcome),
    });
  }

  /** @returns The error that the portion ends with, unless it was cancelled. */
  async #attempts(portion: Ranges): Promise<Fault | undefined> {
    const { session, claim: { run }, options: { signal, number } } = this;
    const { retry } = this.#node.asset;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await onceStill(session, signal, () => this.#attempt(portion));
        if (signal.aborted || this.#isPutOff || this.#left(portion).length === 0) return undefined;
        return { message: "the partition was not answered, wanted an output or a failure" };
      } catch (cause) {
        if (cause instanceof SupersededError || cause instanceof UnknownOutcomeError) throw cause;
        if (signal.aborted) return undefined;
        const error = messageOf(session, cause);
        const isOwn = cause instanceof AnswerError || this.#left(portion).length === 0;
        const outage = isOwn ? undefined : await this.options.outage(cause);
        if (signal.aborted) return undefined;
        if (isOwn || outage !== undefined || failures >= retry.most) {
          return { message: error, outage, at: mistakeIn(cause) };
        }
        const after = backoff(session, retry.backoff ?? BACKOFF, failures);
        this.#log.warn("trying again", { error, after });
        session.observe({ run, type: "retrying", step: number, error, after });
        await session.clock.sleep(after, signal).catch(() => {});
        // Whose claim passed on meanwhile does not try again.
        if (!signal.aborted) await commit(session, { claim: this.claim.token, events: [] });
      }
    }
    return undefined;
  }

  /** The partitions of a portion without an answer yet. */
  #left(portion: Ranges): Ranges {
    return intersect(this.#remaining, portion);
  }

  /** Runs the asset's code once over what is left of a portion, publishing group by group. */
  async #attempt(portion: Ranges): Promise<void> {
    const { session, claim: { run }, options: { number, forced, signal: cancel } } = this;
    const { asset } = this.#node;
    const left = this.#left(portion);
    const inputs = new Inputs(session, this.#node, left);
    const places = new Places();
    let first: number | undefined;
    const { signal, cause, abort, end } = limited(
      session.machine,
      asset.timeout && milliseconds(asset.timeout),
      cancel,
    );
    try {
      const returned = asset.materialize!({
        run,
        partitions: partitionsOf(this.#node, left),
        inputs: inputs.byName,
        materializations: () => inputs.own(),
        resources: session.resources,
        log: this.#log,
        progress: (done, total, unit, outlook = {}) => {
          // What was done before, by who died, may be told at once.
          if (done > (first ??= done)) this.options.gotOn();
          session.observe({ run, type: "step-progress", step: number, done, total, unit, outlook });
        },
        signal,
        now: session.clock.now(),
        forced,
        marked: forced ? [] : session.index.markedAlone(this.#node, left),
        staging: `_staging/${run}/${number}-${this.#attempted++}`,
        due: (ranges, detail) => this.#due(ranges, detail),
      });
      const groups = groupsOf(this.#node, returned);
      try {
        for (;;) {
          const next = await Promise.race([groups.next(), cause]);
          if (next.done) return;
          const answers = answersOf(this.#node, next.value, portion, this.#left(portion));
          places.take(this.#node, answers.outputs);
          await this.#group(inputs, answers, signal);
          if (this.#remaining.length === 0 || !await this.options.look()) continue;
          // Not told to end: it finishes what it is at, that nothing is done twice.
          await Promise.race([groups.return?.(), cause]);
          this.#isPutOff = true;
          return;
        }
      } catch (error) {
        abort(error);
        await ended(session, groups);
        throw error;
      }
    } finally {
      end();
    }
  }

  async #group(inputs: Inputs, answers: Answers, signal: AbortSignal): Promise<void> {
    const { session, claim } = this;
    if (answers.partitions.length === 0) return;
    const rest = subtract(this.#remaining, answers.partitions);
    const last = rest.length === 0;
    const outcomes = await publish(session, claim, inputs, answers, signal, (outcomes) => {
      this.#tally.count(outcomes);
      return last ? { release: true, step: this.#record(this.#tally.outcome) } : {};
    });
    this.#recorded = last;
    this.#remaining = rest;
    this.#became(outcomes);
    await this.#log.flush();
  }

  #became(outcomes: readonly Outcome[]): void {
    this.#tally.keep(outcomes);
    this.#open = intersect(this.#open, this.#remaining);
    this.options.became(outcomes);
  }

  /** Records an error that ends a portion: of what was not answered, or, after that, of all that the portion made. */
  async #broken(portion: Ranges, { message, outage, at }: Fault): Promise<void> {
    const { session, claim } = this;
    const reason = outage === undefined ? "error" : "outage";
    this.#log.error(message, at === undefined ? {} : { at });
    const left = this.#left(portion);
    if (left.length === 0) return await this.#brokeAfter(portion, message);
    const problems = left.map((range): Problem => ({ ...range, outcome: "failed", message }));
    await commit(session, { claim: claim.token, events: failedEvents(session, claim, problems, reason) });
    this.#remaining = subtract(this.#remaining, left);
    this.#tally.count(problems);
    this.#became(problems);
  }

  /** Lays a failure over what the portion made, as long as it stands: whether it is what was meant is not known. */
  async #brokeAfter(portion: Ranges, message: string): Promise<void> {
    const { session, claim } = this;
    const standing = await session.state.materializations(this.#node.key, subtract(portion, this.#tally.bad));
    const made = standing.filter(({ event: { run } }) => run === claim.run).map(({ partition }) => partition);
    const problems = fromOrdinals(made).map((range) => ({ ...range, message }));
    const events = failedEvents(session, claim, problems, "error");
    if (events.length > 0) await commit(session, { claim: this.#recorded ? null : claim.token, events });
    this.options.broke(message);
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

  #record(outcome: StepRecord["outcome"]): StepRecord {
    const { claim: { run }, options: { number, granted, started } } = this;
    return {
      run,
      step: number,
      asset: this.#node.key,
      ...hullOf(granted),
      started,
      ended: this.session.clock.now(),
      outcome,
      materialized: this.#tally.materialized,
      failed: this.#tally.failed,
    };
  }
}

/** Waits until the asset's code has ended, so that it stages nothing more; not for ever: it must not hold the slot. */
async function ended({ machine }: Session, groups: AsyncIterator<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([
    groups.return?.().catch(() => {}),
    machine.sleep(GRACE, over.signal).catch(() => {}),
  ]);
  over.abort();
}
