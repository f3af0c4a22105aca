import { AUTOMATION } from "../automation/names.ts";
import { CancelledError } from "../errors.ts";
import type { RunId, Seq } from "../event.ts";
import { SECOND } from "../instant.ts";
import {
  contains,
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
import { keyRange } from "../partition/range_text.ts";
import type { ClaimAnswer, RunRequest, Slot, StepStart, TakenRun } from "../ports/state.ts";
import { existing, isBehind, membersOf, type Node } from "../staleness/node.ts";
import { hasMoved } from "../staleness/readiness.ts";
import { behindText } from "./behind.ts";
import { Cancellation } from "./cancellation.ts";
import { reportLine, unreported } from "./external.ts";
import { Judge } from "./judge.ts";
import { joined, type Need, Needs } from "./needs.ts";
import { goneText, type Looked } from "./observe.ts";
import { foundDown } from "./outage.ts";
import { isProblem, type Outcome, type Problem } from "./outcome.ts";
import { OwnRun } from "./own_run.ts";
import { recover } from "./recover.ts";
import { scopeFrom } from "./request.ts";
import type { Scope } from "./scope.ts";
import { messageOf, refresh, type Session } from "./session.ts";
import { hullOf, portions, runStep } from "./step.ts";
import { type RunResult, Tally } from "./tally.ts";
import { Waits } from "./waits.ts";

type Granted = NonNullable<ClaimAnswer["granted"]>;

/** How long to wait before asking again after work that another worker holds, on average. */
const POLL = SECOND / 5;

/** How many steps are at work at once. */
export interface Limits {
  readonly steps: number;
  /** Steps at work at once in a pool: those of a run, and those of all queued runs together. @default `steps` of each run */
  readonly pools: Readonly<Record<string, number>>;
}

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
  try {
    try {
      await scheduler.work();
    } finally {
      // What cannot be cleared now, `prune` clears.
      const { id } = scheduler.run;
      if (id !== null) await session.publisher.clear(`_staging/${id}`).catch(() => {});
    }
    return await scheduler.end();
  } catch (cause) {
    await scheduler.breakOff(cause);
    throw cause;
  }
}

/**
 * Works through the partitions that may need work, portion by portion. A portion is judged once everything that it reads
 * is settled; what is fresh by then is passed over and counted nowhere.
 */
class Scheduler {
  readonly tally = new Tally();
  readonly run: OwnRun;
  readonly #judge: Judge;
  readonly #needs: Needs;
  /** The partitions without an outcome: waiting or at work. */
  readonly #open: Map<Node, Ranges>;
  readonly #waiting = new Map<Node, Set<Ranges>>();
  /** Those of them that are left to another run. */
  readonly #left = new Map<Node, Ranges>();
  readonly #slots = new Map<string, number>();
  readonly #atWork = new Set<Promise<void>>();
  /** The services that were found down, by pool, each in words: what asks them waits, and the run with it. */
  readonly #down = new Map<string, string>();
  #awake = new Set<Node>();
  #steps = 0;
  #turn = Promise.withResolvers<void>();
  #broken: { readonly cause: unknown } | undefined;

  constructor(
    readonly session: Session,
    readonly options: ExecuteOptions,
    readonly scope: Scope,
    readonly cancellation: Cancellation,
  ) {
    this.run = new OwnRun(session, options.request, options.taken, cancellation);
    this.#judge = new Judge(session.index, scope, options.request.force ?? false);
    this.#needs = new Needs({ index: session.index, scope });
    this.#open = this.#judge.candidates();
    for (const [node, ranges] of this.#open) {
      this.#waiting.set(node, new Set(portions(node, ranges)));
      this.#awake.add(node);
    }
  }

