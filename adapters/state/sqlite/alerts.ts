import type {
  AlertEvent,
  Alerts,
  AlertSeverity,
  AlertText,
  Delivery,
  Episode,
  EpisodeFilter,
  EpisodeRecord,
  Instant,
  TakenMessage,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import type { Workers } from "./workers.ts";

/** By their numbers in the tables. */
const SEVERITIES: readonly AlertSeverity[] = ["warning", "error"];
const EVENTS: readonly AlertEvent[] = ["opened", "closed"];

type EpisodeRow = Omit<Episode, "severity"> & { readonly id: number; readonly severity: number };
type MessageRow = {
  readonly id: number;
  readonly episode: number;
  readonly channel: string;
  readonly event: number;
  readonly severity: number;
  readonly message: string;
  readonly tried: Instant | null;
  readonly fault: string | null;
  readonly delivered: number;
  readonly worker: number | null;
};

/** Episodes and their outbox; a message that a worker has is free again once that is no more. */
export class SqliteAlerts implements Alerts {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  // deno-lint-ignore require-await
  async open(): Promise<Episode[]> {
    return this.#db.all<EpisodeRow>("SELECT * FROM episodes WHERE closed IS NULL ORDER BY id").map(episodeOf);
  }

  // deno-lint-ignore require-await
  async episodes(limit: number, { rule, open, since, before }: EpisodeFilter = {}): Promise<EpisodeRecord[]> {
    return this.#db.read(() =>
      this.#db.all<EpisodeRow>(
        `SELECT * FROM episodes
        WHERE (?1 IS NULL OR rule = ?1) AND (?2 IS NULL OR id < (SELECT id FROM episodes WHERE key = ?2))
          AND (?4 IS NULL OR closed IS NULL OR closed >= ?4)
          ${open === undefined ? "" : "AND closed IS NULL"}
        ORDER BY id DESC LIMIT ?3`,
        rule ?? null,
        before ?? null,
        limit,
        since ?? null,
      ).map((row) => ({
        ...episodeOf(row),
        deliveries: this.#db.all<MessageRow>("SELECT * FROM outbox WHERE episode = ? ORDER BY id", row.id)
          .map(deliveryOf),
      }))
    );
  }

  // deno-lint-ignore require-await
  async countsBetween(bounds: readonly Instant[], rule?: string): Promise<Record<AlertSeverity, number>[]> {
    return this.#db.read(() =>
      bounds.slice(1).map((until, place) => {
        const counts = { warning: 0, error: 0 };
        const begun = this.#db.all<{ severity: number; episodes: number }>(
          `SELECT severity, count(*) AS episodes FROM episodes
          WHERE opened >= ?1 AND opened < ?2 AND (?3 IS NULL OR rule = ?3) GROUP BY severity`,
          bounds[place]!,
          until,
          rule ?? null,
        );
        for (const { severity, episodes } of begun) counts[SEVERITIES[severity]!] = episodes;
        return counts;
      })
    );
  }

  async begin(
    { key, rule, subject, severity, message, opened }: Omit<Episode, "closed">,
    channels: readonly string[],
  ): Promise<boolean> {
    return await this.#db.write(() => {
      const began = this.#db.get<{ id: number }>(
        `INSERT INTO episodes (key, rule, subject, severity, message, opened) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING RETURNING id`,
        key,
        rule,
        subject,
        SEVERITIES.indexOf(severity),
        message,
        opened,
      );
      for (const channel of began === undefined ? [] : new Set(channels)) {
        this.#owe(began!.id, channel, "opened", { severity, message });
      }
      return began !== undefined;
    });
  }

  async change(key: string, { severity, message }: AlertText): Promise<void> {
    await this.#db.write(() =>
      this.#db.run(
        "UPDATE episodes SET severity = ?, message = ? WHERE key = ? AND closed IS NULL",
        SEVERITIES.indexOf(severity),
        message,
        key,
      )
    );
  }

  async end(key: string, at: Instant, message: string): Promise<boolean> {
    return await this.#db.write(() => {
      const ended = this.#db.get<EpisodeRow>(
        "UPDATE episodes SET closed = ? WHERE key = ? AND closed IS NULL RETURNING *",
        at,
        key,
      );
      if (ended === undefined) return false;
      const told = this.#db.all<MessageRow>("SELECT * FROM outbox WHERE episode = ? ORDER BY id", ended.id);
      const { severity } = episodeOf(ended);
      for (const { channel } of told) this.#owe(ended.id, channel, "closed", { severity, message });
      return true;
    });
  }

  async take(channel: string, resting: readonly number[] = []): Promise<TakenMessage | undefined> {
    // Most often there is none, and nobody else's write has to be waited for.
    const owes = this.#db.get(
      `SELECT 1 FROM outbox WHERE channel = ? AND delivered = 0
        AND id NOT IN (SELECT value FROM json_each(?)) LIMIT 1`,
      channel,
      JSON.stringify(resting),
    );
    if (owes === undefined) return undefined;
    await this.#db.patiently(() => this.#workers.self());
    return await this.#db.write(() => {
      const owed = this.#db.all<MessageRow>(
        `SELECT * FROM outbox AS o WHERE channel = ? AND delivered = 0 AND NOT EXISTS (
          SELECT 1 FROM outbox WHERE episode = o.episode AND channel = o.channel AND event < o.event AND delivered = 0
        ) ORDER BY tries, id`,
        channel,
      );
      const free = owed.find(({ id, worker }) => !resting.includes(id) && !this.#workers.alive(worker));
      if (free === undefined) return undefined;
      this.#db.run("UPDATE outbox SET worker = ? WHERE id = ?", this.#workers.self(), free.id);
      const { key, rule, subject, opened, closed } = this.#db.get<EpisodeRow>(
        "SELECT * FROM episodes WHERE id = ?",
        free.episode,
      )!;
      const event = EVENTS[free.event]!;
      return {
        id: free.id,
        event,
        key,
        rule,
        subject,
        severity: SEVERITIES[free.severity]!,
        message: free.message,
        at: event === "opened" ? opened : closed!,
      };
    });
  }

  // deno-lint-ignore require-await
  async owed(): Promise<Readonly<Record<string, number>>> {
    const owed = this.#db.all<{ channel: string; count: number }>(
      "SELECT channel, count(*) AS count FROM outbox WHERE delivered = 0 GROUP BY channel",
    );
    return Object.fromEntries(owed.map(({ channel, count }) => [channel, count]));
  }

  async settle(id: number, at: Instant, fault: string | null): Promise<void> {
    await this.#db.write(() =>
      this.#db.run(
        `UPDATE outbox SET worker = NULL, tried = ?1, fault = ?2, delivered = ?2 IS NULL,
          tries = tries + (?2 IS NOT NULL)
        WHERE id = ?3 AND delivered = 0`,
        at,
        fault,
        id,
      )
    );
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    const old = this.#db.all<{ id: number }>(
      `SELECT id FROM episodes AS e WHERE closed < ?
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE episode = e.id AND delivered = 0)`,
      before,
    );
    if (counting === undefined && old.length > 0) {
      await this.#db.write(() => {
        for (const { id } of old) {
          this.#db.run("DELETE FROM outbox WHERE episode = ?", id);
          this.#db.run("DELETE FROM episodes WHERE id = ?", id);
        }
      });
    }
    return old.length;
  }

  #owe(episode: number, channel: string, event: AlertEvent, { severity, message }: AlertText): void {
    this.#db.run(
      "INSERT INTO outbox (episode, channel, event, severity, message) VALUES (?, ?, ?, ?, ?)",
      episode,
      channel,
      EVENTS.indexOf(event),
      SEVERITIES.indexOf(severity),
      message,
    );
  }
}

function episodeOf({ key, rule, subject, severity, message, opened, closed }: EpisodeRow): Episode {
  return { key, rule, subject, severity: SEVERITIES[severity]!, message, opened, closed };
}

function deliveryOf({ channel, event, tried, fault, delivered }: MessageRow): Delivery {
  const outcome = delivered === 1 ? "delivered" : tried === null ? "waiting" : "failed";
  return { channel, event: EVENTS[event]!, at: tried, outcome, detail: fault };
}
