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
import { PostgresActs } from "./acts.ts";
import { PostgresAlerts } from "./alerts.ts";
import { PostgresBackfills } from "./backfills.ts";
import { Claims } from "./claims.ts";
import { eventArguments, intentArguments, stepArgument } from "./commit.ts";
import type { Database } from "./database.ts";
import { EventLog } from "./event_log.ts";
import { Following } from "./following.ts";
import { History } from "./history.ts";
import { PostgresKeyValue } from "./key_value.ts";
import { asLeader, Leads } from "./leads.ts";
import { Queue } from "./queue.ts";
import { Registry } from "./registry.ts";
import { Packer } from "./repack.ts";
import { Runs } from "./runs.ts";
import { snapshot } from "./snapshot.ts";
import { Ticks } from "./ticks.ts";
import { type WorkerOptions, Workers } from "./workers.ts";

/** What `commit_events` answers. */
interface Answer {
  readonly status: port.Committed["status"];
  readonly seq: Seq;
  readonly places: readonly {
    readonly partition: number;
    readonly path: string;
    readonly asset: number;
    readonly by: number;
  }[];
}

/** The state in a schema of PostgreSQL, shared by processes of several hosts. */
export class PostgresState implements port.State {
  readonly keyValue: KeyValue;
  readonly backfills: port.Backfills;
  readonly alerts: port.Alerts;
  readonly acts: port.Acts;
  readonly #db: Database;
  readonly #workers: Workers;
  readonly #registry: Registry;
  readonly #log: EventLog;
  readonly #claims: Claims;
  readonly #runs: Runs;
  readonly #history: History;
  readonly #packer: Packer;
  readonly #queue: Queue;
  readonly #ticks: Ticks;
  readonly #following: Following;
  readonly #leads: Leads;

