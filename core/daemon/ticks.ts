import type { Ticking } from "../automation/ticker.ts";
import type { Milliseconds } from "../instant.ts";
import { type Backoff, backoff } from "../run/backoff.ts";
import { PassedLeadError } from "../ports/state.ts";
import { messageOf, type Session } from "../run/session.ts";
import type { TickOutcome } from "./counters.ts";
import type { Herald } from "./news.ts";

const BACKOFF: Backoff = { base: { seconds: 5 }, limit: { minutes: 5 } };

export interface TicksOptions {
  readonly ports: Pick<Session, "clock" | "machine" | "mask" | "random">;
  readonly tickings: readonly Ticking[];
  readonly tell: Herald;
  /** Aborted when no more is to be requested. */
  readonly signal: AbortSignal;
  /** Called when runs were queued. */
  readonly queued: () => void;
  /** Called whenever one was called, with how it went. */
  readonly ticked: (name: string, outcome: TickOutcome, took: Milliseconds) => void;
  /** Called when the lead turns out to have passed on. */
  readonly passed: () => void;
}

interface Place {
  readonly ticking: Ticking;
  atWork: Promise<void> | undefined;
  /** Whether it was to be called again while it was at work. */
  isLate: boolean;
  failures: number;
  /** When it is tried again after a failure, by the clock of time awake. */
  again: Milliseconds;
}

/** Everything that requests runs, each by itself: what fails or takes long keeps nothing else. */
export class Ticks {
  readonly #options: TicksOptions;
  readonly #places: readonly Place[];

  constructor(options: TicksOptions) {
    this.#options = options;
    this.#places = options.tickings.map((ticking) => ({
      ticking,
      atWork: undefined,
      isLate: false,
      failures: 0,
      again: -Infinity,
    }));
  }

  /** Calls each that is not at work, in order. */
  pass(): void {
    for (const place of this.#places) this.#call(place);
  }

  /** How long there is nothing to call, as far as is known. */
  get rest(): Milliseconds {
    const { clock } = this.#options.ports;
    const [now, awake] = [clock.now(), clock.awake()];
    const idle = this.#places.filter(({ atWork }) => atWork === undefined);
    return Math.min(...idle.map(({ ticking, again }) => Math.max(ticking.wakes - now, again - awake)));
  }

  /** Resolves once none is at work. */
  async still(): Promise<void> {
    const atWork = () => this.#places.flatMap(({ atWork }) => atWork ?? []);
    while (atWork().length > 0) await Promise.all(atWork());
  }

  #call(place: Place): void {
    const { ports: { clock }, signal } = this.#options;
    if (signal.aborted) return;
    if (place.atWork !== undefined) place.isLate = true;
    else if (clock.awake() >= place.again) {
      place.isLate = false;
      place.atWork = this.#tick(place);
    }
  }

  async #tick(place: Place): Promise<void> {
    const { ports, tell, signal, queued, ticked, passed } = this.#options;
    const { name } = place.ticking;
    const began = ports.machine.awake();
    const took = () => ports.machine.awake() - began;
    try {
      const { runs, failure } = await place.ticking.tick(signal);
      ticked(name, failure !== undefined ? "failed" : runs.length > 0 ? "requested" : "skipped", took());
      for (const { run, request } of runs) tell({ type: "queued", run, request, by: name });
      if (failure !== undefined) {
        const after = Math.max(0, place.ticking.wakes - ports.clock.now());
        tell({ type: "failing", name, message: failure, after });
      }
      if (place.failures > 0) tell({ type: "recovered", name });
      place.failures = 0;
      if (runs.length > 0) queued();
    } catch (cause) {
      if (signal.aborted) return;
      if (cause instanceof PassedLeadError) return passed();
      ticked(name, "failed", took());
      const after = backoff(ports, BACKOFF, place.failures++);
      place.again = ports.clock.awake() + after;
      tell({ type: "failing", name, message: messageOf(ports, cause), after });
    } finally {
      place.atWork = undefined;
      if (place.isLate) this.#call(place);
    }
  }
}