  async work(): Promise<void> {
    const { taken } = this.options;
    if (taken !== undefined) this.#steps = taken.steps;
    this.run.take();
    while (!this.options.signal.aborted && !this.#isEnding && this.#broken === undefined) {
      this.#startReady();
      if (this.#atWork.size === 0) break;
      await this.#turn.promise;
      this.#turn = Promise.withResolvers();
    }
    await Promise.all(this.#atWork);
    if (this.#broken !== undefined) throw this.#broken.cause;
  }

  /** Closes the run's record, if there was anything to do; a queued run that ends with its worker stays open. */
  async end(): Promise<RunResult> {
    const { session, tally, options: { signal } } = this;
    this.#tellSeen();
    if (!signal.aborted && !this.#isEnding) this.#tellUnreported();
    const result = tally.result(this.run.id, signal.aborted);
    if (result.status === "nothing_to_do" && this.run.id === null) return result;
    const run = await this.run.begin();
    const [waits] = this.#down.values();
    if (waits !== undefined && this.#isUnfinished && !signal.aborted) {
      await session.state.handBack(run, session.clock.now());
      return { ...result, status: "cancelled", waits };
    }
    const isCancelled = signal.aborted && signal.reason instanceof CancelledError;
    const isLeft = signal.aborted || this.#isEnding && this.#isUnfinished;
    if (this.options.taken !== undefined && isLeft && !isCancelled) {
      await this.#logBehind(run);
      return { ...result, status: "cancelled" };
    }
    const status = result.status === "nothing_to_do" ? "succeeded" : result.status;
    const { counts, errors } = result;
    const blocked = tally.blocked();
    const before = await this.run.madeBefore();
    const summary = {
      counts: { ...counts, materialized: counts.materialized + before },
      ...(errors.length === 0 ? {} : { errors: errors.slice(0, 20) }),
      // No event speaks of what was held back for want of something.
      ...(blocked.length === 0 ? {} : { blocked: blocked.slice(0, 20) }),
    };
    await session.state.endRun(run, status, summary, session.clock.now());
    return { ...result, run };
  }

  /** Says in the run's log why it is handed back, where other code of its assets was registered. */
  async #logBehind(run: RunId): Promise<void> {
    const { session: { state, clock } } = this;
    const entries = [...this.scope.keys()].filter(isBehind).map((node) => ({
      step: Math.max(1, this.#steps),
      at: clock.now(),
      level: "warn" as const,
      message: `handed back, ${node.key}: ${behindText(node)}`,
      fields: {},
    }));
    if (entries.length > 0) await state.log(run, entries);
  }

  /** Closes the run's record as far as the state still answers. */
  async breakOff(cause: unknown): Promise<void> {
    const { session, run: { id } } = this;
    if (id === null) return;
    const summary = { errors: [{ message: messageOf(session, cause) }] };
    await session.state.endRun(id, "failed", summary, session.clock.now()).catch(() => {});
  }

  /** Whether what is not at work is left to another worker. */
  get #isEnding(): boolean {
    if (this.options.taken === undefined) return false;
    return this.options.ending?.aborted === true || this.scope.keys().some(isBehind);
  }

  /** Whether any partition has no outcome. */
  get #isUnfinished(): boolean {
    return this.#open.values().some(({ length }) => length > 0);
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

  #startReady(): void {
    const awake = [...this.#awake].sort((a, b) => a.order - b.order);
    this.#awake.clear();
    for (const node of awake) {
      for (const portion of this.#waiting.get(node) ?? []) {
        if (this.#isDown(node) || !this.#isReady(node, portion)) continue;
        if (!this.#takeSlot(node)) {
          this.#awake.add(node);
          break;
        }
        this.#waiting.get(node)!.delete(portion);
        const work = this.#settle(node, portion).catch((cause) => {
          this.#broken ??= { cause };
        }).finally(() => {
          this.#atWork.delete(work);
          this.#freeSlot(node);
          this.#turn.resolve();
        });
        this.#atWork.add(work);
      }
    }
  }

  /** Whether nothing that the portion reads is still open. */
  #isReady(node: Node, portion: Ranges): boolean {
    for (const edge of node.up) {
      const open = this.#open.get(edge.up);
      if (open === undefined || open.length === 0) continue;
      if (intersect(membersOf(edge, portion, this.session.index.now), open).length > 0) return false;
    }
    return true;
  }

  #takeSlot({ asset: { pool } }: Node): boolean {
    const { steps, pools } = this.options.limits;
    if (this.#atWork.size >= steps) return false;
    if (pool === null) return true;
    const taken = this.#slots.get(pool) ?? 0;
    if (taken >= (pools[pool] ?? steps)) return false;
    this.#slots.set(pool, taken + 1);
    return true;
  }

  #freeSlot({ asset: { pool } }: Node): void {
    if (pool !== null) this.#slots.set(pool, this.#slots.get(pool)! - 1);
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
      while (rest.length > 0 && !signal.aborted && !this.#isEnding && !this.#isDown(node)) {
        const judged = session.index.seq;
        const wanted = this.#free(node, rest);
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

  /** The place that a step of the node takes among those of all queued runs; a run that was not queued waits for none. */
  #slotOf({ asset: { pool } }: Node): Slot | undefined {
    const { limits, taken } = this.options;
    const most = pool === null ? undefined : limits.pools[pool];
    return taken === undefined || pool === null || most === undefined ? undefined : { pool, most };
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
      const partitions = session.index.seq === judged ? ranges : this.#free(node, ranges);
      return await runStep(session, { run: this.run.id!, node, token }, {
        number: step,
        started: at,
        granted: ranges,
        partitions,
        forced: force,
        signal,
        look: async () => {
          await this.cancellation.look();
          await refresh(session);
          if (isBehind(node)) return true;
          if (force) return false;
          return this.#isEnding || this.#slotOf(node) !== undefined && await session.state.isWanted(token);
        },
        outage: (cause) =>
          foundDown(session, node, { cause, examines: this.options.taken !== undefined, signal }),
        ...(this.#isPatient && { waits: (outage) => this.#down.set(node.asset.pool!, outage) }),
        gotOn: () => this.run.gotOn(),
        became: (outcomes) => this.#became(node, outcomes, step),
        broke: (message) => this.#broke(node, ranges, message),
      });
    } catch (cause) {
      await session.state.release(token).catch(() => {});
      throw cause;
    }
  }

  /** The partitions to make now; fresh ones are passed over, and those that lack something are blocked. */
  #free(node: Node, ranges: Ranges): Ranges {
    if (this.#isEnding) return [];
    const wanted = normalize(this.#judge.wanted(node, ranges));
    this.#close(node, subtract(ranges, wanted));
    if (isBehind(node)) {
      const message = behindText(node);
      this.#became(node, wanted.map((range) => ({ ...range, outcome: "blocked" as const, message })));
      return [];
    }
    const free: number[] = [];
    const blocked: { from: number; to: number; need: Need }[] = [];
    for (const partition of ordinals(wanted)) {
      const need = this.#needs.of(node, partition);
      if (need === undefined) {
        free.push(partition);
        continue;
      }
      const last = blocked.at(-1);
      const both = last?.to === partition - 1 ? joined(last.need, need) : undefined;
      if (both === undefined) blocked.push({ from: partition, to: partition, need });
      else Object.assign(last!, { to: partition, need: both });
    }
    const problems: Problem[] = [];
    for (const { need, ...range } of blocked) {
      if (this.#isOthers(need)) this.#leave(node, range);
      else if (this.#reopen(node, range, need)) this.#putBack(node, [range]);
      else problems.push({ ...range, outcome: "blocked", message: this.#needs.text(node, need) });
    }
    this.#became(node, problems);
    return fromOrdinals(free);
  }

  /** Whether what keeps back exists only since the run was requested, or reads what does: another run makes it. */
  #isOthers({ up: node, members }: Need): boolean {
    const { session: { index }, options: { request: { asOf } } } = this;
    if (asOf === undefined) return false;
    const left = this.#left.get(node) ?? [];
    return [...ordinals(existing(node.set, [members], index.now))].every((each) =>
      index.isSound(node, each) || !node.set.has(each, asOf) && !contains(this.scope.get(node) ?? [], each) ||
      contains(left, each)
    );
  }

  /** Leaves partitions as they are: without an outcome, as those that are fresh. */
  #leave(node: Node, range: OrdinalRange): void {
    this.#left.set(node, union(this.#left.get(node) ?? [], [range]));
    this.#close(node, [range]);
  }

  /**
   * Makes partitions once more that got their outcome here and are stale again, for another worker changed what they read.
   *
   * @returns Whether that is what keeps back.
   */
  #reopen(down: Node, range: OrdinalRange, { up: node, members: hull }: Need): boolean {
    const { session: { index }, scope } = this;
    if (node.asset.materialize === null) return false;
    // Only what is truly read: the portion waits for it, and would be judged over and over for anything else.
    const read = down.up.filter(({ up, mode }) => up === node && mode !== "present")
      .flatMap((edge) => membersOf(edge, [range], index.now));
    const members = intersect(normalize(read), [hull]);
    const settled = subtract(intersect(scope.get(node) ?? [], members), this.#needs.failed(node));
    const again = fromOrdinals(
      [...ordinals(settled)].filter((each) => !index.isSound(node, each) && hasMoved(index, node, each)),
    );
    const open = this.#open.get(node) ?? [];
    this.#open.set(node, union(open, again));
    this.#putBack(node, subtract(again, open));
    return again.length > 0;
  }

  /** Lets partitions that are open wait for their turn. */
  #putBack(node: Node, ranges: Ranges): void {
    const waiting = this.#waiting.get(node) ?? new Set();
    for (const portion of portions(node, ranges)) waiting.add(portion);
    this.#waiting.set(node, waiting);
    this.#awake.add(node);
    this.#turn.resolve();
  }

  /** All that becomes of partitions comes by here: it is counted, told, and lets what reads them go on. */
  #became(node: Node, outcomes: readonly Outcome[], step?: number): void {
    if (outcomes.length === 0) return;
    const { tally } = this;
    let [materialized, unchanged] = [0, 0];
    const made: number[] = [];
    for (const each of outcomes) {
      tally.add(node, each);
      if (isProblem(each)) {
        this.#tellProblem(node, each, each);
        continue;
      }
      materialized++;
      if (each.outcome === "unchanged") unchanged++;
      made.push(each.partition);
      for (const { check, detail, subjects } of each.warnings) {
        // It speaks of the world, not of the data: `status` has it in a line, and alerts tell it.
        if (subjects !== undefined) continue;
        const key = node.set.key(each.partition);
        const message = `check "${check}" failed: ${detail ?? ""}`;
        tally.warn(`${node.key}${key === null ? "" : ` ${key}`}: ${message}`);
        this.run.tell({ type: "warning", asset: node.key, message });
      }
    }
    if (step !== undefined) this.run.tell({ type: "partitions", step, materialized, unchanged });
    const problems = normalize(outcomes.filter(isProblem));
    if (problems.length > 0) this.#needs.fail(node, problems);
    this.#close(node, union(fromOrdinals(made), problems));
  }

  /** An error of an asset's code that is none of one partition. */
  #broke(node: Node, ranges: Ranges, message: string): void {
    const range = { from: ranges[0]!.from, to: ranges.at(-1)!.to };
    this.tally.fault(node, range, message);
    this.#tellProblem(node, range, { outcome: "failed", message });
  }

  /** Partitions are settled: what waits for them may be ready. */
  #close(node: Node, partitions: Ranges): void {
    if (partitions.length === 0) return;
    this.#open.set(node, subtract(this.#open.get(node) ?? [], partitions));
    for (const edge of node.down) if (this.#waiting.get(edge.down)?.size) this.#awake.add(edge.down);
    this.#turn.resolve();
  }

  async #wait(): Promise<void> {
    const { session, options: { signal } } = this;
    await session.clock.sleep(POLL * (0.5 + session.random()), signal).catch(() => {});
    await refresh(session);
  }

