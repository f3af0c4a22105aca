import { AUTOMATION } from "../automation/names.ts";
import type { Seq } from "../event.ts";
import { SECOND } from "../instant.ts";
import { intersect, normalize, type Ranges, union } from "../partition/ranges.ts";
import type { ClaimAnswer, RunRequest, Slot, StepStart, TakenRun } from "../ports/state.ts";
import { isBehind, type Node } from "../staleness/node.ts";
import { Agenda } from "./agenda.ts";
import { Cancellation } from "./cancellation.ts";
import { breakOff, closeRun } from "./closing.ts";
import { HandOver } from "./hand_over.ts";
import { Judge } from "./judge.ts";
import { Ledger } from "./ledger.ts";
import { Needs } from "./needs.ts";
import type { Looked } from "./observe.ts";
import { foundDown } from "./outage.ts";
import { OwnRun } from "./own_run.ts";
import { hullOf } from "./portions.ts";
import { recover } from "./recover.ts";
import { scopeFrom } from "./request.ts";
import type { Scope } from "./scope.ts";
import { refresh, type Session } from "./session.ts";
import { type Limits, Slots } from "./slots.ts";
import { runStep } from "./step.ts";
import type { RunResult } from "./tally.ts";
import { Triage } from "./triage.ts";
import { Waits } from "./waits.ts";

type Granted = NonNullable<ClaimAnswer["granted"]>;

/** How long to wait before asking again after work that another worker holds, on average. */
const POLL = SECOND / 5;

export interface ExecuteOptions {
  readonly request: RunRequest;
  /** The run, where it was queued. @default a run is made once there is work */
  readonly taken?: TakenRun;
  /** The observations of external assets. */
  readonly seen: readonly Looked[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Aborted when the worker is to end: steps end at their next group, no further ones begin. @default never */
  readonly ending?: AbortSignal;
}

/** Brings what a request covers up to date. @throws {RequestError} If it names what the graph has not. */
export async function execute(session: Session, options: ExecuteOptions): Promise<RunResult> {
  using cancellation = new Cancellation(session, options.signal);
  const scope = scopeFrom(session.index, options.request);
  const scheduler = new Scheduler(session, { ...options, signal: cancellation.signal }, scope, cancellation);
  const { run } = scheduler;
  try {
    try {
      await scheduler.work();
    } finally {
      // What cannot be cleared now, `prune` clears.
      if (run.id !== null) await session.publisher.clear(`_staging/${run.id}`).catch(() => {});
    }
    return await scheduler.end();
  } catch (cause) {
    await breakOff(session, run.id, cause);
    throw cause;
  }
}

/**
 * Works through the partitions that may need work, portion by portion. A portion is judged once everything that it reads
 * is settled; what is fresh by then is passed over and counted nowhere.
 */
class Scheduler {
  readonly run: OwnRun;
  readonly #agenda: Agenda;
  readonly #ledger: Ledger;
  readonly #triage: Triage;
  readonly #slots: Slots;
  readonly #handOver: HandOver;
  readonly #atWork = new Set<Promise<void>>();
  /** The services that were found down, by pool, each in words: what asks them waits, and the run with it. */
  readonly #down = new Map<string, string>();
  #steps = 0;
  #broken: { readonly cause: unknown } | undefined;

