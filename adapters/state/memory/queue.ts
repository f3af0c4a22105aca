import type { AssetKey, Instant, RunId, RunRequest, RunStatus, TakenRun } from "../../../core/mod.ts";
import { GIVEN_UP, MOST_DEATHS } from "../ended.ts";
import type { EventLog } from "./event_log.ts";
import { recordOf, type Runs } from "./runs.ts";
import type { MemoryStore, StoredRun, Worker } from "./store.ts";

/** The runs that wait for a worker. */
export class Queue {
  readonly #store: MemoryStore;
  readonly #worker: Worker;
  readonly #runs: Runs;
  readonly #log: EventLog;

  constructor(store: MemoryStore, worker: Worker, runs: Runs, log: EventLog) {
    this.#store = store;
    this.#worker = worker;
    this.#runs = runs;
    this.#log = log;
  }

  enqueue(request: RunRequest, at: Instant): { run: RunId; isNew: boolean } {
    const { key } = request;
    const known = key === undefined ? undefined : this.#store.keys.get(key);
    if (known !== undefined) {
      this.#store.keys.set(key!, { ...known, used: Math.max(known.used, at) });
      return { run: known.run, isNew: false };
    }
    const queue = { deaths: 0, seen: this.#log.head };
    const run = this.#runs.insert(request, at, { status: "queued", worker: null, queue });
    if (key !== undefined) this.#store.keys.set(key, { run, used: at });
    return { run, isNew: true };
  }

  keysUsedBefore(before: Instant, { after, limit }: { after: string; limit: number }): string[] {
    const keys = [...this.#store.keys.keys()].filter((key) => key > after && this.#isOver(key, before));
    return keys.sort().slice(0, limit);
  }

  forgetKeys(keys: readonly string[], before: Instant): void {
    for (const key of keys) if (this.#isOver(key, before)) this.#store.keys.delete(key);
  }

  /** Whether nobody asked by a key since, and its run has ended. */
  #isOver(key: string, before: Instant): boolean {
    const known = this.#store.keys.get(key);
    if (known === undefined || known.used >= before) return false;
    const status = this.#runs.record(known.run)?.status;
    return status !== "queued" && status !== "running";
  }

  take(
    at: Instant,
    above: number,
    waiting: readonly AssetKey[],
    assets?: readonly AssetKey[],
  ): TakenRun | undefined {
    const waits = ({ command, ranges }: RunRequest) =>
      command === "materialize" && ranges.some(({ asset }) => waiting.includes(asset));
    const isOfOthers = ({ ranges }: RunRequest) =>
      assets !== undefined && ranges.some(({ asset }) => !assets.includes(asset));
    const queued = this.#store.runs.filter(({ record: { id, status, request } }) =>
      status === "queued" && !this.#isPaused(id) && !waits(request) && !isOfOthers(request)
    );
    const priority = ({ record: { request } }: StoredRun) => request.priority ?? 0;
    const [first] = queued.filter((run) => priority(run) > above).sort((a, b) => priority(b) - priority(a));
    if (first === undefined) return undefined;
    first.record = { ...first.record, status: "running", started: at };
    first.worker = this.#worker;
    first.stepsBefore = Math.max(0, ...first.steps.keys());
    const { id, request } = first.record;
    return { id, request, steps: first.stepsBefore, seq: this.#log.head };
  }

  oldest(): Instant | null {
    const queued = this.#store.runs.filter(({ record: { id, status } }) =>
      status === "queued" && !this.#isPaused(id)
    );
    return queued.length === 0 ? null : Math.min(...queued.map(({ record }) => record.started));
  }

  handBackOne(id: RunId, at: Instant): void {
    const run = this.#store.runs[id - 1];
    if (run?.worker !== this.#worker || run.queue === null || run.record.status !== "running") return;
    run.record = run.isCancelled
      ? { ...run.record, status: "cancelled", ended: at }
      : { ...run.record, status: "queued" };
    run.worker = null;
  }

  gotOn(id: RunId): void {
    const { queue } = this.#runs.get(id);
    if (queue !== null) queue.deaths = -1;
  }

  /** @returns How it stood until then. */
  cancel(run: StoredRun, at: Instant): RunStatus {
    const { status } = recordOf(run);
    if (status === "queued") {
      run.record = { ...run.record, status: "cancelled", started: at, ended: at };
      run.worker = null;
    }
    if (status === "queued" || status === "running") run.isCancelled = true;
    return status;
  }

  isCancelled(id: RunId): boolean {
    return this.#store.runs[id - 1]?.isCancelled ?? false;
  }

  /** Queues runs again whose workers are no more, if somebody had; otherwise, or in the end, they end. */
  recover(at: Instant): void {
    for (const run of this.#store.runs) if (run.worker !== null && !run.worker.alive) this.#lose(run, at);
  }

  /** Queues what this worker took and has not ended. */
  handBack(): void {
    for (const run of this.#store.runs) {
      if (run.worker !== this.#worker || run.queue === null || run.isCancelled) continue;
      run.record = { ...run.record, status: "queued" };
      run.worker = null;
    }
  }

  #lose(run: StoredRun, at: Instant): void {
    const { record, queue, isCancelled } = run;
    const { events } = this.#store;
    const waited = this.#waited(run);
    run.worker = null;
    if (queue === null) run.record = { ...record, status: "interrupted", ended: at };
    else if (isCancelled) run.record = { ...record, status: "cancelled", ended: at };
    else {
      const isOn = events.slice(queue.seen).some((event) => event.run === record.id);
      if (isOn) queue.deaths = 0;
      else if (!waited) queue.deaths++;
      queue.seen = events.length;
      run.record = queue.deaths < MOST_DEATHS
        ? { ...record, status: "queued" }
        : { ...record, status: "failed", ended: at, summary: GIVEN_UP };
    }
  }

  /** Whether all that a run's worker did was to wait for a slot. */
  #waited({ record: { id }, worker }: StoredRun): boolean {
    const isOfRun = (each: { readonly run: RunId; readonly worker: Worker | null }) =>
      each.run === id && each.worker === worker;
    return this.#store.waits.some(isOfRun) && ![...this.#store.claims.values()].some(isOfRun);
  }

  /** Whether a run makes a batch of a backfill that is paused. */
  #isPaused(run: RunId): boolean {
    return [...this.#store.backfills.values()].some(({ record, batches }) =>
      record.status === "paused" && batches.some((batch) => batch.run === run)
    );
  }
}