  constructor(
    db: Database,
    { few, access, ...worker }: WorkerOptions & {
      readonly few: number;
      readonly access: "read" | "write";
    },
  ) {
    this.#db = db;
    this.#workers = new Workers(db, worker);
    this.#registry = new Registry(db, access);
    this.#log = new EventLog(db, this.#registry);
    this.#claims = new Claims(db, this.#registry, this.#workers);
    this.#runs = new Runs(db, this.#registry, this.#workers);
    this.#history = new History(db, this.#registry);
    this.#packer = new Packer(db, few);
    this.#queue = new Queue(db, this.#workers);
    this.#ticks = new Ticks(db);
    this.#following = new Following(db);
    this.#leads = new Leads(db, this.#workers);
    this.keyValue = new PostgresKeyValue(db);
    this.backfills = new PostgresBackfills(db, this.#queue);
    this.alerts = new PostgresAlerts(db, this.#workers);
    this.acts = new PostgresActs(db);
  }

  register(
    assets: readonly port.DeclaredAsset[],
    at: Instant,
    options: port.Registering = {},
  ): Promise<port.RegisteredAsset[]> {
    return this.#registry.register(assets, at, options);
  }

  assets(): Promise<port.RegisteredAsset[]> {
    return this.#registry.all();
  }

  snapshot(assets: readonly AssetKey[]): Promise<port.Snapshot> {
    return snapshot(this.#db, this.#registry, assets);
  }

  since(seq: Seq, limit = Number.MAX_SAFE_INTEGER): Promise<AssetEvent[]> {
    return this.#log.since(seq, limit);
  }

  events(run: RunId, { after, limit }: { after: Seq; limit: number }): Promise<port.NumberedEvent[]> {
    return this.#log.ofRun(run, after, limit);
  }

  async commit(commit: port.Commit): Promise<port.Committed> {
    const { claim, events, lead } = commit;
    const own = claim === null ? undefined : this.#claims.own(claim);
    if (claim !== null) {
      if (own === undefined) return { status: "superseded" };
      requireCovered(toBeCovered(commit), own);
    }
    const ids = new Map<AssetKey, number>();
    for (const { asset } of [...toBeCovered(commit), ...(commit.step === undefined ? [] : [commit.step])]) {
      if (!ids.has(asset)) ids.set(asset, await this.#registry.id(asset));
    }
    const idOf = (asset: AssetKey) => ids.get(asset)!;
    const self = await this.#workers.self();
    const { answer } = await asLeader(lead, async () =>
      (await this.#db.get<{ answer: Answer }>(
        "SELECT commit_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS answer",
        self,
        claim,
        lead?.name ?? null,
        lead?.number ?? null,
        ...eventArguments(events, idOf),
        ...intentArguments(commit),
        stepArgument(commit.step, idOf),
        commit.release ?? false,
      ))!);
    if (answer.status === "taken") return { status: "taken", places: await this.#taken(answer.places) };
    if (claim !== null && (answer.status === "superseded" || commit.release)) this.#claims.forget(claim);
    if (answer.status === "superseded") return { status: "superseded" };
    if (events.length > 0) this.#following.tell();
    await this.#packer.upTo(answer.seq);
    return { status: "committed", seq: answer.seq };
  }

  async #taken(places: Answer["places"]): Promise<port.Taken[]> {
    const keyOf = await this.#registry.keys(places.map(({ asset }) => asset));
    return places.map(({ partition, path, asset, by }) => ({
      partition,
      path,
      by: { asset: keyOf(asset), partition: by },
    }));
  }

  claim(
    run: RunId,
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
    begins?: port.StepStart,
    slot?: port.Slot,
  ): Promise<port.ClaimAnswer> {
    return this.#claims.claim(run, asset, ranges, begins, slot);
  }

  leave(run: RunId, pool: string): Promise<void> {
    return this.#claims.leave(run, pool);
  }

  slotWaits(): Promise<port.SlotWait[]> {
    return this.#claims.slotWaits();
  }

  isWanted(token: port.ClaimToken): Promise<boolean> {
    return this.#claims.isWanted(token);
  }

  release(token: port.ClaimToken): Promise<void> {
    return this.#claims.release(token);
  }

  claims(): Promise<port.LiveClaim[]> {
    return this.#claims.live();
  }

  holdings(): Promise<port.Holding[]> {
    return this.#claims.all();
  }

  async free(run: RunId, at: Instant): Promise<void> {
    await this.#db.run("SELECT free_run($1, $2)", run, at);
  }

  async recover(at: Instant): Promise<port.Adopted[]> {
    const self = await this.#workers.self();
    await this.#workers.look();
    const adopted = await this.#db.write(async (transaction) => {
      await transaction.run("SELECT hold('recover'), require_life($1)", self);
      // By one instant, so that all that is taken over is of the same workers.
      await transaction.run("UPDATE workers SET until = 0 WHERE until <= now_ms()");
      await this.#queue.putBack(transaction, at);
      const adopted = await this.#claims.adopt(transaction, self);
      await transaction.run("DELETE FROM waits WHERE NOT lives(worker)");
      await transaction.run("DELETE FROM workers WHERE until = 0");
      await transaction.run("DELETE FROM deposed WHERE worker NOT IN (SELECT id FROM workers)");
      return adopted;
    });
    return await this.#claims.took(adopted);
  }

  materializations(asset: AssetKey, ranges: readonly OrdinalRange[]): Promise<port.MaterializationRecord[]> {
    return this.#log.materializations(asset, ranges);
  }

  filesBelow(folder: string): Promise<port.PublishedFile[]> {
    return this.#log.filesBelow(folder);
  }

  filesAt(paths: readonly string[]): Promise<port.PublishedFile[]> {
    return this.#log.filesAt(paths);
  }

  eventsOf(asset: AssetKey, limit: number, filter: port.EventFilter = {}): Promise<AssetEvent[]> {
    return this.#log.of(asset, limit, filter);
  }

  series(
    asset: AssetKey,
    field: port.SeriesField,
    range: OrdinalRange,
    buckets: number,
  ): Promise<port.SeriesBucket[]> {
    return this.#log.series(asset, field, range, buckets);
  }

  history(asset: AssetKey, partition: number): Promise<(Materialized & { seq: Seq })[]> {
    return this.#log.history(asset, partition);
  }

  madeBy(run: RunId, until: Seq): Promise<number> {
    return this.#log.madeBy(run, until);
  }

  rechecked(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<ReadonlyMap<number, readonly CheckResult[]>> {
    return this.#log.rechecked(asset, ranges);
  }

  replaced(before: Instant): Promise<port.Replaced[]> {
    return this.#history.replaced(before);
  }

  forget(materializations: readonly Seq[]): Promise<void> {
    return this.#history.forget(materializations);
  }

  async forgetOlder(before: Instant, counting?: "only"): Promise<Omit<port.Forgotten, "ticks">> {
    const forgotten = await this.#history.forgetOlder(before, counting);
    if (counting === undefined) await this.backfills.forget(before);
    return forgotten;
  }

  async beginRun(request: port.RunRequest, at: Instant): Promise<RunId> {
    const run = await this.#runs.begin(request, at);
    this.#following.tell();
    return run;
  }

  endRun(run: RunId, status: port.RunStatus, summary: Json, at: Instant): Promise<void> {
    return this.#runs.end(run, status, summary, at);
  }

  async enqueue(
    request: port.RunRequest,
    at: Instant,
    why: readonly port.AssetEvaluation[] = [],
    lead?: port.Lead,
  ): Promise<{ run: RunId; isNew: boolean }> {
    const queued = await this.#asLeader(lead, async (transaction) => {
      const queued = await this.#queue.enqueue(transaction, request, at);
      if (queued.isNew) await this.#ticks.keep(transaction, why, queued.run);
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
    await this.#asLeader(lead, async (transaction) => {
      await this.#ticks.note(transaction, tick);
      await this.#ticks.keep(transaction, evaluations, null);
    });
  }

