import type { AssetKey, RunId } from "../event.ts";
import { HeldByBackfills } from "../backfill/held.ts";
import { HOUR, type Instant } from "../instant.ts";
import { intersect, type Ranges, subtract, union } from "../partition/ranges.ts";
import type { Cron } from "../ports/cron.ts";
import type { AssetEvaluation, RunRecord, RunRequest } from "../ports/state.ts";
import { isOpen, MOST_OPEN, OPEN } from "../run/recover.ts";
import { scopeOfKnown } from "../run/request.ts";
import { messageOf, refresh, runningIn, type Session } from "../run/session.ts";
import { traceable } from "../run/traced.ts";
import { allExisting, type Node } from "../staleness/node.ts";
import { Automation, type Evaluated } from "./automation.ts";
import { Memories } from "./memories.ts";
import { AUTOMATION } from "./names.ts";
import { outageOf, type Outages, outagesIn } from "../outages.ts";
import { pauseOf } from "./pauses.ts";
import { withBetween } from "./between.ts";
import { requestsFor } from "./requests.ts";
import { evaluationOf, waitingFor } from "./verdict.ts";

/** The runs that were asked for at one moment. */
export interface Tick {
  readonly at: Instant;
  readonly runs: readonly { readonly run: RunId; readonly request: RunRequest }[];
  /** Why it asked for none, where that is a failure that is noted already, and not thrown. */
  readonly failure?: string;
}

/** Asks for runs by itself: whenever it is called, and to be called by `wakes` at the latest. */
export interface Ticking {
  /** Its name in lines about it. */
  readonly name: string;
  readonly wakes: Instant;
  tick(signal: AbortSignal): Promise<Tick>;
}

/** The part of what is to be made by itself that one asks for. */
export interface TickerOptions {
  /** The days before today that no backfill keeps from being asked for. @default 7 */
  readonly lookbackDays?: number;
  /** The assets that another asks for. @default none */
  readonly left?: ReadonlySet<AssetKey>;
}

type ByAsset = ReadonlyMap<AssetKey, Ranges>;

/** What a run left undone without an event of it, such as one that lost the state, is asked for anew after so long. */
const AGAIN = HOUR;

/** Asks for what assets are to be made by themselves: evaluates their conditions and queues runs. */
export class Ticker implements Ticking {
  readonly name = "automation";

  /** The runs that have not ended. */
  readonly #open = new Map<RunId, RunRequest>();
  /** Partitions of runs that somebody cancelled: they are let be until something changes for them. */
  readonly #cancelled = new Map<Node, Ranges>();
  /** Runs that failed, with when that which they left undone is asked for anew, though they left no event of it. */
  readonly #again = new Map<RunId, Instant>();
  /** The last evaluation of each asset at which there was anything to look at. */
  #evaluated: ReadonlyMap<Node, Evaluated> = new Map();
  #outages: Outages = new Map();
  #isPaused = false;

  readonly #session: Session;
  readonly #automation: Automation;
  readonly #memories: Memories;
  readonly #held: HeldByBackfills;

  private constructor(session: Session, automation: Automation, memories: Memories, held: HeldByBackfills) {
    this.#session = session;
    this.#automation = automation;
    this.#memories = memories;
    this.#held = held;
  }

  /**
   * Goes on from what was remembered in the state.
   *
   * @internal
   */
  static async open(
    session: Session,
    cron: Cron,
    { lookbackDays, left }: TickerOptions = {},
  ): Promise<Ticker> {
    const { state, index } = session;
    const memories = await Memories.open(state.keyValue, index.nodes);
    const automation = new Automation(index, cron, memories.known, left);
    const ticker = new Ticker(session, automation, memories, new HeldByBackfills(session, lookbackDays));
    for (const run of await state.runs(MOST_OPEN, { command: "materialize", statuses: OPEN })) {
      // What is less urgent, such as a backfill that waits or is paused, keeps nothing from being asked for.
      if ((run.request.priority ?? 0) >= 0) ticker.#open.set(run.id, run.request);
    }
    return ticker;
  }

  /** When there may be something to ask for although no event says so. */
  get wakes(): Instant {
    return this.#isPaused ? Infinity : Math.min(this.#automation.wakes, ...this.#again.values());
  }

  /**
   * Takes in what happened, and asks for nothing.
   *
   * @internal
   * @returns What is to be made and nobody is at work on, where something changed.
   */
  async evaluate(): Promise<ReadonlyMap<Node, Ranges>> {
    const session = this.#session;
    await refresh(session);
    session.index.advance(session.clock.now());
    const running = await this.#running();
    this.#evaluated = this.#automation.evaluate(running);
    const requested = this.#requested(this.#evaluated, running);
    for (const [node, ranges] of await this.#due(running)) {
      requested.set(node, union(requested.get(node) ?? [], ranges));
    }
    return requested;
  }

