import {
  type AssetEvent,
  type AssetKey,
  type CheckResult,
  type Instant,
  intersect,
  type Json,
  type KeyValue,
  type Materialized,
  merge,
  type NewEvent,
  normalize,
  type OrdinalRange,
  type PartitionSpec,
  type Ranges,
  type RunId,
  type Seq,
  subtract,
} from "../../../core/mod.ts";
import type * as port from "../../../core/mod.ts";
import { requireCovered, toBeCovered } from "../commits.ts";
import { ended, GIVEN_UP, leftStatus, MOST_DEATHS, noRuns } from "../ended.ts";
import { MemoryAlerts } from "./alerts.ts";
import { MemoryBackfills } from "./backfills.ts";
import { copyIntent, frozen, giveEvent, keepEvent } from "./copies.ts";
import { MemoryKeyValue } from "./key_value.ts";
import { Projection } from "./projection.ts";
import { MemoryTicks } from "./ticks.ts";
import type { MemoryStore, StoredAsset, StoredClaim, StoredRun, Worker } from "./store.ts";

/** A worker's handle on a store; every method yields once before it acts, so that workers interleave. */
export class MemoryState implements port.State {
  readonly keyValue: KeyValue;
  readonly backfills: port.Backfills;
  readonly alerts: port.Alerts;
  readonly #store: MemoryStore;
  readonly #worker: Worker;
  readonly #ticks: MemoryTicks;
  readonly #closed = new AbortController();