  ticks(name: string, page: { limit: number; before?: number }): Promise<port.KeptTick[]> {
    return this.#ticks.list(name, page);
  }

  lastTicks(): Promise<ReadonlyMap<string, port.KeptTick>> {
    return this.#ticks.last();
  }

  evaluations(asset: AssetKey, limit: number): Promise<port.KeptEvaluation[]> {
    return this.#ticks.evaluations(asset, limit);
  }

  forgetTicks(before: Instant, counting?: "only"): Promise<number> {
    return this.#ticks.forget(before, counting);
  }

  keysUsedBefore(before: Instant, page: { after: string; limit: number }): Promise<string[]> {
    return this.#queue.keysUsedBefore(before, page);
  }

  forgetKeys(keys: readonly string[], before: Instant): Promise<void> {
    return this.#queue.forgetKeys(keys, before);
  }

  async take(
    at: Instant,
    above?: number,
    waiting?: readonly AssetKey[],
    assets?: readonly AssetKey[],
  ): Promise<port.TakenRun | undefined> {
    const taken = await this.#queue.take(at, above, waiting, assets);
    if (taken !== undefined) this.#runs.open(taken.id);
    return taken;
  }

  handBack(run: RunId, at: Instant): Promise<void> {
    return this.#queue.handBack(run, at);
  }

  oldest(): Promise<Instant | null> {
    return this.#queue.oldest();
  }

  gotOn(run: RunId): Promise<void> {
    return this.#queue.gotOn(run);
  }

  cancel(run: RunId, at: Instant): Promise<port.RunStatus> {
    return this.#queue.cancel(run, at);
  }

  isCancelled(run: RunId): Promise<boolean> {
    return this.#queue.isCancelled(run);
  }

  runs(limit: number, filter: port.RunFilter = {}): Promise<port.RunRecord[]> {
    return this.#runs.list(limit, filter);
  }

  runCounts(): Promise<Record<port.RunStatus, number>> {
    return this.#runs.counts();
  }

  runCountsBetween(bounds: readonly Instant[]): Promise<Record<port.RunStatus, number>[]> {
    return this.#runs.countsBetween(bounds);
  }

  runStatuses(runs: readonly RunId[]): Promise<ReadonlyMap<RunId, port.RunStatus>> {
    return this.#runs.statuses(runs);
  }

  run(id: RunId): Promise<{ run: port.RunRecord; steps: port.StepRecord[] } | undefined> {
    return this.#runs.get(id);
  }

  log(run: RunId, entries: readonly port.LogEntry[]): Promise<void> {
    return this.#runs.log(run, entries);
  }

  logs(run: RunId, page: port.LogPage = {}): Promise<port.KeptLogEntry[]> {
    return this.#runs.logs(run, page);
  }

  watch(signal: AbortSignal): Promise<AsyncIterable<Seq>> {
    return this.#following.watch(signal);
  }

  lead(
    name: string,
    at: Instant,
    silent?: Pick<port.Leader, "number" | "beats">,
    options: port.LeadOptions = {},
  ): Promise<port.Lead | undefined> {
    return this.#leads.take(name, at, silent, options);
  }

  beat(lead: port.Lead, at: Instant): Promise<boolean> {
    return this.#leads.beat(lead, at);
  }

  stalled(prefix: string): Promise<port.Stalled[]> {
    return this.#leads.stalled(prefix);
  }

  leader(name: string): Promise<port.Leader | undefined> {
    return this.#leads.leader(name);
  }

  leaders(prefix: string): Promise<port.NamedLeader[]> {
    return this.#leads.leaders(prefix);
  }

  async abandon(): Promise<void> {
    await this.#workers.leave(false);
  }

  async close(): Promise<void> {
    this.#following.end();
    let answered = true;
    try {
      answered = await this.#workers.leave(true);
    } finally {
      this.#workers.end();
      await this.#db.close({ waiting: answered });
    }
  }

  /** A write under a lead, if one is given. */
  async #asLeader<T>(
    lead: port.Lead | undefined,
    work: (transaction: Parameters<Parameters<Database["write"]>[0]>[0]) => Promise<T>,
  ): Promise<T> {
    const self = lead === undefined ? undefined : await this.#workers.self();
    return await asLeader(lead, () =>
      this.#db.write(async (transaction) => {
        if (lead !== undefined) {
          await transaction.run("SELECT require_lead($1, $2, $3)", self!, lead.name, lead.number);
        }
        return await work(transaction);
      }));
  }
}
