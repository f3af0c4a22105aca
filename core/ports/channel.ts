import type { Instant } from "../instant.ts";
import type { AlertEvent, AlertSeverity } from "./alerts.ts";

/** A message about an episode, as a channel delivers it. */
export interface AlertMessage {
  readonly event: AlertEvent;
  readonly rule: string;
  readonly subject: string;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly at: Instant;
  /** The episode's, the same in both of its messages. */
  readonly key: string;
}

/** A way to deliver messages to people, such as a webhook. */
export interface Channel {
  readonly name: string;
  /**
   * Delivers a message; one that was delivered before may come again, with the same key and event.
   *
   * @throws {Error} If it cannot be known that it arrived: one line, what was found and what was wanted.
   */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}
