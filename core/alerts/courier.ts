import type { Instant, Milliseconds } from "../instant.ts";
import { SECOND } from "../instant.ts";
import type { Alerts } from "../ports/alerts.ts";
import type { AlertMessage, Channel } from "../ports/channel.ts";
import { limited } from "../run/limited.ts";
import { messageOf, type Ports, type Session } from "../run/session.ts";
import { Lane } from "./lane.ts";

/** How long one delivery may take. */
const LONGEST: Milliseconds = 10 * SECOND;

/** A delivery whose outcome is not noted yet. */
interface Unsettled {
  readonly id: number;
  readonly at: Instant;
  readonly fault: string | null;
}

/** One channel: whatever becomes of it holds up no other. */
interface Served {
  readonly lane: Lane;
  busy: Promise<void> | undefined;
  unsettled: Unsettled | undefined;
}

/** Delivers what channels are owed, each by itself, and tries again what failed. */
export class Courier {
  readonly #session: Session;
  readonly #speed: number;
  readonly #alerts: Alerts;
  readonly #served: readonly Served[];
  #fault: { readonly error: unknown } | undefined;

  /** @param speed How many times as fast as the machine, by whose clock deliveries are made, the lake lives. */
  constructor(session: Session, channels: readonly Channel[], speed: number) {
    this.#session = session;
    this.#speed = speed;
    this.#alerts = session.state.alerts;
    const awake = () => session.machine.awake();
    this.#served = channels.map((channel) => ({
      lane: new Lane(channel, session, awake),
      busy: undefined,
      unsettled: undefined,
    }));
  }

  get channels(): readonly string[] {
    return this.#served.map(({ lane }) => lane.channel.name);
  }

  /** When a delivery that failed is tried again. */
  get wakes(): Instant {
    const pauses = this.#served.map(({ lane }) => lane.pause);
    return this.#session.clock.now() + this.#speed * Math.min(Infinity, ...pauses);
  }

  /** Begins to deliver what is owed. @throws What kept the last deliveries from being noted. */
  start(signal: AbortSignal): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault.error;
    for (const served of this.#served) {
      served.busy ??= this.#serve(served, signal).catch((error) => {
        this.#fault ??= { error };
      }).finally(() => served.busy = undefined);
    }
  }

  /** Resolves once what was begun is done, whether or not it arrived. */
  async settled(): Promise<void> {
    await Promise.all(this.#served.map(({ busy }) => busy));
  }

  async #serve(served: Served, signal: AbortSignal): Promise<void> {
    const { clock } = this.#session;
    const { lane } = served;
    while (!signal.aborted) {
      await this.#settle(served);
      if (lane.rests) return;
      const message = await this.#alerts.take(lane.channel.name, lane.resting);
      if (message === undefined) return lane.emptied();
      const { id } = message;
      const fault = await this.#deliver(lane.channel, message, signal);
      served.unsettled = { id, at: clock.now(), fault };
      if (fault === null) lane.arrived(id);
      else lane.failed(id);
      await this.#settle(served);
    }
  }

  /** Notes what came of a delivery; where that fails, it is done before the next. */
  async #settle(served: Served): Promise<void> {
    if (served.unsettled === undefined) return;
    const { id, at, fault } = served.unsettled;
    await this.#alerts.settle(id, at, fault);
    served.unsettled = undefined;
  }

  /** @returns Why it did not arrive, as far as is known; null if it did. */
  async #deliver(channel: Channel, message: AlertMessage, signal: AbortSignal): Promise<string | null> {
    return await deliver(this.#session, channel, message, signal);
  }
}

/** Delivers one message within ten seconds. @returns Why it did not arrive, as far as is known; null if it did. */
export async function deliver(
  session: Pick<Required<Ports>, "machine" | "mask">,
  channel: Channel,
  { event, rule, subject, severity, message, at, key }: AlertMessage,
  cancel: AbortSignal,
): Promise<string | null> {
  const { signal, cause, end } = limited(session.machine, LONGEST, cancel);
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
