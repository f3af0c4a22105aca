// Every method is synchronous under its promise.
// deno-lint-ignore-file require-await
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
import { requireCovered, toBeCovered } from "../commits.ts";
import { SqliteActs } from "./acts.ts";
import { SqliteAlerts } from "./alerts.ts";
import { SqliteBackfills } from "./backfills.ts";
import { Claims } from "./claims.ts";
import type { Database } from "./database.ts";
import { EventLog } from "./event_log.ts";
import { Following, LOOK, type LookOptions } from "./following.ts";
import { History } from "./history.ts";
import { Intents } from "./intents.ts";
import { SqliteKeyValue } from "./key_value.ts";
import { Leads } from "./leads.ts";
import type { Locks } from "../locks.ts";
import { Places } from "./places.ts";
import { Pools } from "./pools.ts";
import { Queue } from "./queue.ts";
import { Registry } from "./registry.ts";
import { Packer } from "./repack.ts";
import { Runs } from "./runs.ts";
import { Ticks } from "./ticks.ts";
import { snapshot } from "./snapshot.ts";
import { Workers } from "./workers.ts";

/** The state in one SQLite file, shared by the processes of one host. */
export class SqliteState implements port.State {
  readonly keyValue: KeyValue;
  readonly backfills: port.Backfills;
  readonly alerts: port.Alerts;
  readonly acts: port.Acts;
  readonly #db: Database;
  readonly #workers: Workers;
  readonly #registry: Registry;
  readonly #log: EventLog;
  readonly #places: Places;
  readonly #intents: Intents;
  readonly #claims: Claims;
  readonly #runs: Runs;
  readonly #history: History;
  readonly #packer: Packer;
  readonly #queue: Queue;
  readonly #pools: Pools;
  readonly #ticks: Ticks;
  readonly #following: Following;
  readonly #leads: Leads;

  constructor(
    db: Database,
    { locks, few, access, look = LOOK }: {
      readonly locks: Locks;
      readonly few: number;
      readonly access: "read" | "write";
      readonly look?: LookOptions | undefined;
    },
  ) {
    this.#db = db;
    this.#workers = new Workers(db, locks);
    this.#registry = new Registry(db, access);
    this.#places = new Places(db, this.#registry);
    this.#log = new EventLog(db, this.#registry, this.#places);
    this.#intents = new Intents(db);
    this.#pools = new Pools(db, this.#workers);
    this.#claims = new Claims(db, this.#registry, this.#workers, this.#intents, this.#pools);
    this.#runs = new Runs(db, this.#registry, this.#workers);
    this.#history = new History(db, this.#registry);
    this.#packer = new Packer(db, this.#log, this.#registry, few);
    this.#queue = new Queue(db, this.#workers);
    this.#ticks = new Ticks(db);
    this.#following = new Following(db, look);
    this.#leads = new Leads(db, this.#workers);
    this.keyValue = new SqliteKeyValue(db);
    this.backfills = new SqliteBackfills(db, this.#queue, () => this.#log.head());
    this.alerts = new SqliteAlerts(db, this.#workers);
    this.acts = new SqliteActs(db);
  }

  async register(
    assets: readonly port.DeclaredAsset[],
    at: Instant,
    options: port.Registering = {},
  ): Promise<port.RegisteredAsset[]> {
    let isOther = false;
    const registered = await this.#registry.register(assets, options, (asset, codeId) => {
      this.#log.registered(asset, codeId, at);
      isOther = true;
    });
    if (isOther) this.#following.tell();
    return registered;
  }

  async assets(): Promise<port.RegisteredAsset[]> {
    return this.#registry.all();
  }

