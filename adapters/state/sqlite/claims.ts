import {
  type Adopted,
  type AssetKey,
  type ClaimAnswer,
  type ClaimToken,
  type Holding,
  intersect,
  type LiveClaim,
  normalize,
  type OrdinalRange,
  type Ranges,
  type RunId,
  type Seq,
  type Slot,
  type StepStart,
  subtract,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import type { Intents } from "./intents.ts";
import type { Pools } from "./pools.ts";
import type { Registry } from "./registry.ts";
import { keepSteps } from "./steps.ts";
import type { Workers } from "./workers.ts";

type Row = {
  readonly token: number;
  readonly asset: number;
  readonly run: number;
  readonly worker: number | null;
};
type ClaimRow = Row & { readonly ranges: string };

/** The number of the last event, as a column. */
const HEAD = "coalesce((SELECT max(seq) FROM events), 0) AS head";

/** Who works on what. A token is never given twice; call everything but `live` in a transaction. */
export class Claims {
  readonly #db: Database;
  readonly #registry: Registry;
  readonly #workers: Workers;
  readonly #intents: Intents;
  readonly #pools: Pools;

  constructor(db: Database, registry: Registry, workers: Workers, intents: Intents, pools: Pools) {
    this.#db = db;
    this.#registry = registry;
    this.#workers = workers;
    this.#intents = intents;
    this.#pools = pools;
  }

  /**
   * Claims everything of an asset of which nothing is claimed, with a slot of a pool of which none is taken, in one statement that needs no transaction around it.
   *
   * @returns Undefined if something is claimed, or waited for.
   */
  claimAtOnce(
    run: RunId,
    key: AssetKey,
    wanted: readonly OrdinalRange[],
    begins?: StepStart,
    slot?: Slot,
  ): ClaimAnswer | undefined {
    const ranges = normalize(wanted);
    const made = this.#db.get<{ token: ClaimToken; head: Seq }>(
      `INSERT INTO claims (asset, run, worker, ranges, step, started, pool)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM claims WHERE asset = ?1 OR pool = ?7)
        AND NOT EXISTS (SELECT 1 FROM waits WHERE pool = ?7)
      RETURNING token, ${HEAD}`,
      this.#registry.id(key),
      run,
      this.#workers.self(),
      JSON.stringify(ranges),
      begins?.step ?? null,
      begins?.at ?? null,
      slot?.pool ?? null,
    );
    return made && { granted: { token: made.token, ranges, seq: made.head }, held: [] };
  }

  claim(
    run: RunId,
    key: AssetKey,
    wanted: readonly OrdinalRange[],
    begins?: StepStart,
    slot?: Slot,
  ): ClaimAnswer {
    const asset = this.#registry.id(key);
    const held: (LiveClaim & { abandoned: boolean })[] = [];
    let free = normalize(wanted);
    const rows = this.#db.all<ClaimRow>("SELECT * FROM claims WHERE asset = ? ORDER BY token", asset);
    for (const row of rows) {
      const taken = intersect(free, JSON.parse(row.ranges));
      if (taken.length === 0) continue;
      free = subtract(free, taken);
      const abandoned = !this.#workers.alive(row.worker);
      for (const { from, to } of taken) held.push({ asset: key, from, to, run: row.run, abandoned });
    }
    if (slot !== undefined) this.#pools.leave(run, slot.pool);
    if (free.length === 0) return { held };
    const full = slot && this.#pools.ahead(run, slot);
    if (full !== undefined) {
      this.#pools.wait(run, slot!.pool);
      return { held, full };
    }
    const { token, head } = this.#insert({ asset, run, ranges: JSON.stringify(free) }, begins, slot);
    return { granted: { token, ranges: free, seq: head }, held };
  }

  /** The claim, if it is still this worker's, with the number of the last event, and whether its asset has marks. */
  held(token: ClaimToken): { asset: number; ranges: Ranges; head: Seq; marked: boolean } | undefined {
    const row = this.#db.get<ClaimRow & { head: Seq; marked: number }>(
      `SELECT *, ${HEAD}, EXISTS (SELECT 1 FROM marks m WHERE m.asset = claims.asset) AS marked
      FROM claims WHERE token = ? AND worker = ?`,
      token,
      this.#workers.self(),
    );
    return row &&
      { asset: row.asset, ranges: JSON.parse(row.ranges), head: row.head, marked: row.marked === 1 };
  }

  /** @param isTold Whether its step has been recorded. */
  release(token: ClaimToken, isTold = false): void {
    if (!isTold) keepSteps(this.#db, "token", token);
    if (this.#intents.any(token)) {
      const self = this.#workers.self();
      this.#db.run("UPDATE claims SET worker = NULL WHERE token = ? AND worker = ?", token, self);
    } else {
      this.#db.run("DELETE FROM claims WHERE token = ? AND worker = ?", token, this.#workers.self());
    }
  }

  /** The tokens of this worker. */
  own(): ClaimToken[] {
    const self = this.#workers.self();
    return this.#db.all<Row>("SELECT token FROM claims WHERE worker = ? ORDER BY token", self).map((
      { token },
    ) => token);
  }

  live(): LiveClaim[] {
    return this.#db.all<ClaimRow>("SELECT * FROM claims ORDER BY token")
      .filter(({ worker }) => this.#workers.alive(worker))
      .flatMap(({ asset, run, ranges }) =>
        (JSON.parse(ranges) as Ranges).map(({ from, to }) => ({
          asset: this.#registry.key(asset),
          from,
          to,
          run,
        }))
      );
  }

  all(): Holding[] {
    return this.#db.all<ClaimRow>("SELECT * FROM claims ORDER BY token").map((
      { run, asset, worker, ranges },
    ) => ({
      run,
      asset: this.#registry.key(asset),
      ranges: JSON.parse(ranges),
      alive: this.#workers.alive(worker),
      place: this.#workers.place(worker) ?? null,
    }));
  }

  free(run: RunId): void {
    keepSteps(this.#db, "run", run);
    this.#db.run("UPDATE claims SET worker = NULL WHERE run = ?", run);
    this.#db.run("DELETE FROM claims WHERE run = ? AND token NOT IN (SELECT token FROM intents)", run);
  }

  /** Takes over every claim whose worker is no more. */
  adopt(): Adopted[] {
    const abandoned = this.#db.all<ClaimRow>("SELECT * FROM claims ORDER BY token")
      .filter(({ worker }) => !this.#workers.alive(worker));
    return abandoned.map((row) => {
      keepSteps(this.#db, "token", row.token);
      const { token } = this.#insert(row);
      this.#intents.pass(row.token, token);
      this.#db.run("DELETE FROM claims WHERE token = ?", row.token);
      return {
        token,
        asset: this.#registry.key(row.asset),
        ranges: JSON.parse(row.ranges),
        run: row.run,
        intents: this.#intents.of(token),
      };
    });
  }

  #insert(
    { asset, run, ranges }: { asset: number; run: RunId; ranges: string },
    begins?: StepStart,
    slot?: Slot,
  ): { token: ClaimToken; head: Seq } {
    return this.#db.get<{ token: ClaimToken; head: Seq }>(
      `INSERT INTO claims (asset, run, worker, ranges, step, started, pool) VALUES (?, ?, ?, ?, ?, ?, ?)
      RETURNING token, ${HEAD}`,
      asset,
      run,
      this.#workers.self(),
      ranges,
      begins?.step ?? null,
      begins?.at ?? null,
      slot?.pool ?? null,
    )!;
  }
}
