import type { Instant, Milliseconds } from "../instant.ts";
import { SECOND } from "../instant.ts";
import type { Alerts } from "../ports/alerts.ts";
import type { AlertMessage, Channel } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import { backoff } from "../run/backoff.ts";
import { limited } from "../run/limited.ts";
import { messageOf, type Ports, type Session } from "../run/session.ts";

/** Pauses after deliveries that failed: never given up, and never far apart. */
const PAUSE = { base: { seconds: 5 }, limit: { minutes: 10 } };

/** How long one delivery may take. */
const LONGEST: Milliseconds = 10 * SECOND;

/** A delivery whose outcome is not noted yet. */
interface Unsettled {
  readonly id: number;
  readonly at: Instant;
  readonly fault: string | null;
}

/** One channel: whatever becomes of it holds up no other. */
interface Lane {
  readonly channel: Channel;
  /** How many deliveries failed in a row. */
  failures: number;
  /** Nothing is delivered before this, on the machine's clock that counts only time awake. */
  until: Milliseconds;
  busy: Promise<void> | undefined;
  unsettled: Unsettled | undefined;
}

/** The clock by which deliveries are made: a lake may live faster than the machine. */
export interface Pace {
  readonly machine: Clock;
  /** How many times as fast the lake lives. */
  readonly speed: number;
}

/** Delivers what channels are owed, each by itself, and tries again what failed. */
export class Courier {
  readonly #session: Session;
  readonly #pace: Pace;
  readonly #alerts: Alerts;
  readonly #lanes: readonly Lane[];
  #fault: { readonly error: unknown } | undefined;

  constructor(session: Session, channels: readonly Channel[], pace: Pace) {
    this.#session = session;
    this.#pace = pace;
    this.#alerts = session.state.alerts;
    this.#lanes = channels.map((channel) => ({
      channel,
      failures: 0,
      until: -Infinity,
      busy: undefined,
      unsettled: undefined,
    }));
  }

  get channels(): readonly string[] {
    return this.#lanes.map(({ channel }) => channel.name);
  }

  /** When a delivery that failed is tried again. */
  get wakes(): Instant {
    const { machine, speed } = this.#pace;
    const pauses = this.#lanes.filter(({ failures }) => failures > 0)
      .map(({ until }) => until - machine.awake());
    return this.#session.clock.now() + speed * Math.max(0, Math.min(Infinity, ...pauses));
  }

  /** Begins to deliver what is owed. @throws What kept the last deliveries from being noted. */
  start(signal: AbortSignal): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault.error;
    for (const lane of this.#lanes) {
      lane.busy ??= this.#serve(lane, signal).catch((error) => {
        this.#fault ??= { error };
      }).finally(() => lane.busy = undefined);
    }
  }

  /** Resolves once what was begun is done, whether or not it arrived. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.map(({ busy }) => busy));
  }

  async #serve(lane: Lane, signal: AbortSignal): Promise<void> {
    const { clock } = this.#session;
    const { machine } = this.#pace;
    while (!signal.aborted) {
      await this.#settle(lane);
      if (machine.awake() < lane.until) return;
      const message = await this.#alerts.take(lane.channel.name);
      if (message === undefined) return;
      const fault = await this.#deliver(lane.channel, message, signal);
      lane.unsettled = { id: message.id, at: clock.now(), fault };
      lane.failures = fault === null ? 0 : lane.failures + 1;
      if (fault !== null) lane.until = machine.awake() + backoff(this.#session, PAUSE, lane.failures);
      await this.#settle(lane);
    }
  }

  /** Notes what came of a delivery; where that fails, it is done before the next. */
  async #settle(lane: Lane): Promise<void> {
    if (lane.unsettled === undefined) return;
    const { id, at, fault } = lane.unsettled;
    await this.#alerts.settle(id, at, fault);
    lane.unsettled = undefined;
  }

  /** @returns Why it did not arrive, as far as is known; null if it did. */
  async #deliver(channel: Channel, message: AlertMessage, signal: AbortSignal): Promise<string | null> {
    const { mask } = this.#session;
    return await deliver({ clock: this.#pace.machine, mask }, channel, message, signal);
  }
}

/** Delivers one message within ten seconds. @returns Why it did not arrive, as far as is known; null if it did. */
export async function deliver(
  session: Pick<Ports, "clock" | "mask">,
  channel: Channel,
  { event, rule, subject, severity, message, at, key }: AlertMessage,
  cancel: AbortSignal,
): Promise<string | null> {
  const { signal, cause, end } = limited(session, LONGEST, cancel);
  try {
    await Promise.race([
      channel.send({ event, rule, subject, severity, message, at, key }, signal),
      cause,
    ]);
    return null;
  } catch (error) {
    if (cancel.aborted) return "was cut off, wanted an answer";
    if (signal.aborted) return `did not answer, wanted an answer within ${LONGEST / SECOND} s`;
    return messageOf(session, error);
  } finally {
    end();
  }
}