  async snapshot(assets: readonly AssetKey[]): Promise<port.Snapshot> {
    return snapshot(this.#db, this.#log, this.#registry, assets);
  }

  async since(seq: Seq, limit = 2 ** 52): Promise<AssetEvent[]> {
    return this.#log.since(seq, limit);
  }

  async events(run: RunId, { after, limit }: { after: Seq; limit: number }): Promise<port.NumberedEvent[]> {
    return this.#log.ofRun(run, after, limit);
  }

  async commit(commit: port.Commit): Promise<port.Committed> {
    const { claim, events, step } = commit;
    // What a lake is changed by is on the disk before and after, so that a power cut finds the two together.
    const synced = claim !== null && (commit.intents !== undefined || this.#intents.any(claim));
    const committed = await this.#asWorker<port.Committed>(() => {
      this.#leads.require(commit.lead);
      const held = claim === null ? undefined : this.#claims.held(claim);
      if (claim !== null) {
        if (held === undefined) return { status: "superseded" };
        requireCovered(toBeCovered(commit), { asset: this.#registry.key(held.asset), ranges: held.ranges });
        const places = commit.intents === undefined ? [] : this.#places.taken(claim, commit.intents);
        if (places.length > 0) return { status: "taken", places };
      }
      const seq = this.#log.append(events, held?.head ?? this.#log.head(), held?.marked ?? true);
      this.#runs.extend(new Set(events.flatMap(({ run }) => run ?? [])), seq);
      if (claim !== null) this.#publications(claim, commit);
      if (step !== undefined) this.#runs.step(step);
      if (claim !== null && commit.release) this.#claims.release(claim, step !== undefined);
      return { status: "committed", seq };
    }, { synced });
    if (committed.status === "committed") {
      if (events.length > 0) this.#following.tell();
      await this.#packer.upTo(committed.seq);
    }
    return committed;
  }

  async claim(
    run: RunId,
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
    begins?: port.StepStart,
    slot?: port.Slot,
  ): Promise<port.ClaimAnswer> {
    return await this.#db.patiently(() => this.#claims.claimAtOnce(run, asset, ranges, begins, slot)) ??
      await this.#asWorker(() => this.#claims.claim(run, asset, ranges, begins, slot));
  }

  async leave(run: RunId, pool: string): Promise<void> {
    await this.#asWorker(() => this.#pools.leave(run, pool));
  }

  async slotWaits(): Promise<port.SlotWait[]> {
    return this.#pools.all();
  }

  async isWanted(token: port.ClaimToken): Promise<boolean> {
    return this.#pools.isWanted(token);
  }

  async release(token: port.ClaimToken): Promise<void> {
    await this.#asWorker(() => this.#claims.release(token));
  }

  async claims(): Promise<port.LiveClaim[]> {
    return this.#claims.live();
  }

  async holdings(): Promise<port.Holding[]> {
    return this.#db.read(() => this.#claims.all());
  }

  async free(run: RunId, at: Instant): Promise<void> {
    await this.#db.write(() => {
      this.#claims.free(run);
      this.#pools.end(run);
      this.#runs.mark(run, at);
    });
  }

