import type { Ticking } from "../automation/ticker.ts";
import type { Milliseconds } from "../instant.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { Lead } from "../ports/state.ts";
import type { Observer } from "../run/progress.ts";
import type { Herald } from "./news.ts";
import type { LeftToOthers } from "./others.ts";
import type { Pulse } from "./pulse.ts";

/** The parts of a daemon, and the signal that ends it. */
export interface DaemonOptions {
  readonly orchestrator: Orchestrator;
  /**
   * Opens what asks for runs under a lead, but for what is left to daemons of other groups; called whenever this worker
   * begins to lead, or leaves something else to others.
   */
  readonly tickers: (lead: Lead, left: LeftToOthers) => Promise<readonly Ticking[]>;
  /** The names of the schedules and sensors that it has. @default none */
  readonly automations?: readonly string[];
  /** Called by who follows, now and then: tells people of what is wrong, such as a leader that hangs. */
  readonly look?: (signal: AbortSignal) => Promise<void>;
  /** Aborted when nothing new is to be begun. */
  readonly signal: AbortSignal;
  /** How long steps at work may go on then, by the machine's clock. */
  readonly grace: Milliseconds;
  /** How many times as fast as the machine the lake lives; beside one of another speed it does not work. @default 1 */
  readonly speed?: number;
  readonly pulse: Pulse;
  readonly tell: Herald;
  readonly observe: Observer;
  /** Given a way to wake the daemon, which may be used at any time and need not be. */
  readonly alarm?: (wake: () => void) => void;
}
