import type {
  AssetKey,
  Instant,
  Json,
  KeptLogEntry,
  LogEntry,
  LogLevel,
  LogPage,
  RunFilter,
  RunId,
  RunRecord,
  RunRequest,
  RunStatus,
  Seq,
  StepRecord,
} from "../../../core/mod.ts";
import { ended, leftStatus } from "../ended.ts";
import type { Database } from "./database.ts";
import type { Registry } from "./registry.ts";
import { noRuns } from "../ended.ts";
import { cover, type Left, STATUSES, statusNumber } from "./queue.ts";
import { OUTCOMES, STEPS_AT_WORK } from "./steps.ts";
import type { Workers } from "./workers.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** An index holds the runs of other commands, and is used where it is said that these alone are meant. */
const OF_COMMAND = "request ->> '$.command' = ?", OTHER_COMMAND = "request ->> '$.command' <> 'materialize'";
const RUNNING = statusNumber("running"), INTERRUPTED = statusNumber("interrupted");

type RunRow = {
  readonly id: RunId;
  readonly status: number;
  readonly worker: number | null;
  readonly started: Instant;
  readonly took: number | null;
  readonly request: string;
  readonly summary: string | null;
  readonly deaths: number | null;
  readonly cancelled: number;
  readonly steps_before: number;
};
/** What tells how a run stands. */
type StandingRow = Pick<RunRow, "id" | "status" | "worker" | "deaths" | "cancelled">;
type StepRow = {
  readonly run: RunId;
  readonly step: number;
  readonly asset: number;
  readonly first: number;
  readonly last: number | null;
  readonly started: Instant;
  readonly took: number;
  readonly outcome: number;
  readonly materialized: number;
  readonly failed: number;
};
type LogRow = {
  readonly line: number;
  readonly step: number;
  readonly at: Instant;
  readonly level: number;
  readonly message: string;
  readonly fields: string | null;
};

/** Runs with their steps and logs. */
export class Runs {
  readonly #db: Database;
  readonly #registry: Registry;
  readonly #workers: Workers;
  /** The runs that this handle began and has not ended: where their events end is noted then. */
  readonly #open = new Set<RunId>();

  constructor(db: Database, registry: Registry, workers: Workers) {
    this.#db = db;
    this.#registry = registry;
    this.#workers = workers;
  }

  begin(request: RunRequest, at: Instant, head: Seq): RunId {
    if (request.key !== undefined) {
      throw new Error(`beginning a run: found the key "${request.key}", wanted none`);
    }
    const { id } = this.#db.get<{ id: RunId }>(
      `INSERT INTO runs (status, worker, started, after, request, priority) VALUES (?, ?, ?, ?, ?, ?)
      RETURNING id`,
      RUNNING,
      this.#workers.self(),
      at,
      head,
      JSON.stringify(request),
      request.priority ?? 0,
    )!;
    this.#open.add(id);
    cover(this.#db, id, request);
    return id;
  }

  /** Notes that events up to `seq` belong to the runs. */
  extend(runs: Iterable<RunId>, seq: Seq): void {
    for (const run of runs) {
      if (!this.#open.has(run)) {
        this.#db.run("UPDATE runs SET last = ? WHERE id = ? AND last IS NOT NULL", seq, run);
      }
    }
  }

