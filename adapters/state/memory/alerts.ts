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
import type { MemoryStore, StoredEpisode, StoredMessage, Worker } from "./store.ts";

/** Episodes and their outbox. */
export class MemoryAlerts implements Alerts {
  readonly #store: MemoryStore;
  readonly #worker: Worker;

  constructor(store: MemoryStore, worker: Worker) {
    this.#store = store;
    this.#worker = worker;
  }

  async open(): Promise<Episode[]> {
    await null;
    return this.#store.episodes.map(({ episode }) => episode).filter(({ closed }) => closed === null);
  }

  async episodes(limit: number, { rule, open, since, before }: EpisodeFilter = {}): Promise<EpisodeRecord[]> {
    await null;
    const { episodes } = this.#store;
    const end = before === undefined
      ? episodes.length
      : episodes.findIndex(({ episode }) => episode.key === before);
    return episodes.slice(0, Math.max(0, end)).reverse()
      .filter(({ episode }) =>
        (rule === undefined || episode.rule === rule) && (open === undefined || episode.closed === null) &&
        (since === undefined || episode.closed === null || episode.closed >= since)
      )
      .slice(0, limit)
      .map(({ episode, messages }) => ({
        ...episode,
        deliveries: messages.map(({ delivery }) => delivery),
      }));
  }

  async countsBetween(bounds: readonly Instant[], rule?: string): Promise<Record<AlertSeverity, number>[]> {
    await null;
    return bounds.slice(1).map((until, place) => {
      const counts = { warning: 0, error: 0 };
      for (const { episode } of this.#store.episodes) {
        const isMeant = episode.opened >= bounds[place]! && episode.opened < until &&
          (rule === undefined || episode.rule === rule);
        if (isMeant) counts[episode.severity]++;
      }
      return counts;
    });
  }

  async begin(episode: Omit<Episode, "closed">, channels: readonly string[]): Promise<boolean> {
    await null;
    const { key, rule, subject, severity, message, opened } = episode;
    const isTaken = this.#store.episodes.some(({ episode: other }) =>
      other.key === key || other.closed === null && other.rule === rule && other.subject === subject
    );
    if (isTaken) return false;
    const stored = { episode: { key, rule, subject, severity, message, opened, closed: null }, messages: [] };
    this.#store.episodes.push(stored);
    for (const channel of new Set(channels)) this.#owe(stored, channel, "opened", { severity, message });
    return true;
  }

  async change(key: string, { severity, message }: AlertText): Promise<void> {
    await null;
    const stored = this.#open(key);
    if (stored !== undefined) stored.episode = { ...stored.episode, severity, message };
  }

  async end(key: string, at: Instant, message: string): Promise<boolean> {
    await null;
    const stored = this.#open(key);
    if (stored === undefined) return false;
    const { severity } = stored.episode;
    stored.episode = { ...stored.episode, closed: at };
    for (const { channel } of [...stored.messages]) {
      this.#owe(stored, channel, "closed", { severity, message });
    }
    return true;
  }

  async take(channel: string, resting: readonly number[] = []): Promise<TakenMessage | undefined> {
    await null;
    const owed = this.#store.episodes.flatMap(({ episode, messages }) => {
      const next = messages.find((each) => each.channel === channel && each.delivery.outcome !== "delivered");
      return next === undefined ? [] : [{ episode, next }];
    });
    const [first] = owed.filter(({ next }) => !next.worker?.alive && !resting.includes(next.id))
      .sort((a, b) => a.next.tries - b.next.tries || a.next.id - b.next.id);
    if (first === undefined) return undefined;
    const { episode: { key, rule, subject, opened, closed }, next } = first;
    next.worker = this.#worker;
    const { id, event, severity, message } = next;
    return { id, event, key, rule, subject, severity, message, at: event === "opened" ? opened : closed! };
  }

  async owed(): Promise<Readonly<Record<string, number>>> {
    await null;
    const owed: Record<string, number> = {};
    for (const { channel, delivery } of this.#store.episodes.flatMap(({ messages }) => messages)) {
      if (delivery.outcome !== "delivered") owed[channel] = (owed[channel] ?? 0) + 1;
    }
    return owed;
  }

  async settle(id: number, at: Instant, fault: string | null): Promise<void> {
    await null;
    const found = this.#store.episodes.flatMap(({ messages }) => messages).find((each) => each.id === id);
    if (found === undefined || found.delivery.outcome === "delivered") return;
    found.worker = null;
    if (fault !== null) found.tries++;
    found.delivery = {
      ...found.delivery,
      at,
      outcome: fault === null ? "delivered" : "failed",
      detail: fault,
    };
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    await null;
    const isOld = ({ episode: { closed }, messages }: StoredEpisode) =>
      closed !== null && closed < before &&
      messages.every(({ delivery }) => delivery.outcome === "delivered");
    const old = this.#store.episodes.filter(isOld);
    if (counting === undefined) this.#store.episodes = this.#store.episodes.filter((each) => !isOld(each));
    return old.length;
  }

  #open(key: string): StoredEpisode | undefined {
    return this.#store.episodes.find(({ episode }) => episode.key === key && episode.closed === null);
  }

  #owe({ messages }: StoredEpisode, channel: string, event: AlertEvent, text: AlertText): void {
    const delivery: Delivery = { channel, event, at: null, outcome: "waiting", detail: null };
    const message: StoredMessage = {
      id: this.#store.next(),
      channel,
      event,
      ...text,
      worker: null,
      tries: 0,
      delivery,
    };
    messages.push(message);
  }
}
