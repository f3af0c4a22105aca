import type {
  Adopted,
  AssetKey,
  ClaimAnswer,
  ClaimToken,
  Holding,
  Intent,
  LiveClaim,
  OrdinalRange,
  Ranges,
  RunId,
  Seq,
  Slot,
  SlotWait,
  StepStart,
} from "../../../core/mod.ts";
import { normalize } from "../../../core/mod.ts";
import { decodeIntent } from "../stored_intent.ts";
import type { Database, Queries } from "./database.ts";
import type { Registry } from "./registry.ts";
import type { Workers } from "./workers.ts";

interface Answer {
  readonly held:
    | readonly { readonly run: RunId; readonly abandoned: boolean; readonly ranges: string }[]
    | null;
  readonly full?: RunId;
  readonly token?: ClaimToken;
  readonly ranges?: string;
  readonly seq?: Seq;
}
interface ClaimRow {
  readonly token: ClaimToken;
  readonly asset: number;
  readonly run: RunId;
  readonly ranges: string;
}
interface AdoptedRow extends ClaimRow {
  readonly intents: readonly Intent[];
}

/** What this handle holds by a token. */
export interface Own {
  readonly asset: AssetKey;
  readonly ranges: Ranges;
}

/** Who works on what; what is done in one call is in `functions/claims.ts`. */
export class Claims {
  readonly #db: Database;
  readonly #registry: Registry;
  readonly #workers: Workers;
  readonly #own = new Map<ClaimToken, Own>();

  constructor(db: Database, registry: Registry, workers: Workers) {
    this.#db = db;
    this.#registry = registry;
    this.#workers = workers;
  }

  async claim(
    run: RunId,
    key: AssetKey,
    wanted: readonly OrdinalRange[],
    begins?: StepStart,
    slot?: Slot,
  ): Promise<ClaimAnswer> {
    const found = await this.#db.get<{ answer: Answer }>(
      "SELECT claim_ranges($1, $2, $3, $4::text::int8multirange, $5, $6, $7, $8) AS answer",
      await this.#workers.self(),
      run,
      await this.#registry.id(key),
      textOf(normalize(wanted)),
      begins?.step ?? null,
      begins?.at ?? null,
      slot?.pool ?? null,
      slot?.most ?? null,
    );
    const { held: others, full, token, ranges, seq } = found!.answer;
    const held = (others ?? []).flatMap(({ run, abandoned, ranges }) =>
      rangesOf(ranges).map(({ from, to }) => ({ asset: key, from, to, run, abandoned }))
    );
    if (token === undefined) return { held, ...(full !== undefined && { full }) };
    const granted = { token, ranges: rangesOf(ranges!), seq: seq! };
    this.#own.set(token, { asset: key, ranges: granted.ranges });
    return { granted, held };
  }

  /** What this handle was granted by a token and has not given back. */
  own(token: ClaimToken): Own | undefined {
    return this.#own.get(token);
  }

  /** Says that this handle has no use of a token any more. */
  forget(token: ClaimToken): void {
    this.#own.delete(token);
  }

  async release(token: ClaimToken): Promise<void> {
    this.forget(token);
    await this.#db.run("SELECT release_claim($1, $2, false)", await this.#workers.self(), token);
  }

  async live(): Promise<LiveClaim[]> {
    const rows = await this.#db.all<ClaimRow>(
      "SELECT token, asset, run, ranges::text FROM claims WHERE lives(worker) ORDER BY token",
    );
    const keyOf = await this.#registry.keys(rows.map(({ asset }) => asset));
    return rows.flatMap(({ asset, run, ranges }) =>
      rangesOf(ranges).map(({ from, to }) => ({ asset: keyOf(asset), from, to, run }))
    );
  }

  async all(): Promise<Holding[]> {
    const rows = await this.#db.all<ClaimRow & { alive: boolean; host: string | null; pid: number | null }>(
      `SELECT c.run, c.asset, c.ranges::text, lives(c.worker) AS alive, w.host, w.pid
      FROM claims c LEFT JOIN workers w ON w.id = c.worker ORDER BY c.token`,
    );
    const keyOf = await this.#registry.keys(rows.map(({ asset }) => asset));
    return rows.map(({ run, asset, ranges, alive, host, pid }) => ({
      run,
      asset: keyOf(asset),
      ranges: rangesOf(ranges),
      alive,
      place: host === null ? null : { host, pid: pid! },
    }));
  }

  /** Takes over every claim whose worker is no more; call it in a transaction, and `took` after it. */
  async adopt(transaction: Queries, self: number): Promise<AdoptedRow[]> {
    const rows = await transaction.all<ClaimRow>(
      "SELECT token, asset, run, ranges::text FROM adopt_claims($1)",
      self,
    );
    const adopted: AdoptedRow[] = [];
    for (const row of rows) adopted.push({ ...row, intents: await intentsOf(transaction, row.token) });
    return adopted;
  }

  /** Says that claims were taken over. */
  async took(rows: readonly AdoptedRow[]): Promise<Adopted[]> {
    const keyOf = await this.#registry.keys(rows.map(({ asset }) => asset));
    const adopted = rows.map((row) => ({ ...row, asset: keyOf(row.asset), ranges: rangesOf(row.ranges) }));
    for (const { token, asset, ranges } of adopted) this.#own.set(token, { asset, ranges });
    return adopted;
  }

  async slotWaits(): Promise<SlotWait[]> {
    return await this.#db.all<SlotWait>(
      `SELECT * FROM (
        SELECT w.run, w.pool, (SELECT h FROM slot_holders(w.pool) h LIMIT 1) AS holder
        FROM waits w WHERE lives(w.worker)
      ) found WHERE holder <> run ORDER BY run, pool`,
    );
  }

  async leave(run: RunId, pool: string): Promise<void> {
    await this.#db.run(
      "DELETE FROM waits WHERE pool = $1 AND run = $2 AND worker = $3",
      pool,
      run,
      await this.#workers.self(),
    );
  }

  async isWanted(token: ClaimToken): Promise<boolean> {
    const found = await this.#db.get(
      `SELECT 1 FROM claims c, slot_waiters(c.run, c.pool)
      WHERE c.token = $1 AND c.worker = $2 AND c.pool IS NOT NULL LIMIT 1`,
      token,
      await this.#workers.self(),
    );
    return found !== undefined;
  }
}

async function intentsOf(db: Queries, token: ClaimToken): Promise<Intent[]> {
  const rows = await db.all<{ body: string }>(
    "SELECT body FROM intents WHERE token = $1 ORDER BY partition",
    token,
  );
  return rows.map(({ body }) => decodeIntent(JSON.parse(body)));
}

/** Ranges as PostgreSQL writes them, each up to one before its end. */
function textOf(ranges: Ranges): string {
  return `{${ranges.map(({ from, to }) => `[${from},${to + 1})`).join(",")}}`;
}

/** The ranges of such a text. */
function rangesOf(text: string): Ranges {
  return Array.from(text.matchAll(/\[(-?\d+),(-?\d+)\)/g), ([, from, end]) => ({
    from: Number(from),
    to: Number(end) - 1,
  }));
}
