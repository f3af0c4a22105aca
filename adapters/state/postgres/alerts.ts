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

/** By their numbers in the table: an end comes after its beginning. */
const EVENTS: readonly AlertEvent[] = ["opened", "closed"];

type EpisodeRow = Episode & { readonly id: number };
interface MessageRow {
  readonly id: number;
  readonly episode: number;
  readonly channel: string;
  readonly event: number;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly tried: Instant | null;
  readonly fault: string | null;
  readonly delivered: boolean;
}

/** Episodes and their outbox; a message that a worker has is free again once that is no more. */
export class PostgresAlerts implements Alerts {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  async open(): Promise<Episode[]> {
    return (await this.#db.all<EpisodeRow>("SELECT * FROM episodes WHERE closed IS NULL ORDER BY id")).map(
      episodeOf,
    );
  }

  async episodes(limit: number, { rule, open, since, before }: EpisodeFilter = {}): Promise<EpisodeRecord[]> {
    return await this.#db.read(async (db) => {
      const rows = await db.all<EpisodeRow>(
        `SELECT * FROM episodes
        WHERE ($1::text IS NULL OR rule = $1)
          AND ($2::text IS NULL OR id < (SELECT id FROM episodes WHERE key = $2))
          AND ($4::bigint IS NULL OR closed IS NULL OR closed >= $4)
          ${open === undefined ? "" : "AND closed IS NULL"}
        ORDER BY id DESC LIMIT $3`,
        rule ?? null,
        before ?? null,
        limit,
        since ?? null,
      );
      const messages = await db.all<MessageRow>(
        "SELECT * FROM outbox WHERE episode IN (SELECT e::bigint FROM json_array_elements_text($1::text::json) e) ORDER BY id",
        JSON.stringify(rows.map(({ id }) => id)),
      );
      return rows.map((row) => ({
        ...episodeOf(row),
        deliveries: messages.filter(({ episode }) => episode === row.id).map(deliveryOf),
      }));
    });
  }

  async countsBetween(bounds: readonly Instant[], rule?: string): Promise<Record<AlertSeverity, number>[]> {
    const all = bounds.slice(1).map(() => ({ warning: 0, error: 0 }));
    const rows = await this.#db.all<{ place: number; severity: AlertSeverity; episodes: number }>(
      `SELECT b.place, e.severity, count(*) AS episodes
      FROM json_to_recordset($1::text::json) AS b(place int, since bigint, until bigint)
        JOIN episodes e ON e.opened >= b.since AND e.opened < b.until
      WHERE $2::text IS NULL OR e.rule = $2 GROUP BY b.place, e.severity`,
      JSON.stringify(all.map((_, place) => ({ place, since: bounds[place], until: bounds[place + 1] }))),
      rule ?? null,
    );
    for (const { place, severity, episodes } of rows) all[place]![severity] = episodes;
    return all;
  }

  async begin(
    { key, rule, subject, severity, message, opened }: Omit<Episode, "closed">,
    channels: readonly string[],
  ): Promise<boolean> {
    const begun = await this.#db.get(
      `WITH begun AS (
        INSERT INTO episodes (key, rule, subject, severity, message, opened) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING RETURNING id
      ), owed AS (
        INSERT INTO outbox (episode, channel, event, severity, message)
        SELECT id, channel, 0, $4, $5
        FROM begun, json_array_elements_text($7::text::json) WITH ORDINALITY AS c(channel, place) ORDER BY place
      )
      SELECT id FROM begun`,
      key,
      rule,
      subject,
      severity,
      message,
      opened,
      JSON.stringify([...new Set(channels)]),
    );
    return begun !== undefined;
  }

  async change(key: string, { severity, message }: AlertText): Promise<void> {
    await this.#db.run(
      "UPDATE episodes SET severity = $1, message = $2 WHERE key = $3 AND closed IS NULL",
      severity,
      message,
      key,
    );
  }

  async end(key: string, at: Instant, message: string): Promise<boolean> {
    const ended = await this.#db.get(
      `WITH ended AS (
        UPDATE episodes SET closed = $1 WHERE key = $2 AND closed IS NULL RETURNING id, severity
      ), owed AS (
        INSERT INTO outbox (episode, channel, event, severity, message)
        SELECT e.id, o.channel, 1, e.severity, $3
        FROM ended e JOIN outbox o ON o.episode = e.id AND o.event = 0 ORDER BY o.id
      )
      SELECT id FROM ended`,
      at,
      key,
      message,
    );
    return ended !== undefined;
  }

  async take(channel: string, resting: readonly number[] = []): Promise<TakenMessage | undefined> {
    const owes = await this.#db.get(
      `SELECT 1 FROM outbox WHERE channel = $1 AND NOT delivered
        AND id NOT IN (SELECT r::bigint FROM json_array_elements_text($2::text::json) r) LIMIT 1`,
      channel,
      JSON.stringify(resting),
    );
    if (owes === undefined) return undefined;
    const self = await this.#workers.self();
    return await this.#db.write(async (transaction) => {
      await transaction.run("SELECT hold('channel ' || $1), require_life($2)", channel, self);
      const taken = await transaction.get<MessageRow>(
        `UPDATE outbox SET worker = $2 WHERE id = (
          SELECT id FROM outbox AS o
          WHERE channel = $1 AND NOT delivered AND NOT lives(worker)
            AND id NOT IN (SELECT r::bigint FROM json_array_elements_text($3::text::json) r)
            AND NOT EXISTS (
              SELECT 1 FROM outbox b
              WHERE b.episode = o.episode AND b.channel = o.channel AND b.event < o.event AND NOT b.delivered
            )
          ORDER BY tries, id LIMIT 1
        ) RETURNING *`,
        channel,
        self,
        JSON.stringify(resting),
      );
      if (taken === undefined) return undefined;
      const { key, rule, subject, opened, closed } = (await transaction.get<EpisodeRow>(
        "SELECT * FROM episodes WHERE id = $1",
        taken.episode,
      ))!;
      const { id, severity, message } = taken;
      const event = EVENTS[taken.event]!;
      return { id, event, key, rule, subject, severity, message, at: event === "opened" ? opened : closed! };
    });
  }

  async owed(): Promise<Readonly<Record<string, number>>> {
    const owed = await this.#db.all<{ channel: string; count: number }>(
      `SELECT channel, count(*) AS count FROM outbox WHERE NOT delivered
      GROUP BY channel ORDER BY channel COLLATE "C"`,
    );
    return Object.fromEntries(owed.map(({ channel, count }) => [channel, count]));
  }

  async settle(id: number, at: Instant, fault: string | null): Promise<void> {
    await this.#db.run(
      `UPDATE outbox SET worker = NULL, tried = $1, fault = $2, delivered = $2::text IS NULL,
        tries = tries + ($2::text IS NOT NULL)::int
      WHERE id = $3 AND NOT delivered`,
      at,
      fault,
      id,
    );
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    const old = `closed < $1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE episode = e.id AND NOT delivered)`;
    if (counting !== undefined) {
      const count = `SELECT count(*) AS count FROM episodes e WHERE ${old}`;
      return (await this.#db.get<{ count: number }>(count, before))!.count;
    }
    const found = await this.#db.get<{ count: number }>(
      `WITH over AS (DELETE FROM episodes e WHERE ${old} RETURNING id),
        told AS (DELETE FROM outbox WHERE episode IN (SELECT id FROM over))
      SELECT count(*) AS count FROM over`,
      before,
    );
    return found!.count;
  }
}

function episodeOf({ key, rule, subject, severity, message, opened, closed }: EpisodeRow): Episode {
  return { key, rule, subject, severity, message, opened, closed };
}

function deliveryOf({ channel, event, tried, fault, delivered }: MessageRow): Delivery {
  const outcome = delivered ? "delivered" : tried === null ? "waiting" : "failed";
  return { channel, event: EVENTS[event]!, at: tried, outcome, detail: fault };
}
