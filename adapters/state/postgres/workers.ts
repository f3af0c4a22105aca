import { LostLeaseError } from "../../../core/mod.ts";
import type { Held, Locks } from "../locks.ts";
import type { Database } from "./database.ts";
import { lostLease } from "./errors.ts";

/** How long a lease lasts and how often it is renewed, in milliseconds. */
export interface LeaseOptions {
  readonly lasts: number;
  readonly every: number;
}

export const LEASE: LeaseOptions = { lasts: 60_000, every: 15_000 };

/** So many milliseconds whoever closes waits for the server: what it had is others' once its lease runs out. */
const PARTING = 5_000;

export interface WorkerOptions {
  readonly lease: LeaseOptions;
  /** Where it runs, for people to find it. */
  readonly host: string;
  /** Of the workers of its host: there a worker lives exactly as long as it holds its lock. */
  readonly locks?: Locks | undefined;
}

/** The worker of a handle: it lives as long as its lease, which it renews, by the database's clock. */
export class Workers {
  readonly #db: Database;
  readonly #options: WorkerOptions;
  #begun: Promise<number> | undefined;
  #held: Held | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the lease was last renewed, by this machine's clock. */
  #renewed = 0;

  constructor(db: Database, options: WorkerOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** This handle's own number; the first call makes it known, outside of any transaction. */
  async self(): Promise<number> {
    const self = await (this.#begun ??= this.#begin().catch((error) => {
      this.#begun = undefined;
      throw error;
    }));
    // As after a sleep of the machine: others of this host waited for its lock.
    const { lease, locks } = this.#options;
    if (locks !== undefined && Date.now() - this.#renewed > lease.lasts / 2) await this.#renew(self);
    return self;
  }

  /** This handle's own number, if it has one yet. */
  async known(): Promise<number | undefined> {
    return await this.#begun;
  }

  /** @throws {LostLeaseError} If the lease ran out: whatever this worker was at is others' by now. */
  async requireLife(): Promise<void> {
    if (this.#begun !== undefined) await this.#db.run("SELECT require_life($1)", await this.self());
  }

  /** @throws {LostLeaseError} If nothing is answered for as long as a lease lasts: by then it ran out. */
  async answered<T>(asked: Promise<T>): Promise<T> {
    const { lasts } = this.#options.lease;
    const late = () => new LostLeaseError(lostLease(this.#db.place));
    return await within(lasts, asked, late);
  }

  /** Gives up what this worker has. @param whole Also its life. @returns Whether the server answered in time. */
  async leave(whole: boolean): Promise<boolean> {
    const late = new Error("found no answer");
    const left = async () => {
      const self = await this.known();
      if (self !== undefined && this.#db.isOpen) await this.#db.run("SELECT leave($1, $2)", self, whole);
      return true;
    };
    return await within(Math.min(PARTING, this.#options.lease.lasts), left(), () => late).catch((error) => {
      if (error !== late) throw error;
      return false;
    });
  }

  /** Says of the workers of this host which live and which are no more, as their locks tell. */
  async look(): Promise<void> {
    const { locks, host, lease } = this.#options;
    if (locks === undefined) return;
    const rows = await this.#db.all<{ id: number; lock: string }>(
      "SELECT id, lock FROM workers WHERE host = $1 AND lock IS NOT NULL",
      host,
    );
    const living = rows.filter(({ lock }) => lock === this.#held?.name || locks.isHeld(lock)).map(({ id }) =>
      id
    );
    const ids = JSON.stringify(rows.map(({ id }) => id));
    await this.#db.run(
      `UPDATE workers SET until = CASE
        WHEN id IN (SELECT l::bigint FROM json_array_elements_text($2::text::json) l) THEN now_ms() + $3::bigint
        ELSE 0 END
      WHERE id IN (SELECT i::bigint FROM json_array_elements_text($1::text::json) i)`,
      ids,
      JSON.stringify(living),
      lease.lasts,
    );
  }

  /** Gives no further sign of life. */
  end(): void {
    clearInterval(this.#timer);
    this.#held?.release();
  }

  /** Renews the lease; one that ran out only where others of this host cannot have taken this worker for dead. */
  async #renew(self: number): Promise<void> {
    const at = Date.now();
    const renewed = await this.#db.run(
      "UPDATE workers SET until = now_ms() + $2 WHERE id = $1 AND (until > now_ms() OR lock IS NOT NULL)",
      self,
      this.#options.lease.lasts,
    );
    if (renewed > 0) this.#renewed = at;
  }

  async #begin(): Promise<number> {
    const { lease, host, locks } = this.#options;
    await this.look();
    this.#held ??= locks?.hold();
    this.#renewed = Date.now();
    const begun = await this.#db.get<{ id: number }>(
      "INSERT INTO workers (host, pid, until, lock) VALUES ($1, $2, now_ms() + $3, $4) RETURNING id",
      host,
      Deno.pid,
      lease.lasts,
      this.#held?.name ?? null,
    );
    const { id } = begun!;
    // A server that does not answer now may do so in time; what is lost is seen by the next call that needs it.
    this.#timer = setInterval(() => this.#renew(id).then(() => this.look()).catch(() => {}), lease.every);
    return id;
  }
}

async function within<T>(ms: number, asked: Promise<T>, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  return await Promise.race([asked, promise]).finally(() => clearTimeout(timer));
}
