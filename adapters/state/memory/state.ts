import type {
  AssetEvent,
  AssetKey,
  CheckResult,
  Instant,
  Json,
  KeyValue,
  Materialized,
  OrdinalRange,
  RunId,
  Seq,
} from "../../../core/mod.ts";
import type * as port from "../../../core/mod.ts";
import { MemoryActs } from "./acts.ts";
import { MemoryAlerts } from "./alerts.ts";
import { MemoryBackfills } from "./backfills.ts";
import { Claims } from "./claims.ts";
import { EventLog } from "./event_log.ts";
import { Following } from "./following.ts";
import { History } from "./history.ts";
import { MemoryKeyValue } from "./key_value.ts";
import { Leads } from "./leads.ts";
import { Pools } from "./pools.ts";
import { Queue } from "./queue.ts";
import { Registry } from "./registry.ts";
import { Runs } from "./runs.ts";
import { snapshot } from "./snapshot.ts";
import type { MemoryStore, Worker } from "./store.ts";
import { MemoryTicks } from "./ticks.ts";

/** A worker's handle on a store; every method yields once before it acts, so that workers interleave. */
export class MemoryState implements port.State {
  readonly keyValue: KeyValue;
  readonly backfills: port.Backfills;
  readonly alerts: port.Alerts;
  readonly acts: port.Acts;
  readonly #store: MemoryStore;
  readonly #worker: Worker;
  readonly #registry: Registry;
  readonly #log: EventLog;
  readonly #pools: Pools;
  readonly #runs: Runs;
  readonly #claims: Claims;
  readonly #queue: Queue;
  readonly #history: History;
  readonly #ticks: MemoryTicks;
  readonly #following: Following;
  readonly #leads: Leads;