  /** Warnings of external assets: failures to tell, and partitions that are no longer there. */
  #tellSeen(): void {
    const { tally, options: { seen } } = this;
    for (const { node, problems, gone, strays } of seen) {
      for (const { partition, message } of problems) {
        const [outcome, range] = ["failed" as const, partition === null ? null : single(partition)];
        if (range === null) tally.fault(node, null, message);
        else tally.add(node, { ...range, outcome, message });
        this.#tellProblem(node, range, { outcome, message });
      }
      for (const stray of strays) tally.warn(`${node.key}: ${stray}`);
      if (gone.length > 0) tally.warn(`${node.key}: ${goneText(node, gone)}`);
    }
  }

  /** Counts requested partitions of external assets that are missing: their absence is no success. */
  #tellUnreported(): void {
    for (const each of unreported(this.session.index, this.scope)) {
      const problem = { ...each.range, outcome: "blocked" as const, message: reportLine(each) };
      this.#became(each.node, [problem]);
    }
  }

  #tellProblem(
    { key: asset, set }: Node,
    range: OrdinalRange | null,
    { outcome, message }: Pick<Problem, "outcome" | "message">,
  ): void {
    const keys = range === null ? { from: null, to: null } : keyRange(set, range);
    const partitions = range === null ? 0 : count([range]);
    this.run.tell({ type: "problem", asset, range: keys, count: partitions, outcome, message });
  }
}

const single = (partition: number): OrdinalRange => ({ from: partition, to: partition });