  async recover(at: Instant): Promise<port.Adopted[]> {
    return await this.#asWorker(() => {
      const { queued, others } = this.#runs.left();
      const adopted = this.#claims.adopt();
      for (const run of others) this.#runs.mark(run, at);
      for (const run of queued) this.#queue.putBack(run, at, this.#log.head());
      this.#pools.forgetDead();
      this.#workers.forgetDead();
      this.#leads.forgetDead();
      return adopted;
    });
  }

  async materializations(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<port.MaterializationRecord[]> {
    return this.#log.materializations(asset, ranges);
  }

  async filesBelow(folder: string): Promise<port.PublishedFile[]> {
    return this.#log.filesBelow(folder);
  }

  async filesAt(paths: readonly string[]): Promise<port.PublishedFile[]> {
    return this.#log.filesAt(paths);
  }

  async eventsOf(
    asset: AssetKey,
    limit: number,
    filter: port.EventFilter = {},
  ): Promise<AssetEvent[]> {
    return this.#log.of(asset, limit, filter);
  }

  async series(
    asset: AssetKey,
    field: port.SeriesField,
    range: OrdinalRange,
    buckets: number,
  ): Promise<port.SeriesBucket[]> {
    return this.#log.series(asset, field, range, buckets);
  }

  async history(asset: AssetKey, partition: number): Promise<(Materialized & { seq: Seq })[]> {
    return this.#log.history(asset, partition);
  }

  async rechecked(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<ReadonlyMap<number, readonly CheckResult[]>> {
    return this.#log.rechecked(asset, ranges);
  }

  async replaced(before: Instant): Promise<port.Replaced[]> {
    return this.#history.replaced(before);
  }

  async forget(materializations: readonly Seq[]): Promise<void> {
    await this.#db.write(() => this.#history.forget(materializations));
  }

  async forgetOlder(before: Instant, counting?: "only"): Promise<Omit<port.Forgotten, "ticks">> {
    const { events, runs } = this.#history.older(before);
    if (counting === undefined) {
      // Others write in between.
      for (const some of inParts(events)) await this.#db.write(() => this.#history.deleteEvents(some));
      await this.backfills.forget(before);
      for (const some of inParts(runs)) await this.#db.write(() => this.#history.deleteRuns(some));
    }
    return { events: events.length, runs: runs.length };
  }

  async beginRun(request: port.RunRequest, at: Instant): Promise<RunId> {
    const run = await this.#asWorker(() => this.#runs.begin(request, at, this.#log.head()));
    this.#following.tell();
    return run;
  }

  async endRun(run: RunId, status: port.RunStatus, summary: Json, at: Instant): Promise<void> {
    await this.#db.write(() => {
      this.#runs.end(run, status, summary, at, this.#log.head());
      this.#pools.end(run);
    });
  }

  async enqueue(
    request: port.RunRequest,
    at: Instant,
    why: readonly port.AssetEvaluation[] = [],
    lead?: port.Lead,
  ): Promise<{ run: RunId; isNew: boolean }> {
    const queued = await this.#db.write(() => {
      this.#leads.require(lead);
      const queued = this.#queue.enqueue(request, at, this.#log.head());
      if (queued.isNew) this.#ticks.keep(why, queued.run);
      return queued;
    });
    if (queued.isNew) this.#following.tell();
    return queued;
  }

  async noteTick(
    tick: port.TickRecord,
    evaluations: readonly port.AssetEvaluation[] = [],
    lead?: port.Lead,
  ): Promise<void> {
    await this.#db.write(() => {
      this.#leads.require(lead);
      this.#ticks.note(tick);
      this.#ticks.keep(evaluations, null);
    });
  }

  async ticks(name: string, page: { limit: number; before?: number }): Promise<port.KeptTick[]> {
    return this.#ticks.list(name, page);
  }

  async lastTicks(): Promise<ReadonlyMap<string, port.KeptTick>> {
    return this.#ticks.last();
  }

  async evaluations(asset: AssetKey, limit: number): Promise<port.KeptEvaluation[]> {
    return this.#ticks.evaluations(asset, limit);
  }

  async forgetTicks(before: Instant, counting?: "only"): Promise<number> {
    return counting === undefined
      ? await this.#db.write(() => this.#ticks.forget(before))
      : this.#ticks.older(before);
  }

  async keysUsedBefore(before: Instant, page: { after: string; limit: number }): Promise<string[]> {
    return this.#queue.keysUsedBefore(before, page);
  }

  async forgetKeys(keys: readonly string[], before: Instant): Promise<void> {
    await this.#db.write(() => this.#queue.forgetKeys(keys, before));
  }

  async take(
    at: Instant,
    above?: number,
    waiting?: readonly AssetKey[],
    assets?: readonly AssetKey[],
  ): Promise<port.TakenRun | undefined> {
    await this.#introduced();
    const taken = await this.#db.patiently(() => this.#queue.take(at, above, waiting, assets));
    if (taken !== undefined) this.#runs.open(taken.id);
    return taken;
  }

  async handBack(run: RunId, at: Instant): Promise<void> {
    await this.#asWorker(() => this.#queue.handBackOne(run, at));
  }

  async oldest(): Promise<Instant | null> {
    return this.#queue.oldest();
  }

  async gotOn(run: RunId): Promise<void> {
    await this.#db.write(() => this.#queue.gotOn(run));
  }

  async cancel(run: RunId, at: Instant): Promise<port.RunStatus> {
    return await this.#db.write(() => {
      const status = this.#runs.status(run);
      this.#queue.cancel(run, status, at);
      return status;
    });
  }

  async isCancelled(run: RunId): Promise<boolean> {
    return this.#queue.isCancelled(run);
  }

  async runs(limit: number, filter: port.RunFilter = {}): Promise<port.RunRecord[]> {
    return this.#db.read(() => this.#runs.list(limit, filter));
  }

  async runCounts(): Promise<Record<port.RunStatus, number>> {
    return this.#db.read(() => this.#runs.counts());
  }

  async runCountsBetween(bounds: readonly Instant[]): Promise<Record<port.RunStatus, number>[]> {
    return this.#db.read(() => this.#runs.countsBetween(bounds));
  }

  async runStatuses(runs: readonly RunId[]): Promise<ReadonlyMap<RunId, port.RunStatus>> {
    return this.#runs.statuses(runs);
  }

  async run(id: RunId): Promise<{ run: port.RunRecord; steps: port.StepRecord[] } | undefined> {
    return this.#db.read(() => this.#runs.get(id));
  }

  async log(run: RunId, entries: readonly port.LogEntry[]): Promise<void> {
    await this.#db.write(() => this.#runs.log(run, entries));
  }

  async logs(run: RunId, page: port.LogPage = {}): Promise<port.KeptLogEntry[]> {
    return this.#runs.logs(run, page);
  }

  async watch(signal: AbortSignal, options?: { readonly closely?: boolean }): Promise<AsyncIterable<Seq>> {
    return this.#following.watch(signal, options);
  }

  async lead(
    name: string,
    at: Instant,
    silent?: Pick<port.Leader, "number" | "beats">,
    options: port.LeadOptions = {},
  ): Promise<port.Lead | undefined> {
    const held = this.#leads.held(name, options);
    if (held !== undefined && (held !== null || silent === undefined)) return held ?? undefined;
    return await this.#asWorker(() => this.#leads.take(name, at, silent, options));
  }

  async beat(lead: port.Lead, at: Instant): Promise<boolean> {
    return await this.#db.patiently(() => this.#leads.beat(lead, at));
  }

  async stalled(prefix: string): Promise<port.Stalled[]> {
    return this.#leads.stalled(prefix);
  }

  async leader(name: string): Promise<port.Leader | undefined> {
    return this.#leads.leader(name);
  }

  async leaders(prefix: string): Promise<port.NamedLeader[]> {
    return this.#leads.leaders(prefix);
  }

  async abandon(): Promise<void> {
    if (!this.#workers.known || !this.#db.isOpen) return;
    await this.#db.write(() => {
      for (const token of this.#claims.own()) if (!this.#intents.any(token)) this.#claims.release(token);
      this.#queue.handBack();
      this.#leads.leave();
    });
  }

  async close(): Promise<void> {
    this.#following.end();
    try {
      if (!this.#workers.known) return;
      await this.#asWorker(() => {
        for (const token of this.#claims.own()) this.#claims.release(token);
        this.#queue.handBack();
        this.#leads.leave();
        this.#workers.leave();
      });
    } finally {
      this.#workers.letGo();
      this.#db.close();
    }
  }

  /** A write in which this worker has a number. */
  async #asWorker<T>(work: () => T, options?: { readonly synced: boolean }): Promise<T> {
    await this.#introduced();
    return await this.#db.write(work, options);
  }

  /** Sees to it that this worker has a number, which is written once. */
  async #introduced(): Promise<void> {
    if (!this.#workers.known) await this.#db.patiently(() => this.#workers.self());
  }

  #publications(claim: port.ClaimToken, { events, intents, reverted }: port.Commit): void {
    const materialized = events.filter((event) => event.kind === "materialized");
    this.#intents.end(claim, [...materialized.map(({ partition }) => partition), ...(reverted ?? [])]);
    if (intents !== undefined) this.#intents.begin(claim, intents);
  }
}

/** Forgotten in one transaction. */
const TOGETHER = 2_000;

function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += TOGETHER) yield items.slice(i, i + TOGETHER);
}