  constructor(store: MemoryStore, worker: string) {
    this.#store = store;
    const self = this.#worker = { name: worker, alive: true };
    this.#registry = new Registry(store);
    this.#log = new EventLog(store, this.#registry);
    this.#pools = new Pools(store, self);
    this.#runs = new Runs(store);
    const parts = { registry: this.#registry, log: this.#log, runs: this.#runs, pools: this.#pools };
    this.#claims = new Claims(store, self, parts);
    this.#queue = new Queue(store, self, this.#runs, this.#log);
    this.#history = new History(store);
    this.#ticks = new MemoryTicks(store);
    this.#following = new Following(store);
    this.#leads = new Leads(store, self);
    this.keyValue = new MemoryKeyValue(store);
    this.backfills = new MemoryBackfills(store, this.#runs, this.#queue);
    this.alerts = new MemoryAlerts(store, self);
    this.acts = new MemoryActs(store);
    store.workers.add(self);
  }

  async register(
    assets: readonly port.DeclaredAsset[],
    at: Instant,
    options?: port.Registering,
  ): Promise<port.RegisteredAsset[]> {
    await null;
    return this.#registry.register(assets, at, options);
  }

  async assets(): Promise<port.RegisteredAsset[]> {
    await null;
    return this.#registry.all();
  }

  async snapshot(keys: readonly AssetKey[]): Promise<port.Snapshot> {
    await null;
    return snapshot(this.#store, keys);
  }

  async since(seq: Seq, limit = Infinity): Promise<AssetEvent[]> {
    await null;
    return this.#log.since(seq, limit);
  }

  async events(run: RunId, { after, limit }: { after: Seq; limit: number }): Promise<port.NumberedEvent[]> {
    await null;
    return this.#log.ofRun(run, after, limit);
  }

  async commit(commit: port.Commit): Promise<port.Committed> {
    const { claim, events, step, release, lead } = commit;
    await null;
    this.#leads.require(lead);
    for (const { asset } of events) this.#registry.get(asset);
    if (step !== undefined) this.#runs.get(step.run);
    const refused = claim === null ? undefined : this.#claims.publish(claim, commit);
    if (refused !== undefined) return refused;
    this.#log.append(events);
    if (step !== undefined) this.#runs.step(step);
    if (claim !== null && release) this.#claims.release(claim);
    return { status: "committed", seq: this.#log.head };
  }

  async claim(
    run: RunId,
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
    begins?: port.StepStart,
    slot?: port.Slot,
  ): Promise<port.ClaimAnswer> {
    await null;
    return this.#claims.claim(run, asset, ranges, begins, slot);
  }

  async leave(run: RunId, pool: string): Promise<void> {
    await null;
    this.#pools.leave(run, pool);
  }

  async slotWaits(): Promise<port.SlotWait[]> {
    await null;
    return this.#pools.all();
  }

  async isWanted(token: port.ClaimToken): Promise<boolean> {
    await null;
    const claim = this.#claims.own(token);
    return claim?.pool !== undefined && this.#pools.isWanted(claim.run, claim.pool);
  }

  async release(token: port.ClaimToken): Promise<void> {
    await null;
    this.#claims.release(token);
  }

  async claims(): Promise<port.LiveClaim[]> {
    await null;
    return this.#claims.live();
  }

  async holdings(): Promise<port.Holding[]> {
    await null;
    return this.#claims.all();
  }

  async free(run: RunId, at: Instant): Promise<void> {
    await null;
    this.#claims.free(run);
    this.#pools.end(run);
    this.#runs.interrupt(run, at);
  }

  async recover(at: Instant): Promise<port.Adopted[]> {
    await null;
    this.#queue.recover(at);
    return this.#claims.adopt();
  }

  async materializations(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<port.MaterializationRecord[]> {
    await null;
    return this.#log.materializations(asset, ranges);
  }

  async filesBelow(folder: string): Promise<port.PublishedFile[]> {
    await null;
    return this.#log.filesBelow(folder);
  }

  async filesAt(paths: readonly string[]): Promise<port.PublishedFile[]> {
    await null;
    return this.#log.filesAt(paths);
  }

  async eventsOf(
    asset: AssetKey,
    limit: number,
    filter: port.EventFilter = {},
  ): Promise<AssetEvent[]> {
    await null;
    return this.#log.of(asset, limit, filter);
  }

  async series(
    asset: AssetKey,
    field: port.SeriesField,
    range: OrdinalRange,
    buckets: number,
  ): Promise<port.SeriesBucket[]> {
    await null;
    return this.#log.series(asset, field, range, buckets);
  }

  async history(asset: AssetKey, partition: number): Promise<(Materialized & { seq: Seq })[]> {
    await null;
    return this.#log.history(asset, partition);
  }

  async rechecked(asset: AssetKey, partition: number): Promise<readonly CheckResult[] | undefined> {
    await null;
    return this.#log.rechecked(asset, partition);
  }

  async replaced(before: Instant): Promise<port.Replaced[]> {
    await null;
    return this.#history.replaced(before);
  }

  async forget(materializations: readonly Seq[]): Promise<void> {
    await null;
    this.#history.forget(materializations);
  }

  async forgetOlder(before: Instant, counting?: "only"): Promise<Omit<port.Forgotten, "ticks">> {
    await null;
    const older = this.#history.older(before);
    if (counting === undefined) {
      await this.backfills.forget(before);
      this.#history.delete(older);
    }
    return { events: older.events.length, runs: older.runs.length };
  }

  async beginRun(request: port.RunRequest, at: Instant): Promise<RunId> {
    await null;
    if (request.key !== undefined) {
      throw new Error(`beginning a run: found the key "${request.key}", wanted none`);
    }
    return this.#runs.insert(request, at, { status: "running", worker: this.#worker, queue: null });
  }

  async endRun(id: RunId, status: port.RunStatus, summary: Json, at: Instant): Promise<void> {
    await null;
    this.#runs.end(id, status, summary, at);
    this.#pools.end(id);
  }

  async enqueue(
    request: port.RunRequest,
    at: Instant,
    why: readonly port.AssetEvaluation[] = [],
    lead?: port.Lead,
  ): Promise<{ run: RunId; isNew: boolean }> {
    await null;
    this.#leads.require(lead);
    const queued = this.#queue.enqueue(request, at);
    if (queued.isNew) this.#ticks.keep(why, queued.run);
    return queued;
  }

  async noteTick(
    tick: port.TickRecord,
    evaluations: readonly port.AssetEvaluation[] = [],
    lead?: port.Lead,
  ): Promise<void> {
    await null;
    this.#leads.require(lead);
    this.#ticks.note(tick);
    this.#ticks.keep(evaluations, null);
  }

  async ticks(name: string, page: { limit: number; before?: number }): Promise<port.KeptTick[]> {
    await null;
    return this.#ticks.list(name, page);
  }

  async lastTicks(): Promise<ReadonlyMap<string, port.KeptTick>> {
    await null;
    return this.#ticks.last();
  }

  async evaluations(asset: AssetKey, limit: number): Promise<port.KeptEvaluation[]> {
    await null;
    return this.#ticks.evaluations(asset, limit);
  }

  async forgetTicks(before: Instant, counting?: "only"): Promise<number> {
    await null;
    return this.#ticks.forget(before, counting);
  }

  async keysUsedBefore(before: Instant, page: { after: string; limit: number }): Promise<string[]> {
    await null;
    return this.#queue.keysUsedBefore(before, page);
  }

  async forgetKeys(keys: readonly string[], before: Instant): Promise<void> {
    await null;
    this.#queue.forgetKeys(keys, before);
  }

  async take(
    at: Instant,
    above = -Infinity,
    waiting: readonly AssetKey[] = [],
    assets?: readonly AssetKey[],
  ): Promise<port.TakenRun | undefined> {
    await null;
    return this.#queue.take(at, above, waiting, assets);
  }

  async handBack(id: RunId, at: Instant): Promise<void> {
    await null;
    this.#queue.handBackOne(id, at);
  }

  async oldest(): Promise<Instant | null> {
    await null;
    return this.#queue.oldest();
  }

  async gotOn(id: RunId): Promise<void> {
    await null;
    this.#queue.gotOn(id);
  }

  async cancel(id: RunId, at: Instant): Promise<port.RunStatus> {
    await null;
    return this.#queue.cancel(this.#runs.get(id), at);
  }

  async isCancelled(id: RunId): Promise<boolean> {
    await null;
    return this.#queue.isCancelled(id);
  }

  async runs(limit: number, filter: port.RunFilter = {}): Promise<port.RunRecord[]> {
    await null;
    return this.#runs.list(limit, filter);
  }

  async runCounts(): Promise<Record<port.RunStatus, number>> {
    await null;
    return this.#runs.counts();
  }

  async runCountsBetween(bounds: readonly Instant[]): Promise<Record<port.RunStatus, number>[]> {
    await null;
    return bounds.slice(1).map((until, place) => this.#runs.counts({ since: bounds[place]!, until }));
  }

  async runStatuses(runs: readonly RunId[]): Promise<ReadonlyMap<RunId, port.RunStatus>> {
    await null;
    return new Map(runs.flatMap((id) => {
      const run = this.#runs.record(id);
      return run === undefined ? [] : [[id, run.status]];
    }));
  }

  async run(id: RunId): Promise<{ run: port.RunRecord; steps: port.StepRecord[] } | undefined> {
    await null;
    return this.#runs.withSteps(id);
  }

  async log(run: RunId, entries: readonly port.LogEntry[]): Promise<void> {
    await null;
    this.#runs.log(run, entries);
  }

  async logs(run: RunId, page: port.LogPage = {}): Promise<port.KeptLogEntry[]> {
    await null;
    return this.#runs.logs(run, page);
  }

  async watch(signal: AbortSignal): Promise<AsyncIterable<Seq>> {
    await null;
    return this.#following.watch(signal);
  }

  async lead(
    name: string,
    at: Instant,
    silent?: Pick<port.Leader, "number" | "beats">,
    options: port.LeadOptions = {},
  ): Promise<port.Lead | undefined> {
    await null;
    return this.#leads.take(name, at, silent, options);
  }

  async beat(lead: port.Lead, at: Instant): Promise<boolean> {
    await null;
    return this.#leads.beat(lead, at);
  }

  async stalled(prefix: string): Promise<port.Stalled[]> {
    await null;
    return this.#leads.stalled(prefix);
  }

  async leader(name: string): Promise<port.Leader | undefined> {
    await null;
    return this.#leads.leader(name);
  }

  async leaders(prefix: string): Promise<port.NamedLeader[]> {
    await null;
    return this.#leads.leaders(prefix);
  }

  async abandon(): Promise<void> {
    await null;
    this.#claims.abandon();
    this.#queue.handBack();
    this.#leads.leave();
  }

  async close(): Promise<void> {
    await null;
    this.#following.end();
    this.#claims.releaseAll();
    this.#queue.handBack();
    this.#worker.alive = false;
  }
}

export function memoryState(store: MemoryStore, worker: string): port.State {
  return new MemoryState(store, worker);
}
