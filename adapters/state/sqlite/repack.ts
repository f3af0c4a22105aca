import { EVERYTHING, type Ranges, type Seq, StateError } from "../../../core/mod.ts";
import { blockRows, blocksWithin } from "./blocks.ts";
import type { Database } from "./database.ts";
import type { EventLog } from "./event_log.ts";
import { notePacked, packedBytes, packedUpTo, writeBlock } from "./packs.ts";
import type { Registry } from "./registry.ts";
import { changedSincePacked, sincePacked } from "./tail.ts";

/** So many blocks are read, and then written, at a time. */
const AT_A_TIME = 32;
/** So many bytes of packs may be written anew for each event that is not read by itself any more. */
const BYTES_AN_EVENT = 5_000;

/**
 * Packs the rows of assets anew once much has changed. It reads outside of the write lock and holds that for some blocks
 * at a time; others may work, pack, or be killed meanwhile.
 */
export class Packer {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #registry: Registry;
  readonly #few: number;
  /** Up to this event there is nothing to do. */
  #rest: Seq = 0;
  #packing = false;

  /** @param few So many events may always be left to be read one by one. */
  constructor(db: Database, log: EventLog, registry: Registry, few: number) {
    this.#db = db;
    this.#log = log;
    this.#registry = registry;
    this.#few = few;
  }

  /** Packs what has changed up to an event, if it is much. A state that cannot be written now does without. */
  async upTo(seq: Seq): Promise<void> {
    if (seq <= this.#rest || this.#packing) return;
    this.#packing = true;
    try {
      const most = Math.max(this.#few, packedBytes(this.#db) / BYTES_AN_EVENT);
      const since = sincePacked(this.#db, seq);
      if (since > most) await this.#pack();
      this.#rest = seq + (since > most ? this.#few : most - since);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
    } finally {
      this.#packing = false;
    }
  }

  async #pack(): Promise<void> {
    const { head, changed } = this.#db.read(() => ({
      head: this.#log.head(),
      changed: changedSincePacked(this.#db),
    }));
    for (const asset of this.#registry.ids()) {
      if ((packedUpTo(this.#db, asset) ?? -1) >= head) continue;
      if (!await this.#packAsset(asset, changed.get(asset), head)) return;
    }
  }

  /** @returns Whether it could be written. */
  async #packAsset(asset: number, changed: Ranges | undefined, head: Seq): Promise<boolean> {
    const blocks = blocksWithin(this.#db, asset, changed ?? EVERYTHING);
    for (;;) {
      const some = this.#db.read(() => {
        const unpacked = { asset, changed, codeRecords: new Map(this.#registry.codeRecords(asset)) };
        return blocks.splice(0, AT_A_TIME).map((block) =>
          [block, blockRows(this.#db, unpacked, block)] as const
        );
      });
      const written = this.#db.writeNow(() => {
        for (const [block, rows] of some) writeBlock(this.#db, asset, block, head, rows);
        if (blocks.length === 0) notePacked(this.#db, asset, head);
      });
      if (!written || blocks.length === 0) return written;
      await new Promise((resolve) => setTimeout(resolve));
      if (!this.#db.isOpen) return false;
    }
  }
}