  constructor(
    readonly session: Session,
    readonly options: ExecuteOptions,
    readonly scope: Scope,
    readonly cancellation: Cancellation,
  ) {
    const { index } = session;
    const { request: { force = false, asOf }, taken, ending, limits } = options;
    const needs = new Needs({ index, scope });
    this.run = new OwnRun(session, options.request, taken, cancellation);
    const judge = new Judge(index, scope, force);
    this.#agenda = new Agenda(index, judge.candidates());
    this.#ledger = new Ledger(this.run, needs, this.#agenda);
    this.#triage = new Triage({
      judge,
      needs,
      agenda: this.#agenda,
      ledger: this.#ledger,
      asOf,
    });
    this.#slots = new Slots(limits);
    this.#handOver = new HandOver(scope, taken, ending);
  }

  async work(): Promise<void> {
    const { taken, signal } = this.options;
    if (taken !== undefined) this.#steps = taken.steps;
    this.run.take();
    while (!signal.aborted && !this.#handOver.isDue && this.#broken === undefined) {
      this.#agenda.startReady((node, portion) => this.#start(node, portion));
      if (this.#atWork.size === 0) break;
      await this.#agenda.turn();
    }
    await Promise.all(this.#atWork);
    if (this.#broken !== undefined) throw this.#broken.cause;
  }

  async end(): Promise<RunResult> {
    const { session, options: { signal, taken, seen } } = this;
    this.#ledger.saw(seen);
    if (!signal.aborted && !this.#handOver.isDue) this.#ledger.missed(session.index, this.scope);
    const [waits] = this.#down.values();
    return await closeRun(session, {
      run: this.run,
      tally: this.#ledger.tally,
      taken,
      signal,
      handOver: this.#handOver,
      isUnfinished: this.#agenda.isUnfinished,
      waits,
      steps: this.#steps,
    });
  }

  /**
   * Whether what a service that is down does not answer waits, as this very run is owed to somebody. What conditions asked
   * for ends instead: they ask anew once it is back, for what is wanted by then.
   */
  get #isPatient(): boolean {
    const { taken, request: { tags, parent } } = this.options;
    return taken !== undefined && (tags?.by !== AUTOMATION || parent !== undefined);
  }

  #isDown({ asset: { pool } }: Node): boolean {
    return pool !== null && this.#down.has(pool);
  }

  /** @returns Whether there is room for it. */
  #start(node: Node, portion: Ranges): boolean {
    if (this.#isDown(node) || !this.#slots.take(node)) return false;
    const work = this.#settle(node, portion).catch((cause) => {
      this.#broken ??= { cause };
    }).finally(() => {
      this.#atWork.delete(work);
      this.#slots.free(node);
      this.#agenda.ring();
    });
    this.#atWork.add(work);
    return true;
  }

  /** Settles every partition of a portion: passes over, blocks, makes, or waits for who makes it. */
  async #settle(node: Node, portion: Ranges): Promise<void> {
    const { session, options: { signal } } = this;
    using waits = new Waits(session, node);
    const slot = this.#slotOf(node);
    let rest = portion;
    let step: number | undefined;
    let isInLine = false;
    try {
      while (rest.length > 0 && !signal.aborted && !this.#handOver.isDue && !this.#isDown(node)) {
        const judged = session.index.seq;
        const wanted = this.#triage.free(node, rest);
        if (wanted.length === 0) return;
        const run = await this.run.begin();
        step ??= ++this.#steps;
        const begins = { step, at: session.clock.now() };
        const { granted, held, full } = await session.state.claim(run, node.key, wanted, begins, slot);
        isInLine = full !== undefined;
        if (granted === undefined) rest = isInLine ? wanted : [];
        else {
          waits.end();
          rest = await this.#make(node, granted, begins, judged);
          step = undefined;
        }
        if (held.length === 0 && full === undefined) continue;
        rest = union(rest, intersect(wanted, normalize(held)));
        if (held.some(({ abandoned }) => abandoned)) {
          await recover(session);
          continue;
        }
        const { from, to } = hullOf(wanted);
        waits.begin(run, held[0] ?? { asset: node.key, from, to, run: full!, pool: slot!.pool });
        await this.#wait();
      }
    } finally {
      if (isInLine) await session.state.leave(this.run.id!, slot!.pool);
    }
  }

  /** The place that a step takes among those of all queued runs; a run that was not queued waits for none. */
  #slotOf(node: Node): Slot | undefined {
    return this.options.taken === undefined ? undefined : this.#slots.among(node);
  }

  /**
   * Makes what was granted; the claim ends in here.
   *
   * @returns What passed to another worker meanwhile, or was put off for what is more urgent.
   */
  async #make(
    node: Node,
    { token, ranges, seq }: Granted,
    { step, at }: StepStart,
    judged: Seq,
  ): Promise<Ranges> {
    const { session, options: { signal, request: { force = false } } } = this;
    try {
      if (seq !== session.index.seq) await refresh(session);
      return await runStep(session, { run: this.run.id!, node, token }, {
        number: step,
        started: at,
        granted: ranges,
        partitions: this.#stillFree(node, ranges, judged),
        forced: force,
        signal,
        look: async () => {
          await this.cancellation.look();
          await refresh(session);
          if (isBehind(node)) return true;
          if (force) return false;
          return this.#handOver.isDue ||
            this.#slotOf(node) !== undefined && await session.state.isWanted(token);
        },
        outage: (cause) =>
          foundDown(session, node, { cause, examines: this.options.taken !== undefined, signal }),
        ...(this.#isPatient && { waits: (outage) => this.#down.set(node.asset.pool!, outage) }),
        gotOn: () => this.run.gotOn(),
        became: (outcomes) => this.#ledger.became(node, outcomes, step),
        broke: (message) => this.#ledger.broke(node, ranges, message),
      });
    } catch (cause) {
      await session.state.release(token).catch(() => {});
      throw cause;
    }
  }

  /** The partitions that are still to be made: they are judged anew where anything happened since. */
  #stillFree(node: Node, ranges: Ranges, judged: Seq): Ranges {
    if (this.session.index.seq === judged) return ranges;
    return this.#handOver.isDue ? [] : this.#triage.free(node, ranges);
  }

  async #wait(): Promise<void> {
    const { session, options: { signal } } = this;
    await session.clock.sleep(POLL * (0.5 + session.random()), signal).catch(() => {});
    await refresh(session);
  }
}
