import type {
  Instant,
  Json,
  KeptLogEntry,
  LogEntry,
  LogPage,
  RunFilter,
  RunId,
  RunRecord,
  RunRequest,
  RunStatus,
  StepRecord,
} from "../../../core/mod.ts";
import { ended, leftStatus, noRuns } from "../ended.ts";
import { frozen } from "./copies.ts";
import type { MemoryStore, StoredRun } from "./store.ts";

/** The records of runs, with their steps and logs. */
export class Runs {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  insert(
    request: RunRequest,
    at: Instant,
    { status, worker, queue }: Pick<StoredRun, "worker" | "queue"> & { readonly status: RunStatus },
  ): RunId {
    const id = this.#store.runs.length + 1;
    const record = { id, status, started: at, ended: null, request: frozen(request), summary: null };
    this.#store.runs.push({
      record,
      worker,
      steps: new Map(),
      logs: [],
      stepsBefore: 0,
      isCancelled: false,
      queue,
    });
    this.#store.listeners.tell();
    return id;
  }

  /** @throws If it was not begun. */
  get(id: RunId): StoredRun {
    const run = this.#store.runs[id - 1];
    if (run === undefined) throw new Error(`using the state: found run ${id}, wanted one that was begun`);
    return run;
  }

  end(id: RunId, status: RunStatus, summary: Json, at: Instant): void {
    const run = this.get(id);
    run.record = { ...run.record, status, summary: frozen(summary), ended: at };
    run.worker = null;
  }

  /** Notes that a run was interrupted whose worker may still live. */
  interrupt(id: RunId, at: Instant): void {
    const run = this.#store.runs[id - 1];
    if (!run?.worker) return;
    run.record = { ...run.record, status: "interrupted", ended: at };
    run.worker = null;
  }

  step(step: StepRecord): void {
    this.get(step.run).steps.set(step.step, frozen(step));
  }

  /** Newest first. */
  list(limit: number, filter: RunFilter): RunRecord[] {
    return this.#store.runs.map(recordOf).reverse()
      .filter((run) => !this.#store.forgotten.runs.has(run.id) && isMeant(run, filter))
      .slice(0, limit);
  }

  counts(filter: RunFilter = {}): Record<RunStatus, number> {
    const counts = noRuns();
    for (const { status } of this.list(Infinity, filter)) counts[status]++;
    return counts;
  }

  /** A run that was not forgotten. */
  record(id: RunId): RunRecord | undefined {
    const found = this.#store.runs[id - 1];
    return found === undefined || this.#store.forgotten.runs.has(id) ? undefined : recordOf(found);
  }

  withSteps(id: RunId): { run: RunRecord; steps: StepRecord[] } | undefined {
    const run = this.record(id);
    if (run === undefined) return undefined;
    const { steps, stepsBefore } = this.get(id);
    const inOrder = [...steps.values()].sort((a, b) => a.step - b.step);
    return { run, steps: ended(inOrder, run, stepsBefore) };
  }

  log(run: RunId, entries: readonly LogEntry[]): void {
    this.get(run).logs.push(...entries.map(frozen));
  }

  logs(
    run: RunId,
    { step, levels, after = 0, before = Infinity, limit = Infinity }: LogPage,
  ): KeptLogEntry[] {
    const meant = (this.#store.runs[run - 1]?.logs ?? [])
      .map((entry, place) => ({ ...entry, line: place + 1 }))
      .filter((entry) =>
        entry.line > after && entry.line < before && (step === undefined || entry.step === step) &&
        (levels === undefined || levels.includes(entry.level))
      );
    return before === Infinity ? meant.slice(0, limit) : meant.slice(Math.max(0, meant.length - limit));
  }
}

function isMeant({ id, status, started, request }: RunRecord, filter: RunFilter): boolean {
  const { command, statuses, asset, parent, since = -Infinity, until = Infinity, before = Infinity } = filter;
  return id < before && started >= since && started < until &&
    (command === undefined || request.command === command) &&
    (statuses === undefined || statuses.includes(status)) &&
    (parent === undefined || request.parent === parent) &&
    (asset === undefined || request.ranges.some((range) => range.asset === asset));
}

/** A run whose worker is no more is queued again or interrupted, whether or not anybody has noted it yet. */
export function recordOf({ record, worker, queue, isCancelled }: StoredRun): RunRecord {
  if (record.status !== "running" || worker?.alive) return record;
  return { ...record, status: leftStatus({ isQueued: queue !== null, isCancelled }) };
}