  constructor(store: MemoryStore, worker: string) {
    this.#store = store;
    this.#worker = { name: worker, alive: true };
    this.keyValue = new MemoryKeyValue(store);
    this.backfills = new MemoryBackfills(store, {
      record: (run) => this.#record(run),
      enqueue: (request, at) => this.#enqueue(request, at),
      cancel,
    });
    this.#ticks = new MemoryTicks(store);
    this.alerts = new MemoryAlerts(store, this.#worker);
    store.workers.add(this.#worker);
  }

  async register(
    assets: readonly port.DeclaredAsset[],
  ): Promise<port.RegisteredAsset[]> {
    await null;
    const specs = assets.map(({ key, partitions }) =>
      merge(partitions, this.#store.assets.get(key)?.partitions)
    );
    return assets.map(({ key, record }, index) => {
      const partitions = frozen(specs[index]!);
      const codeId = this.#codeId(key, record);
      const known = this.#store.assets.get(key);
      if (known === undefined) {
        this.#store.assets.set(key, { partitions, codeId, projection: new Projection() });
      } else Object.assign(known, { partitions, codeId });
      return { key, partitions, codeId };
    });
  }

  async assets(): Promise<{ key: AssetKey; partitions: PartitionSpec }[]> {
    await null;
    return [...this.#store.assets].map(([key, { partitions }]) => ({ key, partitions }));
  }

  async snapshot(keys: readonly AssetKey[]): Promise<port.Snapshot> {
    await null;
    const failures: port.Failure[] = [];
    const due: port.DueMark[] = [];
    const assets = new Map<AssetKey, port.AssetSnapshot>();
    for (const key of keys) {
      if (assets.has(key)) continue;
      const projection = this.#store.assets.get(key)?.projection ?? new Projection();
      assets.set(key, projection.snapshot());
      for (const { from, to, event } of projection.marks()) {
        const { asset, seq } = event;
        if (event.kind === "due") due.push({ asset, from, to, seq, detail: event.detail });
        else {failures.push({
            asset,
            from,
            to,
            seq,
            at: event.at,
            reason: event.reason,
            message: event.message,
          });}
      }
    }
    const codes = [...this.#store.codes].filter(([, { asset }]) => assets.has(asset))
      .map(([number, { version, edges }]) => [number, { version, edges }] as const);
    return { seq: this.#store.events.length, assets, codes: new Map(codes), failures, due };
  }

  async since(seq: Seq, limit = Infinity): Promise<AssetEvent[]> {
    await null;
    return this.#remembered().filter((event) => event.seq > seq).slice(0, limit).map(giveEvent);
  }

  async events(run: RunId, { after, limit }: { after: Seq; limit: number }): Promise<AssetEvent[]> {
    await null;
    return this.#remembered().filter((event) => event.seq > after && event.run === run).slice(0, limit)
      .map(giveEvent);
  }

  async commit(
    commit: port.Commit,
  ): Promise<port.Committed> {
    const { claim: token, events, intents, reverted, step, release } = commit;
    await null;
    for (const { asset } of events) this.#asset(asset);
    const run = step && this.#run(step.run);
    if (token !== null) {
      const claim = this.#own(token);
      if (claim === undefined) return { status: "superseded" };
      requireCovered(toBeCovered(commit), claim);
      const places = (intents ?? []).flatMap((intent) => this.#store.taken(token, intent));
      if (places.length > 0) return { status: "taken", places };
      const open = new Map(claim.intents);
      for (const event of events) if (event.kind === "materialized") open.delete(event.partition);
      for (const partition of reverted ?? []) open.delete(partition);
      for (const intent of intents ?? []) open.set(intent.event.partition, copyIntent(intent));
      this.#store.claims.set(token, { ...claim, intents: open });
    }
    this.#append(events);
    if (step !== undefined) run?.steps.set(step.step, frozen(step));
    if (token !== null && release) this.#release(token);
    return { status: "committed", seq: this.#store.events.length };
  }

  async claim(
    run: RunId,
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
    begins?: port.StepStart,
    slot?: port.Slot,
  ): Promise<port.ClaimAnswer> {
    await null;
    this.#asset(asset);
    const steps = begins && this.#run(run).steps;
    const held: (port.LiveClaim & { abandoned: boolean })[] = [];
    let free = normalize(ranges);
    for (const other of this.#store.claims.values()) {
      if (other.asset !== asset) continue;
      const taken = intersect(free, other.ranges);
      free = subtract(free, taken);
      for (const { from, to } of taken) {
        held.push({ asset, from, to, run: other.run, abandoned: abandoned(other) });
      }
    }
    if (slot !== undefined) this.#leave(run, slot.pool);
    if (free.length === 0) return { held };
    const full = slot && this.#store.ahead(run, slot);
    if (full !== undefined) {
      this.#store.waits.push({ pool: slot!.pool, run, worker: this.#worker });
      return { held, full };
    }
    const token = this.#store.next();
    this.#store.claims.set(token, {
      asset,
      run,
      ranges: free,
      worker: this.#worker,
      intents: new Map(),
      ...(slot && { pool: slot.pool }),
    });
    if (begins !== undefined) steps?.set(begins.step, running(run, asset, free, begins));
    return { granted: { token, ranges: free, seq: this.#store.events.length }, held };
  }

  async leave(run: RunId, pool: string): Promise<void> {
    await null;
    this.#leave(run, pool);
  }

  async isWanted(token: port.ClaimToken): Promise<boolean> {
    await null;
    const claim = this.#own(token);
    return claim?.pool !== undefined && this.#store.waiting(claim.run, claim.pool).length > 0;
  }

  async release(token: port.ClaimToken): Promise<void> {
    await null;
    this.#release(token);
  }

  async claims(): Promise<port.LiveClaim[]> {
    await null;
    return [...this.#store.claims.values()].filter((claim) => !abandoned(claim))
      .flatMap(({ asset, run, ranges }) => ranges.map(({ from, to }) => ({ asset, from, to, run })));
  }

  async holdings(): Promise<port.Holding[]> {
    await null;
    return [...this.#store.claims.values()].map((claim) => {
      const { run, asset, ranges } = claim;
      return { run, asset, ranges, alive: !abandoned(claim), place: null };
    });
  }

  async free(run: RunId, at: Instant): Promise<void> {
    await null;
    for (const [token, claim] of this.#store.claims) {
      if (claim.run !== run) continue;
      if (claim.intents.size === 0) this.#store.claims.delete(token);
      else this.#store.claims.set(token, { ...claim, worker: null });
    }
    this.#store.waits = this.#store.waits.filter((wait) => wait.run !== run);
    const found = this.#store.runs[run - 1];
    if (found?.worker) interrupt(found, at);
  }

  async recover(at: Instant): Promise<port.Adopted[]> {
    await null;
    for (const run of this.#store.runs) if (run.worker !== null && !run.worker.alive) this.#lose(run, at);
    return [...this.#store.claims].filter(([, claim]) => abandoned(claim)).map(([old, claim]) => {
      const token = this.#store.next();
      this.#store.claims.delete(old);
      const { asset, ranges, run, intents } = claim;
      this.#store.claims.set(token, { asset, ranges, run, intents, worker: this.#worker });
      const open = [...intents].sort(([a], [b]) => a - b).map(([, intent]) => copyIntent(intent));
      return { token, asset, ranges, run, intents: open };
    });
  }

  async materializations(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<port.MaterializationRecord[]> {
    await null;
    const projection = this.#store.assets.get(asset)?.projection ?? new Projection();
    return normalize(ranges).flatMap((range) => projection.materializations(range)).map(
      ({ event, expired }) => {
        const { seq, ...materialized } = giveEvent(event);
        return { partition: event.partition, seq, expired, event: materialized };
      },
    );
  }

  async filesBelow(folder: string): Promise<port.PublishedFile[]> {
    await null;
    const files = this.#files().filter(({ path }) => path === folder || path.startsWith(`${folder}/`));
    const byPath = new Map(files.map((file) => [file.path, file]));
    return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async filesAt(paths: readonly string[]): Promise<port.PublishedFile[]> {
    await null;
    const wanted = new Set(paths);
    return this.#files().filter(({ path }) => wanted.has(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The files of what stands, in the order in which it was materialized. */
  #files(): port.PublishedFile[] {
    const latest = [...this.#store.assets.values()]
      .flatMap(({ projection }) => projection.materializations({ from: -Infinity, to: Infinity }))
      .filter(({ expired }) => !expired)
      .sort((a, b) => a.event.seq - b.event.seq);
    return latest.flatMap(({ event }) => {
      const { asset, partition, payload } = giveEvent(event);
      return payload.files.map((file) => ({ ...file, asset, partition }));
    });
  }

  async history(asset: AssetKey, partition: number): Promise<(Materialized & { seq: Seq })[]> {
    await null;
    const found: (Materialized & { seq: Seq })[] = [];
    for (const event of this.#store.events.toReversed()) {
      if (event.asset !== asset) continue;
      if (event.kind === "wiped" && event.from <= partition && event.to >= partition) break;
      if (event.kind !== "materialized" || event.partition !== partition) continue;
      if (!this.#store.forgotten.events.has(event.seq)) found.push(giveEvent(event));
    }
    return found;
  }

  async replaced(before: Instant): Promise<port.Replaced[]> {
    await null;
    const old = this.#remembered().filter((event) =>
      event.kind === "materialized" && event.at < before && !this.#stands(event)
    ) as (Materialized & { seq: Seq })[];
    const byPartition = Map.groupBy(old, ({ asset, partition }) => `${partition} ${asset}`);
    return [...byPartition.values()].map((those) => {
      const { asset, partition } = those[0]!;
      return { asset, partition, materializations: those.map(({ seq }) => seq) };
    });
  }

  async forget(materializations: readonly Seq[]): Promise<void> {
    await null;
    for (const seq of materializations) {
      const event = this.#store.events[seq - 1];
      if (event?.kind === "materialized" && !this.#stands(event)) this.#store.forgotten.events.add(seq);
    }
  }

  async forgetOlder(before: Instant, counting?: "only"): Promise<Omit<port.Forgotten, "ticks">> {
    await null;
    const { events, runs, forgotten } = this.#store;
    const over = this.#remembered().filter((event) =>
      event.kind !== "materialized" && event.at < before && event.seq < events.length && !this.#speaks(event)
    );
    const standing = new Set(
      this.#remembered().flatMap((event) => this.#stands(event) ? event.run ?? [] : []),
    );
    const held = new Set([...this.#store.claims.values()].map(({ run }) => run));
    const old = runs.filter(({ record: { id, ended, request } }) =>
      ended !== null && ended < before && id < runs.length && !forgotten.runs.has(id) && !held.has(id) &&
      !(request.command === "rollback" && standing.has(id))
    );
    if (counting === undefined) {
      await this.backfills.forget(before);
      for (const { seq } of over) forgotten.events.add(seq);
      for (const { record, steps, logs } of old) {
        forgotten.runs.add(record.id);
        steps.clear();
        logs.length = 0;
      }
    }
    return { events: over.length, runs: old.length };
  }

  async rechecked(asset: AssetKey, partition: number): Promise<readonly CheckResult[] | undefined> {
    await null;
    const [latest] = await this.materializations(asset, [{ from: partition, to: partition }]);
    const newest = this.#store.events.findLast((event) =>
      event.kind === "checked" && event.asset === asset && event.partition === partition &&
      event.of === latest?.seq
    );
    return newest?.kind === "checked" ? newest.checks : undefined;
  }

  async beginRun(request: port.RunRequest, at: Instant): Promise<RunId> {
    await null;
    if (request.key !== undefined) {
      throw new Error(`beginning a run: found the key "${request.key}", wanted none`);
    }
    return this.#insert(request, at, { status: "running", worker: this.#worker, queue: null });
  }

  async endRun(id: RunId, status: port.RunStatus, summary: Json, at: Instant): Promise<void> {
    await null;
    const run = this.#run(id);
    this.#store.waits = this.#store.waits.filter((wait) => wait.run !== id);
    run.record = { ...run.record, status, summary: frozen(summary), ended: at };
    run.worker = null;
  }

  async enqueue(
    request: port.RunRequest,
    at: Instant,
    why: readonly port.AssetEvaluation[] = [],
  ): Promise<{ run: RunId; isNew: boolean }> {
    await null;
    const queued = this.#enqueue(request, at);
    if (queued.isNew) this.#ticks.keep(why, queued.run);
    return queued;
  }

  #enqueue(request: port.RunRequest, at: Instant): { run: RunId; isNew: boolean } {
    const { key } = request;
    const known = key === undefined ? undefined : this.#store.keys.get(key);
    if (known !== undefined) return { run: known, isNew: false };
    const queue = { deaths: 0, seen: this.#store.events.length };
    const run = this.#insert(request, at, { status: "queued", worker: null, queue });
    if (key !== undefined) this.#store.keys.set(key, run);
    return { run, isNew: true };
  }

  async noteTick(tick: port.TickRecord, evaluations: readonly port.AssetEvaluation[] = []): Promise<void> {
    await null;
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

  async take(at: Instant, above = -Infinity): Promise<port.TakenRun | undefined> {
    await null;
    const queued = this.#store.runs.filter(({ record: { id, status } }) =>
      status === "queued" && !this.#store.isPaused(id)
    );
    const priority = ({ record: { request } }: StoredRun) => request.priority ?? 0;
    const [first] = queued.filter((run) => priority(run) > above).sort((a, b) => priority(b) - priority(a));
    if (first === undefined) return undefined;
    first.record = { ...first.record, status: "running", started: at };
    first.worker = this.#worker;
    const { id, request } = first.record;
    return { id, request, steps: Math.max(0, ...first.steps.keys()) };
  }

  async oldest(): Promise<Instant | null> {
    await null;
    const queued = this.#store.runs.filter(({ record: { id, status } }) =>
      status === "queued" && !this.#store.isPaused(id)
    );
    return queued.length === 0 ? null : Math.min(...queued.map(({ record }) => record.started));
  }

  async gotOn(id: RunId): Promise<void> {
    await null;
    const { queue } = this.#run(id);
    if (queue !== null) queue.deaths = -1;
  }

  async cancel(id: RunId, at: Instant): Promise<port.RunStatus> {
    await null;
    return cancel(this.#run(id), at);
  }

  async isCancelled(id: RunId): Promise<boolean> {
    await null;
    return this.#store.runs[id - 1]?.isCancelled ?? false;
  }

  async runs(limit: number, command?: port.RunCommand): Promise<port.RunRecord[]> {
    await null;
    const newest = this.#store.runs.map(recordOf).filter(({ id }) => !this.#store.forgotten.runs.has(id))
      .reverse();
    return newest.filter(({ request }) => command === undefined || request.command === command)
      .slice(0, limit);
  }

  async runCounts(): Promise<Record<port.RunStatus, number>> {
    const counts = noRuns();
    for (const { status } of await this.runs(Infinity)) counts[status]++;
    return counts;
  }

  async run(id: RunId): Promise<{ run: port.RunRecord; steps: port.StepRecord[] } | undefined> {
    await null;
    const found = this.#store.runs[id - 1];
    const run = this.#record(id);
    if (found === undefined || run === undefined) return undefined;
    const steps = [...found.steps.values()].sort((a, b) => a.step - b.step);
    return { run, steps: steps.map((step) => ended(step, run)) };
  }

  async log(run: RunId, entries: readonly port.LogEntry[]): Promise<void> {
    await null;
    this.#run(run).logs.push(...entries.map(frozen));
  }

  async logs(run: RunId): Promise<port.LogEntry[]> {
    await null;
    return this.#store.runs[run - 1]?.logs.slice() ?? [];
  }

  async workersBeside(): Promise<number> {
    await null;
    return [...this.#store.workers].filter((worker) => worker.alive && worker !== this.#worker).length;
  }

  watch(signal: AbortSignal): AsyncIterable<Seq> {
    const { events, runs } = this.#store;
    return this.#after(events.length, runs.length, AbortSignal.any([signal, this.#closed.signal]));
  }

  async *#after(event: number, run: number, signal: AbortSignal): AsyncGenerator<Seq> {
    const { events, runs, listeners } = this.#store;
    for await (const _ of listeners.turns(signal)) {
      if (events.length === event && runs.length === run) continue;
      [event, run] = [events.length, runs.length];
      yield event;
    }
  }

  async lead(name: string): Promise<boolean> {
    await null;
    const { leads } = this.#store;
    if (!leads.get(name)?.alive) leads.set(name, this.#worker);
    return leads.get(name) === this.#worker;
  }

  async leader(name: string): Promise<port.Leader | undefined> {
    await null;
    return this.#store.leads.get(name)?.alive ? { place: null } : undefined;
  }

  async close(): Promise<void> {
    await null;
    this.#closed.abort();
    for (const token of this.#store.claims.keys()) this.#release(token);
    for (const run of this.#store.runs) {
      if (run.worker !== this.#worker || run.queue === null || run.isCancelled) continue;
      run.record = { ...run.record, status: "queued" };
      run.worker = null;
    }
    this.#worker.alive = false;
  }

  /** A run that was not forgotten. */
  #record(id: RunId): port.RunRecord | undefined {
    const found = this.#store.runs[id - 1];
    return found === undefined || this.#store.forgotten.runs.has(id) ? undefined : recordOf(found);
  }

  #remembered(): AssetEvent[] {
    const { events, forgotten } = this.#store;
    return events.filter(({ seq }) => !forgotten.events.has(seq));
  }

  /** Whether a materialization is its partition's latest. */
  #stands(event: AssetEvent): boolean {
    if (event.kind !== "materialized") return false;
    return this.#store.assets.get(event.asset)?.projection.seqOf(event.partition) === event.seq;
  }

  /** Whether an event that is no materialization still says something of a partition. */
  #speaks(event: AssetEvent): boolean {
    const projection = this.#store.assets.get(event.asset)?.projection;
    if (projection === undefined) return false;
    switch (event.kind) {
      case "materialized":
        return true;
      case "checked":
        return projection.seqOf(event.partition) === event.of && projection.isMaterialized(event.partition) &&
          this.#remembered().findLast((other) =>
              other.kind === "checked" && other.asset === event.asset &&
              other.partition === event.partition &&
              other.of === event.of
            )?.seq === event.seq;
      case "wiped":
        return projection.wipedBy(event.seq);
      case "expired":
        return projection.materializations(event).some(({ expired }) => expired);
      case "failed":
      case "due":
        return projection.marks().some((mark) => mark.event.seq === event.seq);
    }
  }

  #insert(
    request: port.RunRequest,
    at: Instant,
    { status, worker, queue }: Pick<StoredRun, "worker" | "queue"> & { readonly status: port.RunStatus },
  ): RunId {
    const id = this.#store.runs.length + 1;
    const record = { id, status, started: at, ended: null, request: frozen(request), summary: null };
    this.#store.runs.push({ record, worker, steps: new Map(), logs: [], isCancelled: false, queue });
    this.#store.listeners.tell();
    return id;
  }

  /** Queues a run again whose worker is no more, if somebody had; otherwise, or in the end, it ends. */
  #lose(run: StoredRun, at: Instant): void {
    const { record, queue, isCancelled } = run;
    const { events } = this.#store;
    run.worker = null;
    if (queue === null) run.record = { ...record, status: "interrupted", ended: at };
    else if (isCancelled) run.record = { ...record, status: "cancelled", ended: at };
    else {
      const isOn = events.slice(queue.seen).some((event) => event.run === record.id);
      queue.deaths = isOn ? 0 : queue.deaths + 1;
      queue.seen = events.length;
      run.record = queue.deaths < MOST_DEATHS
        ? { ...record, status: "queued" }
        : { ...record, status: "failed", ended: at, summary: GIVEN_UP };
    }
  }

  #leave(run: RunId, pool: string): void {
    this.#store.waits = this.#store.waits.filter((wait) =>
      wait.pool !== pool || wait.run !== run || wait.worker !== this.#worker
    );
  }

  #append(events: readonly NewEvent[]): void {
    const touched = new Set<Projection>();
    for (const event of events) {
      const numbered = keepEvent({ ...event, seq: this.#store.events.length + 1 });
      const { projection } = this.#asset(event.asset);
      this.#store.events.push(numbered);
      projection.apply(numbered);
      touched.add(projection);
    }
    for (const projection of touched) projection.trimMarks();
    if (events.length > 0) this.#store.listeners.tell();
  }

  #codeId(asset: AssetKey, { version, edges }: port.CodeRecord): number {
    const plain = frozen(edges.map(({ upstream, mapping }) => ({ upstream, mapping })));
    const text = JSON.stringify(plain);
    for (const [id, code] of this.#store.codes) {
      if (code.asset === asset && code.version === version && JSON.stringify(code.edges) === text) {
        return id;
      }
    }
    const id = this.#store.codes.size + 1;
    this.#store.codes.set(id, { asset, version, edges: plain });
    return id;
  }

  #asset(key: AssetKey): StoredAsset {
    const asset = this.#store.assets.get(key);
    if (asset === undefined) {
      throw new Error(`using the state: found asset "${key}", wanted one that was registered`);
    }
    return asset;
  }

  #run(id: RunId): StoredRun {
    const run = this.#store.runs[id - 1];
    if (run === undefined) throw new Error(`using the state: found run ${id}, wanted one that was begun`);
    return run;
  }

  #own(token: port.ClaimToken): StoredClaim | undefined {
    const claim = this.#store.claims.get(token);
    return claim?.worker === this.#worker ? claim : undefined;
  }

  #release(token: port.ClaimToken): void {
    const claim = this.#own(token);
    if (claim === undefined) return;
    if (claim.intents.size === 0) this.#store.claims.delete(token);
    else this.#store.claims.set(token, { ...claim, worker: null });
  }
}

export function memoryState(store: MemoryStore, worker: string): port.State {
  return new MemoryState(store, worker);
}

function interrupt(run: StoredRun, at: Instant): void {
  run.record = { ...run.record, status: "interrupted", ended: at };
  run.worker = null;
}

/** @returns How it stood until then. */
function cancel(run: StoredRun, at: Instant): port.RunStatus {
  const { status } = recordOf(run);
  if (status === "queued") {
    run.record = { ...run.record, status: "cancelled", started: at, ended: at };
    run.worker = null;
  }
  if (status === "queued" || status === "running") run.isCancelled = true;
  return status;
}

function abandoned({ worker }: StoredClaim): boolean {
  return worker === null || !worker.alive;
}

/** A step that has just begun. */
function running(
  run: RunId,
  asset: AssetKey,
  ranges: Ranges,
  { step, at: started }: port.StepStart,
): port.StepRecord {
  const { from } = ranges[0]!;
  const { to } = ranges.at(-1)!;
  const outcome = "running";
  return { run, step, asset, from, to, started, ended: null, outcome, materialized: 0, failed: 0 };
}

/** A run whose worker is no more is queued again or interrupted, whether or not anybody has noted it yet. */
function recordOf({ record, worker, queue, isCancelled }: StoredRun): port.RunRecord {
  if (record.status !== "running" || worker?.alive) return record;
  return { ...record, status: leftStatus({ isQueued: queue !== null, isCancelled }) };
}
