import type { Instant } from "../instant.ts";

/** The severity of an episode: an `error` keeps data from being right or in time, a `warning` is worth a look. */
export type AlertSeverity = "warning" | "error";

/** The occasion of a message: an episode began or ended. */
export type AlertEvent = "opened" | "closed";

/** A stretch of time in which a rule found something wrong with one subject. */
export interface Episode {
  /** A name that no other episode ever has; all of its messages bear it. */
  readonly key: string;
  readonly rule: string;
  /** An asset, a sensor, a city, a source or the daemon. */
  readonly subject: string;
  /** The latest severity. */
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

/** The delivery of one message to one channel. */
export interface Delivery {
  readonly channel: string;
  readonly event: AlertEvent;
  /** When it was last tried; null before the first try. */
  readonly at: Instant | null;
  /** A failed delivery is tried again. */
  readonly outcome: "waiting" | "failed" | "delivered";
  /** Why the last try failed, in one line. */
  readonly detail: string | null;
}

/** An episode with the deliveries of its messages, oldest first. */
export interface EpisodeRecord extends Episode {
  readonly deliveries: readonly Delivery[];
}

/** Which episodes are meant: all that is said must hold. */
export interface EpisodeFilter {
  readonly rule?: string;
  /** They go on. */
  readonly open?: true;
  /** They go on, or ended no earlier. */
  readonly since?: Instant;
  /** They are older than the one of this key: the page after it. */
  readonly before?: string;
}

/** A message that this worker has taken to deliver; `settle` ends that. */
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
 * The record of episodes, and of the messages about them that are still to be delivered. Both are written in one
 * transaction, so that each message is delivered at least once.
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
   * Begins an episode, with a message to each channel.
   *
   * @returns False where one of the same rule and subject goes on, or another has the key.
   */
  begin(episode: Omit<Episode, "closed">, channels: readonly string[]): Promise<boolean>;
  /** Updates the severity and message of an episode that goes on, without a message to anybody. */
  change(key: string, found: AlertText): Promise<void>;
  /**
   * Ends an episode, with a message to each channel that its beginning had one for.
   *
   * @returns Whether it went on until then.
   */
  end(key: string, at: Instant, message: string): Promise<boolean>;
  /**
   * Takes a message to a channel that no living worker has taken: the one tried the fewest times, of these the oldest. The
   * message of an episode's end comes after that of its beginning.
   *
   * @param resting Messages to leave alone for now, by id; the later ones of their episodes wait, too.
   * @returns Undefined where there is none.
   */
  take(channel: string, resting?: readonly number[]): Promise<TakenMessage | undefined>;
  /** The number of undelivered messages by channel, without those that have none. */
  owed(): Promise<Readonly<Record<string, number>>>;
  /** Records that a taken message was delivered or, with a line in `fault`, why not. */
  settle(id: number, at: Instant, fault: string | null): Promise<void>;
  /** Forgets episodes that ended before an instant and are delivered, or only counts them. */
  forget(before: Instant, counting?: "only"): Promise<number>;
}