  /** Asks for what is to be made now: first runs are queued, then it is remembered what they were queued for. */
  async tick(): Promise<Tick> {
    const { index, state, clock } = this.#session;
    this.#isPaused = (await pauseOf(state.keyValue, AUTOMATION))?.paused ?? false;
    if (this.#isPaused) return { at: clock.now(), runs: [] };
    this.#outages = await outagesIn(state.keyValue, clock.now());
    const requested = await this.evaluate().catch(async (cause) => {
      const failed = { outcome: "failed", detail: messageOf(this.#session, cause), runs: [] } as const;
      await state.noteTick({ name: AUTOMATION, at: clock.now(), ...failed }).catch(() => {});
      throw cause;
    });
    const at = index.now;
    const why = new Map<AssetKey, AssetEvaluation>();
    for (const [node, { evaluation }] of this.#evaluated) {
      const outage = outageOf(this.#outages, node);
      const found = outage === undefined
        ? evaluationOf(node, evaluation, requested.get(node) ?? [])
        : waitingFor(node, outage);
      why.set(node.key, { at, ...found });
    }
    const runs = [];
    for (const wanted of requestsFor(withBetween(requested, index.now), index)) {
      const keys = new Set(wanted.ranges.map(({ asset }) => asset));
      const { run, isNew, request } = await this.#enqueue(
        wanted,
        [...keys].flatMap((key) => why.get(key) ?? []),
      );
      this.#open.set(run, request);
      if (isNew) runs.push({ run, request });
      for (const key of keys) why.delete(key);
    }
    await this.#memories.keep(this.#automation);
    if (this.#evaluated.size > 0) await this.#note(at, runs, [...why.values()]);
    return { at, runs };
  }

  /** Queues a run, or finds the one that has its key; where that is over for nothing, another takes its place. */
  async #enqueue(wanted: RunRequest, why: readonly AssetEvaluation[]) {
    const { state, clock } = this.#session;
    for (let request = traceable(this.#session, wanted);;) {
      const queued = await state.enqueue(request, clock.now(), why);
      const known = queued.isNew ? undefined : (await state.run(queued.run))?.run;
      if (known === undefined || !this.#isForNothing(known)) return { ...queued, request };
      request = { ...request, key: `${wanted.key} after ${known.id}` };
    }
  }

  /** Whether a run, after which nothing has happened, is to be asked for anew; one that failed is after a while. */
  #isForNothing(run: RunRecord): boolean {
    if (run.ended === null || run.status === "cancelled") return false;
    if (this.#cameTooEarly(run.ended, run.request)) return true;
    if (run.status !== "failed") return false;
    if (Math.abs(this.#session.clock.now() - run.ended) >= AGAIN) return true;
    this.#again.set(run.id, run.ended + AGAIN);
    return false;
  }

  /** Whether a run ended before its partitions existed, by the clock of its worker, so that it could make none of them. */
  #cameTooEarly(ended: Instant, request: RunRequest): boolean {
    return [...scopeOfKnown(this.#session.index, request)].some(([{ set }, ranges]) =>
      ranges.some(({ to }) => !set.has(to, ended))
    );
  }

  /** What runs that failed were asked for, where it is time to ask anew and it is still to be made. */
  async #due(running: ByAsset): Promise<Map<Node, Ranges>> {
    const { state, clock, index } = this.#session;
    const due = new Map<Node, Ranges>();
    for (const [id, at] of this.#again) {
      if (clock.now() < at && clock.now() > at - 2 * AGAIN) continue;
      this.#again.delete(id);
      const run = (await state.run(id))?.run;
      for (const [node, ranges] of run === undefined ? [] : scopeOfKnown(index, run.request)) {
        const left = subtract(intersect(ranges, this.#automation.met(node)), running.get(node.key) ?? []);
        if (left.length > 0) due.set(node, union(due.get(node) ?? [], left));
      }
    }
    return due;
  }

  /** Keeps what was asked for, and why of the others nothing was. */
  async #note(at: Instant, runs: Tick["runs"], others: readonly AssetEvaluation[]): Promise<void> {
    const count = this.#evaluated.size;
    const looked = `${count} ${count === 1 ? "asset" : "assets"} looked at`;
    await this.#session.state.noteTick({
      name: AUTOMATION,
      at,
      outcome: runs.length > 0 ? "requested" : "skipped",
      detail: looked,
      runs: runs.map(({ run }) => run),
    }, others);
  }

  /** The partitions for which conditions are met and on which nobody is at work. */
  #requested(evaluated: ReadonlyMap<Node, Evaluated>, running: ByAsset): Map<Node, Ranges> {
    const requested = new Map<Node, Ranges>();
    for (const [node, { evaluation, stirred }] of evaluated) {
      const cancelled = subtract(this.#cancelled.get(node) ?? [], stirred);
      this.#cancelled.set(node, cancelled);
      const ranges = subtract(subtract(evaluation.met, running.get(node.key) ?? []), cancelled);
      if (ranges.length > 0) requested.set(node, ranges);
    }
    return requested;
  }

  /** The partitions of live workers, of runs that were asked for and wait for one, and those that backfills will make. */
  async #running(): Promise<ByAsset> {
    const { state, index } = this.#session;
    const running = new Map(await runningIn(state));
    // What asks a service that is down is as little to be asked for as what is at work.
    for (const node of this.#outages.size === 0 ? [] : index.nodes) {
      if (outageOf(this.#outages, node) !== undefined) running.set(node.key, allExisting(node, index.now));
    }
    for (const { scope } of await this.#held.now()) {
      for (const [{ key }, ranges] of scope) running.set(key, union(running.get(key) ?? [], ranges));
    }
    const open = [...this.#open.keys()];
    const statuses = open.length === 0 ? undefined : await state.runStatuses(open);
    for (const [id, request] of this.#open) {
      const status = statuses?.get(id);
      const waits = status !== undefined && isOpen({ status });
      if (!waits) this.#open.delete(id);
      if (status === "failed") {
        const { ended } = (await state.run(id))!.run;
        this.#again.set(id, ended! + AGAIN);
      }
      for (const [node, ranges] of scopeOfKnown(index, request)) {
        if (waits) running.set(node.key, union(running.get(node.key) ?? [], ranges));
        else if (status === "cancelled") {
          this.#cancelled.set(node, union(this.#cancelled.get(node) ?? [], ranges));
        }
      }
    }
    return running;
  }
}
