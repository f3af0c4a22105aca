/** How many rows of a partition were answered and are written, and its counts. */
export interface Found {
  readonly answered: number;
  readonly rows: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** A table that holds what a transform answered. */
export interface Result {
  readonly table: string;
  readonly rows: number;
  /** The types of its columns, by name. */
  readonly types: ReadonlyMap<string, string>;
  /** What was found in it, by what was asked: the next table of the same answer asks the same. */
  readonly found: Map<string, ReadonlyMap<string | null, Found>>;
  /** The lines of text of each partition's files, as `Transformed` has them. */
  readonly lines: ReadonlyMap<string, number>;
}

interface Entry extends Result {
  users: number;
}

/**
 * The latest answers of transforms, by the text and the inputs' hashes: marts of one statement over the same files, such as
 * the development one and the production one, read and parse them once. Bounded by rows; the oldest go first, those in
 * use stay.
 */
export class Results {
  readonly #entries = new Map<string, Entry>();

  constructor(readonly most: number, readonly drop: (table: string) => Promise<void>) {}

  /** Takes a result into use, if it is here. */
  take(key: string): Result | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    return entry;
  }

  /** Puts a new result in, in use. */
  add(key: string, result: Result): void {
    this.#entries.set(key, { ...result, users: 1 });
  }

  /** Ends one use of a result, and lets go of what is beyond the bound. */
  async release(key: string): Promise<void> {
    this.#entries.get(key)!.users--;
    let total = [...this.#entries.values()].reduce((sum, { rows }) => sum + rows, 0);
    for (const [key, { table, rows, users }] of this.#entries) {
      if (total <= this.most) return;
      if (users > 0) continue;
      this.#entries.delete(key);
      total -= rows;
      await this.drop(table);
    }
  }
}
