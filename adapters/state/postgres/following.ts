import type { Seq } from "../../../core/mod.ts";
import { Listeners } from "../listeners.ts";
import type { Database } from "./database.ts";

/** Tells of further events and runs: of this handle's at once, of others' once the server tells of them. */
export class Following {
  readonly #db: Database;
  readonly #listeners = new Listeners();
  #listening: Promise<void> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Says that this handle wrote events or a run. */
  tell(): void {
    this.#listeners.tell();
  }

  end(): void {
    this.#listeners.end();
  }

  async watch(signal: AbortSignal): Promise<AsyncGenerator<Seq>> {
    await (this.#listening ??= this.#listen().catch((error) => {
      this.#listening = undefined;
      throw error;
    }));
    return this.#after(await this.#newest(), signal);
  }

  async #listen(): Promise<void> {
    const { channel } = (await this.#db.get<{ channel: string }>(
      "SELECT 'airgraph ' || current_schema() AS channel",
    ))!;
    await this.#db.listen(channel, () => this.#listeners.tell());
  }

  async *#after(seen: { seq: Seq; run: number }, signal: AbortSignal): AsyncGenerator<Seq> {
    for await (const _ of this.#listeners.turns(signal)) {
      const { seq, run } = await this.#newest().catch((error) => {
        if (this.#db.isOpen) throw error;
        return seen;
      });
      if (!this.#db.isOpen) return;
      if (seq === seen.seq && run === seen.run) continue;
      seen = { seq, run };
      yield seq;
    }
  }

  /** The newest run stays whatever is forgotten. */
  async #newest(): Promise<{ seq: Seq; run: number }> {
    return (await this.#db.get<{ seq: Seq; run: number }>(
      "SELECT seq, coalesce((SELECT max(id) FROM runs), 0) AS run FROM counter",
    ))!;
  }
}
