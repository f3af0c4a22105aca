import type { Database } from "./database.ts";

/** How long a lease lasts and how often it is renewed, in milliseconds. */
export interface LeaseOptions {
  readonly lasts: number;
  readonly every: number;
}

export const LEASE: LeaseOptions = { lasts: 60_000, every: 15_000 };

/** The worker of a handle: it lives as long as its lease, which it renews, by the database's clock. */
export class Workers {
  readonly #db: Database;
  readonly #lease: LeaseOptions;
  readonly #host: string;
  #self: Promise<number> | undefined;
  #renewing: ReturnType<typeof setInterval> | undefined;
  #isLost = false;

  constructor(db: Database, lease: LeaseOptions, host: string) {
    this.#db = db;
    this.#lease = lease;
    this.#host = host;
  }

  /** This handle's own number; the first call makes it known, outside of any transaction. */
  self(): Promise<number> {
    return this.#self ??= this.#begin().catch((error) => {
      this.#self = undefined;
      throw error;
    });
  }

  /** This handle's own number, if it has one yet. */
  async known(): Promise<number | undefined> {
    return await this.#self;
  }

  /** @throws {StateError} If the lease ran out: whatever this worker was at is others' by now. */
  async requireLife(): Promise<void> {
    if (this.#self !== undefined) await this.#db.run("SELECT require_life($1)", await this.#self);
  }

  /** Renews the lease, unless it ran out. */
  async renew(): Promise<void> {
    const renewed = await this.#db.run(
      "UPDATE workers SET until = now_ms() + $2 WHERE id = $1 AND until > now_ms()",
      await this.self(),
      this.#lease.lasts,
    );
    if (renewed === 0) this.#isLost = true;
  }

  /** Gives no further sign of life. */
  end(): void {
    clearInterval(this.#renewing);
  }

  async #begin(): Promise<number> {
    const begun = await this.#db.get<{ id: number }>(
      "INSERT INTO workers (host, pid, until) VALUES ($1, $2, now_ms() + $3) RETURNING id",
      this.#host,
      Deno.pid,
      this.#lease.lasts,
    );
    this.#renewing = setInterval(() => {
      // What is lost is seen by the next statement that needs it; a server that does not answer may do so in time.
      if (!this.#isLost) this.renew().catch(() => {});
    }, this.#lease.every);
    return begun!.id;
  }
}
