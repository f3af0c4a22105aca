import {
  type Instant,
  type Lead,
  type Leader,
  type LeadOptions,
  type NamedLeader,
  PassedLeadError,
  type Stalled,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import type { Workers } from "./workers.ts";

interface Row {
  readonly worker: number;
  readonly number: number;
  readonly beats: number;
  readonly at: number | null;
  readonly note: string;
  readonly yields: number;
}

/** The worker of a lead that nobody has: its number stays known. */
const NOBODY = 0;

/** Who leads what; call all but the questions in a transaction. */
export class Leads {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  leader(name: string): Leader | undefined {
    const row = this.#row(name);
    if (row === undefined || !this.#workers.alive(row.worker)) return undefined;
    const { worker, number, beats, at, note } = row;
    const place = this.#workers.place(worker) ?? null;
    return { place, note: JSON.parse(note), number, beats, at: at ?? 0 };
  }

  leaders(prefix: string): NamedLeader[] {
    const names = this.#db.all<{ name: string }>(
      "SELECT name FROM leads WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
      prefix,
    );
    return names.flatMap(({ name }) => {
      const leader = this.leader(name);
      return leader === undefined ? [] : [{ name, ...leader }];
    });
  }

  stalled(prefix: string): Stalled[] {
    const rows = this.#db.all<{ worker: number; since: number }>(
      "SELECT worker, since FROM deposed WHERE substr(name, 1, length(?1)) = ?1 ORDER BY since",
      prefix,
    );
    return rows.filter(({ worker }) => this.#workers.alive(worker))
      .map(({ worker, since }) => ({ place: this.#workers.place(worker) ?? null, since }));
  }

  /** What is known without writing: the lead that is this worker's; null where there is none to be had. */
  held(name: string, options: LeadOptions): Lead | null | undefined {
    const row = this.#row(name);
    if (row === undefined || !this.#workers.alive(row.worker)) return undefined;
    if (this.#isOwn(row)) return isSame(row, options) ? { name, number: row.number } : undefined;
    return this.#isDeposed(name) || isLeft(row, options) ? undefined : null;
  }

  /** Call it in the transaction that only who leads may write. @throws {PassedLeadError} If it is one that has passed on. */
  require(lead: Lead | undefined): void {
    if (lead === undefined) return;
    const row = this.#row(lead.name);
    if (row?.number !== lead.number || !this.#isOwn(row)) throw PassedLeadError.of(lead);
  }

  /** Takes the lead where nobody has it, or who has it is silent or yields. */
  take(
    name: string,
    at: Instant,
    silent: Pick<Leader, "number" | "beats"> | undefined,
    options: LeadOptions,
  ): Lead | undefined {
    const self = this.#workers.self();
    this.#db.run("DELETE FROM deposed WHERE name = ? AND worker = ?", name, self);
    const row = this.#row(name);
    if (row !== undefined && this.#workers.alive(row.worker)) {
      if (row.worker === self) {
        const [note, yields] = columnsOf(options);
        this.#db.run("UPDATE leads SET note = ?, yields = ? WHERE name = ?", note, yields, name);
        return { name, number: row.number };
      }
      if (!isLeft(row, options) && !this.#depose(name, row, at, silent)) return undefined;
    }
    const number = (row?.number ?? 0) + 1;
    this.#db.run(
      "INSERT OR REPLACE INTO leads (name, worker, number, beats, at, note, yields) VALUES (?, ?, ?, 0, ?, ?, ?)",
      name,
      self,
      number,
      at,
      ...columnsOf(options),
    );
    return { name, number };
  }

  /** @returns Whether it is silent since that sign of life. */
  #depose(
    name: string,
    { worker, number, beats, at }: Row,
    now: Instant,
    silent: Pick<Leader, "number" | "beats"> | undefined,
  ): boolean {
    if (number !== silent?.number || beats !== silent.beats) return false;
    this.#db.run(
      "INSERT OR REPLACE INTO deposed (name, worker, since) VALUES (?, ?, ?)",
      name,
      worker,
      at ?? now,
    );
    return true;
  }

  /** One statement, which needs no transaction around it. */
  beat({ name, number }: Lead, at: Instant): boolean {
    const changed = this.#db.run(
      "UPDATE leads SET beats = beats + 1, at = ? WHERE name = ? AND number = ? AND worker = ?",
      at,
      name,
      number,
      this.#workers.self(),
    );
    return changed > 0;
  }

  /** Gives up all that this worker leads. */
  leave(): void {
    const self = this.#workers.self();
    this.#db.run("UPDATE leads SET worker = ? WHERE worker = ?", NOBODY, self);
    this.#db.run("DELETE FROM deposed WHERE worker = ?", self);
  }

  /** Forgets of those that are no more that they were silent. */
  forgetDead(): void {
    this.#db.run("DELETE FROM deposed WHERE worker NOT IN (SELECT id FROM workers)");
  }

  #isOwn({ worker }: Row): boolean {
    return this.#workers.known && worker === this.#workers.self();
  }

  #isDeposed(name: string): boolean {
    if (!this.#workers.known) return false;
    return this.#db.get(
      "SELECT 1 FROM deposed WHERE name = ? AND worker = ?",
      name,
      this.#workers.self(),
    ) !== undefined;
  }

  #row(name: string): Row | undefined {
    return this.#db.get<Row>(
      "SELECT worker, number, beats, at, note, yields FROM leads WHERE name = ?",
      name,
    );
  }
}

/** Whether a lead is left to who asks for it like this. */
function isLeft({ yields }: Row, options: LeadOptions): boolean {
  return yields === 1 && !(options.yields ?? false);
}

function isSame({ note, yields }: Row, options: LeadOptions): boolean {
  const [ownNote, ownYields] = columnsOf(options);
  return note === ownNote && yields === ownYields;
}

function columnsOf({ note = null, yields = false }: LeadOptions): [note: string, yields: number] {
  return [JSON.stringify(note), Number(yields)];
}
