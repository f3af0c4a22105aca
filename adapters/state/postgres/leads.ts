import type {
  Instant,
  Lead,
  Leader,
  LeadOptions,
  NamedLeader,
  Stalled,
  WorkerPlace,
} from "../../../core/mod.ts";
import { PassedLeadError } from "../../../core/mod.ts";
import type { Database, Queries } from "./database.ts";
import { hasCode, PASSED_LEAD } from "./errors.ts";
import type { Workers } from "./workers.ts";

interface Row {
  readonly name: string;
  readonly worker: number;
  readonly number: number;
  readonly beats: number;
  readonly at: number;
  readonly note: string;
  readonly yields: boolean;
  readonly alive: boolean;
  readonly host: string | null;
  readonly pid: number | null;
}

const LEADS =
  `SELECT l.*, lives(l.worker) AS alive, w.host, w.pid FROM leads l LEFT JOIN workers w ON w.id = l.worker`;

/** Who leads what. */
export class Leads {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  async leader(name: string): Promise<Leader | undefined> {
    const row = await rowOf(this.#db, name);
    return row?.alive ? leaderOf(row) : undefined;
  }

  async leaders(prefix: string): Promise<NamedLeader[]> {
    const rows = await this.#db.all<Row>(`${LEADS} WHERE starts_with(l.name, $1) ORDER BY l.name`, prefix);
    return rows.filter(({ alive }) => alive).map((row) => ({ name: row.name, ...leaderOf(row) }));
  }

  async stalled(prefix: string): Promise<Stalled[]> {
    const rows = await this.#db.all<{ since: number; host: string; pid: number }>(
      `SELECT d.since, w.host, w.pid FROM deposed d JOIN workers w ON w.id = d.worker
      WHERE starts_with(d.name, $1) AND lives(d.worker) ORDER BY d.since`,
      prefix,
    );
    return rows.map(({ since, ...place }) => ({ place, since }));
  }

  /** Takes the lead where nobody has it, or who has it is silent or yields. */
  async take(
    name: string,
    at: Instant,
    silent: Pick<Leader, "number" | "beats"> | undefined,
    options: LeadOptions,
  ): Promise<Lead | undefined> {
    const found = await this.#held(name, options);
    if (found !== undefined && (found !== null || silent === undefined)) return found ?? undefined;
    const self = await this.#workers.self();
    const { note, yields } = columnsOf(options);
    return await this.#db.write(async (transaction) => {
      await transaction.run("SELECT hold('lead ' || $1), require_life($2)", name, self);
      await transaction.run("DELETE FROM deposed WHERE name = $1 AND worker = $2", name, self);
      const row = await rowOf(transaction, name);
      if (row?.alive) {
        if (row.worker === self) {
          await transaction.run(
            "UPDATE leads SET note = $1, yields = $2 WHERE name = $3",
            note,
            yields,
            name,
          );
          return { name, number: row.number };
        }
        if (!isLeft(row, options)) {
          if (row.number !== silent?.number || row.beats !== silent.beats) return undefined;
          await transaction.run(
            `INSERT INTO deposed (name, worker, since) VALUES ($1, $2, $3)
            ON CONFLICT (name, worker) DO UPDATE SET since = excluded.since`,
            name,
            row.worker,
            row.at,
          );
        }
      }
      const number = (row?.number ?? 0) + 1;
      await transaction.run(
        `INSERT INTO leads (name, worker, number, beats, at, note, yields) VALUES ($1, $2, $3, 0, $4, $5, $6)
        ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, number = excluded.number, beats = 0, at = excluded.at,
          note = excluded.note, yields = excluded.yields`,
        name,
        self,
        number,
        at,
        note,
        yields,
      );
      return { name, number };
    });
  }

  /** What is known without writing: the lead that is this worker's; null where there is none to be had. */
  async #held(name: string, options: LeadOptions): Promise<Lead | null | undefined> {
    const row = await rowOf(this.#db, name);
    if (!row?.alive) return undefined;
    const self = await this.#workers.known();
    if (row.worker === self) {
      const { note, yields } = columnsOf(options);
      return row.note === note && row.yields === yields ? { name, number: row.number } : undefined;
    }
    if (isLeft(row, options)) return undefined;
    const deposed = self !== undefined && await this.#db.get(
          "SELECT 1 FROM deposed WHERE name = $1 AND worker = $2",
          name,
          self,
        ) !== undefined;
    return deposed ? undefined : null;
  }

  async beat({ name, number }: Lead, at: Instant): Promise<boolean> {
    const changed = await this.#db.run(
      `UPDATE leads SET beats = beats + 1, at = $1
      WHERE name = $2 AND number = $3 AND worker = $4 AND lives(worker)`,
      at,
      name,
      number,
      await this.#workers.self(),
    );
    return changed > 0;
  }
}

/** Does what is written under a lead. @throws {PassedLeadError} If it has passed on: nothing was written. */
export async function asLeader<T>(lead: Lead | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (lead !== undefined && hasCode(error, PASSED_LEAD)) throw PassedLeadError.of(lead);
    throw error;
  }
}

async function rowOf(db: Queries, name: string): Promise<Row | undefined> {
  return await db.get<Row>(`${LEADS} WHERE l.name = $1`, name);
}

function leaderOf({ number, beats, at, note, host, pid }: Row): Leader {
  const place: WorkerPlace = host === null ? null : { host, pid: pid! };
  return { place, note: JSON.parse(note), number, beats, at };
}

/** Whether a lead is left to who asks for it like this. */
function isLeft({ yields }: Row, options: LeadOptions): boolean {
  return yields && !(options.yields ?? false);
}

function columnsOf({ note = null, yields = false }: LeadOptions) {
  return { note: JSON.stringify(note), yields };
}