  end(run: RunId, status: RunStatus, summary: Json, at: Instant, head: Seq): void {
    const ended = this.#db.run(
      "UPDATE runs SET status = ?, worker = NULL, took = ? - started, last = ?, summary = ? WHERE id = ?",
      STATUSES.indexOf(status),
      at,
      this.#open.has(run) ? head : null,
      summary === null ? null : JSON.stringify(summary),
      run,
    );
    this.#open.delete(run);
    if (ended === 0) throw new Error(`ending run ${run}: found no such run, wanted one that was begun`);
  }

  /** The runs whose workers are no more, as long as those have claims: those that somebody queued, and the others. */
  left(): { queued: Left[]; others: RunId[] } {
    const running = this.#db.all<Left & { worker: number; deaths: number | null }>(
      `SELECT id, worker, deaths, seen, cancelled,
        EXISTS (SELECT 1 FROM waits w WHERE w.run = runs.id AND w.worker = runs.worker)
          AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.run = runs.id AND c.worker = runs.worker) AS waited
      FROM runs WHERE worker IS NOT NULL ORDER BY id`,
    );
    const left = running.filter(({ worker }) => !this.#workers.alive(worker));
    return {
      queued: left.filter(({ deaths }) => deaths !== null),
      others: left.filter(({ deaths }) => deaths === null).map(({ id }) => id),
    };
  }

  /** Marks a run as interrupted, unless it has ended. */
  mark(run: RunId, at: Instant): void {
    this.#db.run(
      "UPDATE runs SET status = ?, worker = NULL, took = ? - started WHERE id = ? AND worker IS NOT NULL",
      INTERRUPTED,
      at,
      run,
    );
  }

  /** Follows the events of a run that was taken. */
  open(run: RunId): void {
    this.#open.add(run);
  }

  /** @throws {Error} If there is no such run. */
  status(run: RunId): RunStatus {
    const row = this.#db.get<RunRow>("SELECT * FROM runs WHERE id = ?", run);
    if (row === undefined) throw new Error(`using the state: found run ${run}, wanted one that was begun`);
    return this.#runOf(row).status;
  }

  statuses(runs: readonly RunId[]): Map<RunId, RunStatus> {
    if (runs.length === 0) return new Map();
    const rows = this.#db.all<StandingRow>(
      "SELECT id, status, worker, deaths, cancelled FROM runs WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify(runs),
    );
    return new Map(rows.map((row) => [row.id, this.#statusOf(row)]));
  }

  list(limit: number, filter: RunFilter): RunRecord[] {
    const found: RunRecord[] = [];
    for (let before = filter.before ?? Number.MAX_SAFE_INTEGER; found.length < limit;) {
      const page = this.#page(limit, { ...filter, before });
      found.push(...page.filter(({ status }) => filter.statuses?.includes(status) ?? true));
      if (page.length < limit) break;
      before = page.at(-1)!.id;
    }
    return found.slice(0, limit);
  }

  /** Those that may be meant: of runs at work it is not known yet whether their workers live. */
  #page(
    limit: number,
    { command, statuses, asset, parent, since, until, before }: RunFilter & { readonly before: number },
  ): RunRecord[] {
    const numbers = statuses?.map(statusNumber);
    const newestOf = (status: number) =>
      ` UNION ALL SELECT id FROM (
        SELECT id FROM runs WHERE worker IS NULL AND status = ${status} AND id < ${before} ORDER BY id DESC LIMIT ${limit}
      )`;
    const window = since === undefined && until === undefined
      ? undefined
      : [since ?? Number.MIN_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER];
    const conditions:
      readonly (readonly [condition: string, value: string | number | readonly number[] | undefined])[] = [
        ["id < ?", before],
        [command === "materialize" ? OF_COMMAND : `${OF_COMMAND} AND ${OTHER_COMMAND}`, command],
        ["id IN (SELECT run FROM run_assets WHERE asset = ?)", asset],
        ["request ->> '$.parent' = ?", parent],
        // By the index alone, so that no row is read to be sorted.
        ["id IN (SELECT id FROM runs WHERE started >= ? AND started < ?)", window],
      ];
    const said = conditions.filter(([, value]) => value !== undefined);
    // Without more to say, the newest of each status are found by their index, however many others there are.
    const isAlone = said.every(([condition]) => condition === "id < ?");
    const standing = !isAlone
      ? `(worker IS NOT NULL OR status IN (${numbers?.join(", ")}))`
      : `id IN (SELECT id FROM runs WHERE worker IS NOT NULL${numbers?.map(newestOf).join("")})`;
    const where = [...said.map(([condition]) => condition), ...numbers === undefined ? [] : [standing]];
    return this.#db.all<RunRow>(
      `SELECT * FROM runs WHERE ${where.join(" AND ")} ORDER BY id DESC LIMIT ?`,
      ...said.flatMap(([, value]) => value!),
      limit,
    ).map((row) => this.#runOf(row));
  }

  counts(): Record<RunStatus, number> {
    const counts = noRuns();
    const ended = this.#db.all<{ status: number; runs: number }>(
      "SELECT status, count(*) AS runs FROM runs WHERE worker IS NULL GROUP BY status",
    );
    for (const { status, runs } of ended) counts[STATUSES[status]!] = runs;
    for (const row of this.#atWork()) counts[this.#statusOf(row)]++;
    return counts;
  }

  countsBetween(bounds: readonly Instant[]): Record<RunStatus, number>[] {
    const all = bounds.slice(1).map((until, place) => {
      const counts = noRuns();
      const ended = this.#db.all<{ status: number; runs: number }>(
        `SELECT status, count(*) AS runs FROM runs WHERE started >= ? AND started < ? AND worker IS NULL
        GROUP BY status`,
        bounds[place]!,
        until,
      );
      for (const { status, runs } of ended) counts[STATUSES[status]!] = runs;
      return counts;
    });
    for (const row of this.#atWork()) {
      const counts = all.find((_, place) =>
        bounds[place]! <= row.started && row.started < bounds[place + 1]!
      );
      if (counts !== undefined) counts[this.#statusOf(row)]++;
    }
    return all;
  }

  #atWork(): RunRow[] {
    return this.#db.all<RunRow>("SELECT * FROM runs WHERE worker IS NOT NULL");
  }

  get(id: RunId): { run: RunRecord; steps: StepRecord[] } | undefined {
    const row = this.#db.get<RunRow>("SELECT * FROM runs WHERE id = ?", id);
    if (row === undefined) return undefined;
    const steps = this.#db.all<StepRow>(
      `SELECT * FROM steps WHERE run = ?1
      UNION ALL ${STEPS_AT_WORK} AND run = ?1 AND step NOT IN (SELECT step FROM steps WHERE run = ?1)
      ORDER BY step`,
      id,
    );
    const run = this.#runOf(row);
    return { run, steps: ended(steps.map((step) => this.#stepOf(step)), run, row.steps_before) };
  }

  step(record: StepRecord): void {
    this.#db.run(
      `INSERT OR REPLACE INTO steps
        (run, step, asset, first, last, started, took, outcome, materialized, failed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.run,
      record.step,
      this.#registry.id(record.asset),
      record.from,
      record.to === record.from ? null : record.to,
      record.started,
      (record.ended ?? record.started) - record.started,
      OUTCOMES.indexOf(record.outcome),
      record.materialized,
      record.failed,
    );
  }

  log(run: RunId, entries: readonly LogEntry[]): void {
    let line =
      this.#db.get<{ line: number | null }>("SELECT max(line) AS line FROM logs WHERE run = ?", run)!.line ??
        0;
    for (const { step, at, level, message, fields } of entries) {
      this.#db.run(
        "INSERT INTO logs (run, line, step, at, level, message, fields) VALUES (?, ?, ?, ?, ?, ?, ?)",
        run,
        ++line,
        step,
        at,
        LEVELS.indexOf(level),
        // A text ends there for SQLite.
        message.replaceAll("\0", "\uFFFD"),
        Object.keys(fields).length === 0 ? null : JSON.stringify(fields),
      );
    }
  }

  logs(run: RunId, { step, levels, after = 0, before, limit }: LogPage): KeptLogEntry[] {
    const rows = this.#db.all<LogRow>(
      `SELECT * FROM logs
      WHERE run = ?1 AND line > ?2 AND line < ?3 AND (?4 IS NULL OR step = ?4)
        AND (?5 IS NULL OR level IN (SELECT value FROM json_each(?5)))
      ORDER BY line ${before === undefined ? "" : "DESC"} LIMIT ?6`,
      run,
      after,
      before ?? Number.MAX_SAFE_INTEGER,
      step ?? null,
      levels === undefined ? null : JSON.stringify(levels.map((level) => LEVELS.indexOf(level))),
      limit ?? -1,
    );
    return (before === undefined ? rows : rows.reverse()).map((
      { line, step, at, level, message, fields },
    ) => ({
      line,
      step,
      at,
      level: LEVELS[level]!,
      message,
      fields: fields === null ? {} : JSON.parse(fields),
    }));
  }

  /** A run whose worker is no more is queued again or interrupted, whether or not anybody has noted it yet. */
  #statusOf({ status, worker, deaths, cancelled }: StandingRow): RunStatus {
    const isLeft = status === RUNNING && !this.#workers.alive(worker);
    return isLeft
      ? leftStatus({ isQueued: deaths !== null, isCancelled: cancelled === 1 })
      : STATUSES[status]!;
  }

  #runOf(row: RunRow): RunRecord {
    const { id, started, took, request, summary } = row;
    return {
      id,
      status: this.#statusOf(row),
      started,
      ended: took === null ? null : started + took,
      request: requestOf(JSON.parse(request)),
      summary: summary === null ? null : JSON.parse(summary),
    };
  }

  #stepOf(
    { run, step, asset, first, last, started, took, outcome, materialized, failed }: StepRow,
  ): StepRecord {
    return {
      run,
      step,
      asset: this.#registry.key(asset),
      from: first,
      to: last ?? first,
      started,
      ended: OUTCOMES[outcome] === "running" ? null : started + took,
      outcome: OUTCOMES[outcome]!,
      materialized,
      failed,
    };
  }
}

/** A request as it was recorded; versions before named one asset, with one partition, in the place of ranges. */
function requestOf(
  { asset, partition = null, ...request }: RunRequest & { asset?: AssetKey; partition?: string | null },
): RunRequest {
  const named = asset === undefined ? [] : [{ asset, from: partition, to: partition }];
  return { ...request, ranges: request.ranges ?? named };
}
