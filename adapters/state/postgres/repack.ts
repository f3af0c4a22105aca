import { EVERYTHING, type Ranges, type Seq, StateError } from "../../../core/mod.ts";
import { blockRows, blocksWithin, changedSincePacked, writeBlock } from "./blocks.ts";
import type { Database } from "./database.ts";
import { head } from "./event_log.ts";

/** So many blocks are read, and then written, at a time. */
const AT_A_TIME = 32;
/** So many bytes of packs may be written anew for each event that is not read by itself any more. */
const BYTES_AN_EVENT = 5_000;

/** Packs the rows of assets anew once much has changed; others may work, pack, or be killed meanwhile. */
export class Packer {
  readonly #db: Database;
  readonly #few: number;
  /** Up to this event there is nothing to do. */
  #rest: Seq = 0;
  #packing = false;

  /** @param few So many events may always be left to be read one by one. */
  constructor(db: Database, few: number) {
    this.#db = db;
    this.#few = few;
  }

  /** Packs what has changed up to an event, if it is much. A state that cannot be written now does without. */
  async upTo(seq: Seq): Promise<void> {
    if (seq <= this.#rest || this.#packing) return;
    this.#packing = true;
    try {
      const { bytes, packed } = (await this.#db.get<{ bytes: number; packed: Seq }>(
        `SELECT coalesce((SELECT sum(length(body)) FROM packs), 0) AS bytes,
          coalesce((SELECT min(seq) FROM packed), 0) AS packed`,
      ))!;
      const most = Math.max(this.#few, bytes / BYTES_AN_EVENT);
      const since = seq - packed;
      if (since > most) await this.#pack();
      this.#rest = seq + (since > most ? this.#few : most - since);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
    } finally {
      this.#packing = false;
    }
  }

  async #pack(): Promise<void> {
    const { seq, changed, assets } = await this.#db.read(async (db) => ({
      seq: await head(db),
      changed: await changedSincePacked(db),
      assets: await db.all<{ id: number; packed: Seq | null }>(
        "SELECT a.id, p.seq AS packed FROM assets a LEFT JOIN packed p ON p.asset = a.id ORDER BY a.id",
      ),
    }));
    for (const { id, packed } of assets) {
      if ((packed ?? -1) < seq) await this.#packAsset(id, changed.get(id), seq);
    }
  }

  async #packAsset(asset: number, changed: Ranges | undefined, seq: Seq): Promise<void> {
    const blocks = await blocksWithin(this.#db, asset, changed ?? EVERYTHING);
    do {
      // Read from one moment, so that a block is as of an event no earlier than is noted of it.
      const some = await this.#db.read(async (db) => {
        const codes = await db.all<{ id: number; version: string; edges: string }>(
          "SELECT id, version, edges FROM codes WHERE asset = $1",
          asset,
        );
        const codeRecords = new Map(
          codes.map(({ id, version, edges }) => [id, { version, edges: JSON.parse(edges) }]),
        );
        return await Promise.all(
          blocks.splice(0, AT_A_TIME).map(async (block) =>
            [block, await blockRows(db, { asset, changed, codeRecords }, block)] as const
          ),
        );
      });
      await this.#db.write(async (transaction) => {
        for (const [block, rows] of some) await writeBlock(transaction, asset, block, seq, rows);
        if (blocks.length > 0) return;
        await transaction.run(
          `INSERT INTO packed AS p (asset, seq) VALUES ($1, $2)
          ON CONFLICT (asset) DO UPDATE SET seq = greatest(p.seq, excluded.seq)`,
          asset,
          seq,
        );
      });
    } while (blocks.length > 0);
  }
}
