import type { Instant } from "../instant.ts";

/** How bad something is: an `error` keeps data from being right or in time, a `warning` is worth a look. */
export type AlertSeverity = "warning" | "error";

/** The text of a message about an episode. */
export type AlertEvent = "opened" | "closed";

/** A stretch of time in which a rule found something wrong with one subject. */
export interface Episode {
  /** Names it for good, in all its messages. */
  readonly key: string;
  readonly rule: string;
  /** An asset, a sensor, a city, a source or the daemon. */
  readonly subject: string;
  /** As it was found last. */
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly opened: Instant;
  /** Null as long as it goes on. */
  readonly closed: Instant | null;
}

/** The text of a message about an episode. */
export interface AlertText {
  readonly severity: AlertSeverity;
  readonly message: string;
}

/** A message of an episode to one channel, and what came of it. */
export interface Delivery {
  readonly channel: string;
  readonly event: AlertEvent;
  /** When it was last tried; null where nobody did yet. */
  readonly at: Instant | null;
  /** One that failed is tried again. */
  readonly outcome: "waiting" | "failed" | "delivered";
  /** Why the last try failed, in one line. */
  readonly detail: string | null;
}

/** An episode with its messages, in the order in which they came to be. */
export interface EpisodeRecord extends Episode {
  readonly deliveries: readonly Delivery[];
}

/** Which episodes are meant: all that is said must hold. */
export interface EpisodeFilter {
  readonly rule?: string;
  /** They go on. */
  readonly open?: true;
  /** They are older than the one of this key: the page after it. */
  readonly before?: string;
}

/** A message that is this worker's to deliver, until it is settled. */
export interface TakenMessage extends AlertText {
  readonly id: number;
  readonly event: AlertEvent;
  readonly key: string;
  readonly rule: string;
  readonly subject: string;
  /** When the episode began or ended. */
  readonly at: Instant;
}

/**
 * Episodes, and the messages about them that channels are owed. An episode and its messages are written together, so that
 * none is lost: each is delivered at least once.
 */
export interface Alerts {
  /** The episodes that go on, oldest first. */
  open(): Promise<readonly Episode[]>;
  /** The newest episodes with their messages, newest first. */
  episodes(limit: number, filter?: EpisodeFilter): Promise<readonly EpisodeRecord[]>;
  /** How many began from one instant until the next, for each but the last; ascending. @param rule Of it alone. */
  countsBetween(
    bounds: readonly Instant[],
    rule?: string,
  ): Promise<readonly Readonly<Record<AlertSeverity, number>>[]>;
  /**
   * Begins an episode, and owes each channel a message.
   *
   * @returns Whether it began: not where one of its rule and subject goes on, or another has its key.
   */
  begin(episode: Omit<Episode, "closed">, channels: readonly string[]): Promise<boolean>;
  /** Notes what is found now of an episode that goes on; nobody is told. */
  change(key: string, found: AlertText): Promise<void>;
  /**
   * Ends an episode, and owes a message to each channel that was owed one of its beginning.
   *
   * @returns Whether it went on until then.
   */
  end(key: string, at: Instant, message: string): Promise<boolean>;
  /**
   * Takes the message to a channel that was tried the least, the oldest of these; undefined where none is owed that no
   * living worker has. The end of an episode is told once its beginning was.
   *
   * @param resting Messages that are left, and with them the ends of their episodes.
   */
  take(channel: string, resting?: readonly number[]): Promise<TakenMessage | undefined>;
  /** How many messages each channel is owed; those that are owed none are not named. */
  owed(): Promise<Readonly<Record<string, number>>>;
  /** Notes that a taken message was delivered, or why not. */
  settle(id: number, at: Instant, fault: string | null): Promise<void>;
  /** Forgets episodes that ended before an instant and are delivered, or only counts them. */
  forget(before: Instant, counting?: "only"): Promise<number>;
}
