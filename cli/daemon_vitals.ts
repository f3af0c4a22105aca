import {
  daemonAt,
  leadOf,
  type Milliseconds,
  type OpenLake,
  type ProcessVitals,
  type Pulse,
  SECOND,
  type Vitals,
} from "../core/mod.ts";
import type { App } from "./context.ts";
import { firstOf } from "./uncaught.ts";
import { lasting } from "./text.ts";

/** A leader that gave no sign of life for so long is not counted on. */
const LEADERLESS: Milliseconds = 15 * SECOND;

/** How a daemon is, whose lake may break off and be opened again. */
export class DaemonVitals implements Vitals {
  #lake: OpenLake | undefined;
  #wasOpen = false;
  #broke: string | undefined;

  constructor(readonly app: App, readonly pulse: Pulse, readonly signal: AbortSignal) {}

  get lookbackDays(): number {
    return this.app.lookbackDays;
  }

  /** Whether it was open once. */
  get wasOpen(): boolean {
    return this.#wasOpen;
  }

  /** Notes that the lake is open, until what is returned is disposed of. */
  open(lake: OpenLake): Disposable {
    this.#lake = lake;
    this.#wasOpen = true;
    this.#broke = undefined;
    return { [Symbol.dispose]: () => this.#lake = undefined };
  }

  /** Notes what the work broke off with. @returns It, in a line. */
  broke(cause: unknown): string {
    for (const loop of ["ticks", "runs"] as const) this.pulse.beat(loop);
    return this.#broke = this.#lineOf(cause);
  }

  lake = (): OpenLake | undefined => this.#lake;

  get process(): ProcessVitals {
    return this.app.process;
  }

  async hindrance(): Promise<string | undefined> {
    if (this.signal.aborted) return "it ends";
    if (this.#lake === undefined) return this.#broke ?? "the lake is being opened";
    try {
      if (!await this.app.isMade()) return "the lake or its state is gone";
      const leader = await this.#lake.state.leader(leadOf(this.#lake.graph.assets));
      if (this.pulse.leads) return undefined;
      if (leader === undefined) return "no daemon asks for what is due: one takes that over in a moment";
      const { leaderSilence = 0 } = this.pulse;
      if (leaderSilence <= LEADERLESS) return undefined;
      return `${daemonAt(leader.place)}, which asks for what is due, has not answered for ${
        lasting(leaderSilence)
      }`;
    } catch (cause) {
      return this.#lineOf(cause);
    }
  }

  #lineOf(cause: unknown): string {
    const error = firstOf(cause);
    const text = error instanceof Error ? error.message : String(error);
    return this.app.mask(text.replaceAll(/\s*\n\s*/g, " "));
  }
}
