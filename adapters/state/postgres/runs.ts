import type {
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
  StepRecord,
} from "../../../core/mod.ts";
import { ended, noRuns } from "../ended.ts";
import { type Database, type Queries, readable, type Value } from "./database.ts";
import type { Registry } from "./registry.ts";
import type { Workers } from "./workers.ts";

interface RunRow {
  readonly id: RunId;
  readonly stands: RunStatus;
  readonly started: Instant;
  readonly ended: Instant | null;
  readonly request: string;
  readonly summary: string | null;
}
type StepRow = Omit<StepRecord, "asset" | "from" | "to"> & {
  readonly asset: number;
  readonly first: number;
  readonly last: number;
};
interface LogRow {
  readonly line: number;
  readonly step: number;
  readonly at: Instant;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: string | null;
}

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

  async begin(request: RunRequest, at: Instant): Promise<RunId> {
    if (request.key !== undefined) {
      throw new Error(`beginning a run: found the key "${request.key}", wanted none`);
    }
    const self = await this.#workers.self();
    const id = await addRun(this.#db, request, { status: "running", worker: self, at });
    this.open(id);
    return id;
  }

  /** Follows the events of a run that was taken. */
  open(run: RunId): void {
    this.#open.add(run);
  }

  async end(run: RunId, status: RunStatus, summary: Json, at: Instant): Promise<void> {
    const ended = await this.#db.run(
      `WITH over AS (DELETE FROM waits WHERE run = $6)
      UPDATE runs SET status = $1, worker = NULL, ended = $2, summary = $3,
        last = CASE WHEN $5::boolean THEN (SELECT seq FROM counter) END
      WHERE id = $4 AND ($7::bigint IS NULL OR lives($7))`,
      status,
      at,
      summary === null ? null : JSON.stringify(summary),
      run,
      this.#open.has(run),
      run,
      await this.#workers.known() ?? null,
    );
    this.#open.delete(run);
    if (ended === 0) await this.#workers.requireLife();
    if (ended === 0) throw new Error(`ending run ${run}: found no such run, wanted one that was begun`);
  }

  async statuses(runs: readonly RunId[]): Promise<Map<RunId, RunStatus>> {
    if (runs.length === 0) return new Map();
    const rows = await this.#db.all<RunRow>(
      "SELECT id, stands FROM standing_runs WHERE id IN (SELECT r::bigint FROM json_array_elements_text($1::text::json) r)",
      JSON.stringify(runs),
    );
    return new Map(rows.map(({ id, stands }) => [id, stands]));
  }

  async list(
    limit: number,
    { command, statuses, asset, parent, since, until, before }: RunFilter,
  ): Promise<RunRecord[]> {
    const values: Value[] = [limit];
    const where = ["true"];
    const say = (value: Value | undefined, condition: (place: string) => string) => {
      if (value !== undefined) where.push(condition(`$${values.push(value)}`));
    };
    say(before, (place) => `id < ${place}`);
    say(
      command,
      (place) => `command = ${place}${command === "materialize" ? "" : " AND command <> 'materialize'"}`,
    );
    say(asset, (place) => `id IN (SELECT run FROM run_assets WHERE asset = ${place})`);
    say(parent, (place) => `parent = ${place}`);
    say(since, (place) => `started >= ${place}`);
    say(until, (place) => `started < ${place}`);
    say(statuses && JSON.stringify(statuses), (place) => {
      const meant = `(SELECT json_array_elements_text(${place}::text::json))`;
      return `(worker IS NOT NULL OR status IN ${meant}) AND stands IN ${meant}`;
    });
    const rows = await this.#db.all<RunRow>(
      `SELECT id, stands, started, ended, request, summary FROM standing_runs
      WHERE ${where.join(" AND ")} ORDER BY id DESC LIMIT $1`,
      ...values,
    );
    return rows.map(runOf);
  }

  async counts(): Promise<Record<RunStatus, number>> {
    const counts = noRuns();
    const rows = await this.#db.all<{ stands: RunStatus; runs: number }>(
      "SELECT stands, count(*) AS runs FROM standing_runs GROUP BY stands",
    );
    for (const { stands, runs } of rows) counts[stands] = runs;
    return counts;
  }

  async countsBetween(bounds: readonly Instant[]): Promise<Record<RunStatus, number>[]> {
    const all = bounds.slice(1).map(() => noRuns());
    const rows = await this.#db.all<{ place: number; stands: RunStatus; runs: number }>(
      `SELECT b.place, r.stands, count(*) AS runs
      FROM json_to_recordset($1::text::json) AS b(place int, since bigint, until bigint)
        JOIN standing_runs r ON r.started >= b.since AND r.started < b.until
      GROUP BY b.place, r.stands`,
      JSON.stringify(all.map((_, place) => ({ place, since: bounds[place], until: bounds[place + 1] }))),
    );
    for (const { place, stands, runs } of rows) all[place]![stands] = runs;
    return all;
  }

  async get(id: RunId): Promise<{ run: RunRecord; steps: StepRecord[] } | undefined> {
    const found = await this.#db.read(async (db) => {
      const row = await db.get<RunRow & { readonly steps_before: number }>(
        "SELECT id, stands, started, ended, request, summary, steps_before FROM standing_runs WHERE id = $1",
        id,
      );
      const steps = await db.all<StepRow>(
        `SELECT * FROM steps WHERE run = $1
        UNION ALL SELECT * FROM steps_at_work
          WHERE run = $1 AND step NOT IN (SELECT step FROM steps WHERE run = $1)
        ORDER BY step`,
        id,
      );
      return { row, steps };
    });
    if (found.row === undefined) return undefined;
    const keyOf = await this.#registry.keys(found.steps.map(({ asset }) => asset));
    const run = runOf(found.row);
    const steps = found.steps.map((row): StepRecord => ({
      run: row.run,
      step: row.step,
      asset: keyOf(row.asset),
      from: row.first,
      to: row.last,
      started: row.started,
      ended: row.ended,
      outcome: row.outcome,
      materialized: row.materialized,
      failed: row.failed,
    }));
    return { run, steps: ended(steps, run, found.row.steps_before) };
  }

  async log(run: RunId, entries: readonly LogEntry[]): Promise<void> {
    const lines = entries.map(({ step, at, level, message, fields }, place) => ({
      n: place + 1,
      step,
      at,
      level,
      message,
      fields: Object.keys(fields).length === 0 ? null : JSON.stringify(fields),
    }));
    await this.#db.run("SELECT log_lines($1, $2)", run, readable(JSON.stringify(lines)));
  }

  async logs(run: RunId, { step, levels, after = 0, before, limit }: LogPage): Promise<KeptLogEntry[]> {
    const rows = await this.#db.all<LogRow>(
      `SELECT * FROM logs
      WHERE run = $1 AND line > $2 AND ($3::bigint IS NULL OR line < $3) AND ($4::int IS NULL OR step = $4)
        AND ($5::text IS NULL OR level IN (SELECT json_array_elements_text($5::json)))
      ORDER BY line ${before === undefined ? "" : "DESC"} LIMIT $6`,
      run,
      after,
      before ?? null,
      step ?? null,
      levels === undefined ? null : JSON.stringify(levels),
      limit ?? null,
    );
    return (before === undefined ? rows : rows.reverse()).map(
      ({ line, step, at, level, message, fields }) => ({
        line,
        step,
        at,
        level,
        message,
        fields: fields === null ? {} : JSON.parse(fields),
      }),
    );
  }
}

/** Adds a run; one without a worker is queued. */
export async function addRun(
  db: Queries,
  request: RunRequest,
  { status, worker, at }: {
    readonly status: RunStatus;
    readonly worker: number | null;
    readonly at: Instant;
  },
): Promise<RunId> {
  const added = await db.get<{ id: RunId }>(
    "SELECT add_run($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS id",
    status,
    worker,
    at,
    JSON.stringify(request),
    request.priority ?? 0,
    request.command,
    request.parent ?? null,
    request.tags?.backfill ?? null,
    JSON.stringify(request.ranges.map(({ asset }) => asset)),
    worker === null ? 0 : null,
  );
  return added!.id;
}

function runOf({ id, stands, started, ended, request, summary }: RunRow): RunRecord {
  return {
    id,
    status: stands,
    started,
    ended,
    request: JSON.parse(request),
    summary: summary === null ? null : JSON.parse(summary),
  };
}
