import type { RunId } from "../event.ts";
import { SECOND } from "../instant.ts";
import {
  batches,
  chunks,
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
import type { Json } from "../ports/key_value.ts";
import type { ClaimAnswer, ClaimToken } from "../ports/state.ts";
import { dependentsOf, membersOf, type Node } from "../staleness/node.ts";
import { hasMoved } from "../staleness/readiness.ts";
import { judgements } from "../staleness/states.ts";
import { type Blocked, part } from "./blockers.ts";
import { reportLine, unreported } from "./external.ts";
import { goneText, type Seen } from "./observe.ts";
import { recover } from "./recover.ts";
import type { Scope } from "./scope.ts";
import { keyRange, messageOf, refresh, type Session } from "./session.ts";
import { runStep } from "./step.ts";
import { type RunResult, Tally } from "./tally.ts";
import { Waits } from "./waits.ts";

type Granted = NonNullable<ClaimAnswer["granted"]>;

/** How long to wait before asking again after work that another worker holds, on average. */
const POLL = SECOND / 5;

/** How many steps are at work at once. */
export interface Limits {
  /** Steps at work at once. */
  readonly steps: number;
  /** Steps at work at once in a pool. @default `steps` */
  readonly pools: Readonly<Record<string, number>>;
}

export interface ExecuteOptions {
  /** What looking at external assets found. */
  readonly seen: readonly Seen[];
  readonly scope: Scope;
  readonly force: boolean;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** What was asked for, for the run's record. */
  readonly request: Json;
}

/** Brings a scope up to date. */
export async function execute(session: Session, options: ExecuteOptions): Promise<RunResult> {
  const scheduler = new Scheduler(session, options);
  try {
    try {
      await scheduler.work();
    } finally {
      // What cannot be cleared now, `prune` clears.
      if (scheduler.run !== null) await session.publisher.clear(`_staging/${scheduler.run}`).catch(() => {});
    }
    return await scheduler.end();
  } catch (cause) {
    await scheduler.breakOff(cause);
    throw cause;
  }
}

/**
 * Works through the partitions that may need work, batch by batch. A batch is looked at once everything that it reads is
 * settled; what is fresh by then is passed over and counted nowhere.
 */
class Scheduler {
  readonly tally = new Tally();
  run: RunId | null = null;
  /** What is not settled yet: waiting or at work. */
  readonly #open = new Map<Node, Ranges>();
  readonly #waiting = new Map<Node, Set<Ranges>>();
  readonly #failed = new Map<Node, Ranges>();
  readonly #slots = new Map<string, number>();
  readonly #atWork = new Set<Promise<void>>();
  #awake = new Set<Node>();
  #steps = 0;
  #begun: Promise<RunId> | undefined;
  #turn = Promise.withResolvers<void>();
  #broken: { readonly cause: unknown } | undefined;

  constructor(readonly session: Session, readonly options: ExecuteOptions) {
    for (const [node, ranges] of candidates(session, options)) {
      this.#open.set(node, ranges);
      this.#waiting.set(node, new Set(batchesOf(node, ranges)));
      this.#awake.add(node);
    }
  }

  async work(): Promise<void> {
    while (!this.options.signal.aborted && this.#broken === undefined) {
      this.#startReady();
      if (this.#atWork.size === 0) break;
      await this.#turn.promise;
      this.#turn = Promise.withResolvers();
    }
    await Promise.all(this.#atWork);
    if (this.#broken !== undefined) throw this.#broken.cause;
  }

  /** Closes the run's record, if there was anything to do. */
  async end(): Promise<RunResult> {
    const { session, tally, options: { signal } } = this;
    this.#tellSeen();
    if (!signal.aborted) this.#tellUnreported();
    const result = tally.result(this.run, signal.aborted);
    if (result.status === "nothing_to_do" && this.run === null) return result;
    const run = await this.#begin();
    const status = result.status === "nothing_to_do" ? "succeeded" : result.status;
    const { counts, errors } = result;
    const summary = {
      counts: { ...counts },
      ...(errors.length === 0 ? {} : { errors: errors.slice(0, 20) }),
    };
    await session.state.endRun(run, status, summary, session.clock.now());
    return { ...result, run };
  }

  /** Closes the run's record as far as the state still answers. */
  async breakOff(cause: unknown): Promise<void> {
    const { session, run } = this;
    if (run === null) return;
    const summary = { errors: [{ message: messageOf(session, cause) }] };
    await session.state.endRun(run, "failed", summary, session.clock.now()).catch(() => {});
  }

  #startReady(): void {
    const awake = [...this.#awake].sort((a, b) => a.order - b.order);
    this.#awake.clear();
    for (const node of awake) {
      for (const batch of this.#waiting.get(node) ?? []) {
        if (!this.#isReady(node, batch)) continue;
        if (!this.#takeSlot(node)) {
          this.#awake.add(node);
          break;
        }
        this.#waiting.get(node)!.delete(batch);
        const work = this.#batch(node, batch).catch((cause) => {
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

  /** Whether nothing that the batch reads is still open. */
  #isReady(node: Node, batch: Ranges): boolean {
    for (const edge of node.up) {
      const open = this.#open.get(edge.up);
      if (open === undefined || open.length === 0) continue;
      if (intersect(membersOf(edge, batch, this.session.index.now), open).length > 0) return false;
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

  #settle(node: Node, partitions: Ranges, failed: boolean): void {
    if (partitions.length === 0) return;
    if (failed) this.#failed.set(node, union(this.#failed.get(node) ?? [], partitions));
    this.#open.set(node, subtract(this.#open.get(node)!, partitions));
    for (const edge of node.down) if (this.#waiting.get(edge.down)?.size) this.#awake.add(edge.down);
    this.#turn.resolve();
  }

  /** Settles every partition of a batch: passes over, blocks, makes, or waits for who makes it. */
  async #batch(node: Node, batch: Ranges): Promise<void> {
    const { session, options: { signal } } = this;
    using waits = new Waits(session, node);
    let rest = batch;
    while (rest.length > 0 && !signal.aborted) {
      const due = this.#judge(node, rest);
      if (due.length === 0) return;
      const { granted, held } = await session.state.claim(await this.#begin(), node.key, due);
      if (granted !== undefined) waits.end();
      rest = granted === undefined ? [] : await this.#work(node, granted);
      if (held.length === 0) continue;
      rest = union(rest, intersect(due, normalize(held)));
      if (held.some(({ abandoned }) => abandoned)) {
        await recover(session);
        continue;
      }
      waits.begin(held[0]!);
      await this.#wait();
    }
  }

  /** Judges and makes what was granted. @returns What passed to another worker meanwhile. */
  async #work(node: Node, { token, ranges, seq }: Granted): Promise<Ranges> {
    const { session } = this;
    try {
      if (seq !== session.index.seq) await refresh(session);
      return await this.#make(node, token, this.#judge(node, ranges));
    } catch (cause) {
      await session.state.release(token).catch(() => {});
      throw cause;
    }
  }

  /** @returns What is to be made now; what is fresh is passed over, what is held back is recorded as blocked. */
  #judge(node: Node, ranges: Ranges): Ranges {
    const { session: { index }, options: { force } } = this;
    const wanted = force
      ? ranges
      : normalize(judgements(index, node, ranges).filter(({ state }) => state !== "fresh"));
    this.#settle(node, subtract(ranges, wanted), false);
    const { free, blocked } = part(index, node, wanted, this.#failed, this.options.scope);
    for (const each of blocked) {
      if (this.#reopen(node, each)) this.#putBack(node, [each.range]);
      else this.#block(node, each);
    }
    return fromOrdinals(free);
  }

  /**
   * What was settled here and is out of date again, for another worker has changed what it reads, is made once more.
   *
   * @returns Whether that is what keeps back.
   */
  #reopen(down: Node, { range, by: { node, members: hull } }: Blocked): boolean {
    const { session: { index }, options: { scope } } = this;
    if (node.asset.materialize === null) return false;
    // Only what is truly read: the batch waits for it, and would be judged over and over for anything else.
    const read = down.up.filter(({ up, mode }) => up === node && mode !== "present")
      .flatMap((edge) => membersOf(edge, [range], index.now));
    const members = intersect(normalize(read), [hull]);
    const settled = subtract(intersect(scope.get(node) ?? [], members), this.#failed.get(node) ?? []);
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
    for (const batch of batchesOf(node, ranges)) waiting.add(batch);
    this.#waiting.set(node, waiting);
    this.#awake.add(node);
    this.#turn.resolve();
  }

  /** Runs the steps of a batch under one claim. @returns What passed to another worker meanwhile. */
  async #make(node: Node, token: ClaimToken, ranges: Ranges): Promise<Ranges> {
    const { session, options: { signal, force } } = this;
    if (ranges.length === 0) await session.state.release(token);
    const claim = { run: this.run!, node, token };
    const steps = [...batchesOf(node, ranges)];
    for (const [place, partitions] of steps.entries()) {
      let open = partitions;
      const outcome = await runStep(session, claim, {
        number: ++this.#steps,
        partitions,
        release: place === steps.length - 1,
        forced: force,
        signal,
        tally: this.tally,
        settled: (partitions, failed) => {
          open = subtract(open, partitions);
          this.#settle(node, partitions, failed);
        },
      });
      if (outcome === "superseded") return normalize([...open, ...steps.slice(place + 1).flat()]);
    }
    return [];
  }

  async #wait(): Promise<void> {
    const { session, options: { signal } } = this;
    await session.clock.sleep(POLL * (0.5 + session.random()), signal).catch(() => {});
    await refresh(session);
  }

  #block(node: Node, { range, message }: Blocked): void {
    this.tally.problem(node, range.from, range.to, "blocked", message);
    const problem = { asset: node.key, range: keyRange(node, range), outcome: "blocked" as const, message };
    this.session.observe({ type: "problem", ...problem });
    this.#settle(node, [range], true);
  }

  /** What others made and cannot be told, or is there no more. */
  #tellSeen(): void {
    const { session, tally, options: { seen } } = this;
    for (const { node, problems, gone } of seen) {
      for (const { partition, message } of problems) {
        if (partition === null) tally.fault(node, null, message);
        else tally.problem(node, partition, partition, "failed", message);
        const key = partition === null ? null : node.set.key(partition);
        const [range, outcome] = [{ from: key, to: key }, "failed" as const];
        session.observe({ type: "problem", asset: node.key, range, outcome, message });
      }
      if (gone.length > 0) tally.warn(`${node.key}: ${goneText(node, gone)}`);
    }
  }

  /** What only others can make is asked for, too: that it is not there is no success. */
  #tellUnreported(): void {
    const { session, tally, options: { scope } } = this;
    for (const each of unreported(session.index, scope)) {
      const { node, range } = each;
      const [outcome, message] = ["blocked" as const, reportLine(each)];
      tally.problem(node, range.from, range.to, outcome, message);
      session.observe({ type: "problem", asset: node.key, range: keyRange(node, range), outcome, message });
    }
  }

  /** The run's number: a run is made once there is work, so that nothing to do leaves no trace. */
  async #begin(): Promise<RunId> {
    const { session, options: { request } } = this;
    this.#begun ??= session.state.beginRun(request, session.clock.now()).then((run) => {
      session.observe({ type: "run-started", run });
      return this.run = run;
    });
    return await this.#begun;
  }
}

/** The partitions of a node in the portions that one call of its code takes. */
function batchesOf({ asset: { batch: { most, scattered } } }: Node, ranges: Ranges): Ranges[] {
  return scattered ? [...batches(ranges, most)] : [...chunks(ranges, most)].map((range) => [range]);
}

/** What may need work: what is not fresh or is forced, and all that reads it, for it may be stale by then. */
function candidates({ index }: Session, { scope, force }: ExecuteOptions): Map<Node, Ranges> {
  const found = new Map<Node, Ranges>();
  for (const [node, ranges] of scope) {
    if (node.asset.materialize === null) continue;
    let wanted = force
      ? ranges
      : normalize(judgements(index, node, ranges).filter(({ state }) => state !== "fresh"));
    for (const edge of node.up) {
      const above = found.get(edge.up);
      if (above === undefined || count(wanted) === count(ranges)) continue;
      const readers: OrdinalRange[] = [];
      for (const member of ordinals(above)) {
        for (const reader of dependentsOf(edge, member, index.now)) {
          const last = readers.at(-1);
          if (last === undefined || reader.from !== last.from || reader.to !== last.to) readers.push(reader);
        }
      }
      wanted = union(wanted, intersect(ranges, normalize(readers)));
    }
    if (wanted.length > 0) found.set(node, wanted);
  }
  return found;
}
