import type { Milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lead, Leader, LeadOptions, State } from "../ports/state.ts";
import { BEAT, SILENT } from "./lead.ts";

/** The answer to who asks for the lead: one worker has it, the others follow. */
export interface LeadAnswer {
  /** Undefined where another has it. */
  readonly lead: Lead | undefined;
  /** How long the other gave no sign of life, as it is seen from here; undefined where nobody leads. */
  readonly silence: Milliseconds | undefined;
}

/**
 * The lead in what is asked for: it is kept by signs of life, and taken from who gives none. These are counted, and the
 * time between two is measured here, awake: neither a clock that is set nor a machine that sleeps deposes anybody.
 */
export class Leading {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #name: string;
  /** When the last sign of life was given here, and under which lead. */
  #given: { readonly number: number; readonly at: Milliseconds } | undefined;
  /** The last sign of life of another, and when it was first seen. */
  #seen: (Pick<Leader, "number" | "beats"> & { readonly at: Milliseconds }) | undefined;

  /**
   * @param clock The machine's, however fast the lake lives.
   * @param name The lead's.
   */
  constructor(state: State, clock: Clock, name: string) {
    this.#state = state;
    this.#clock = clock;
    this.#name = name;
  }

  async ask(options?: LeadOptions): Promise<LeadAnswer> {
    const silent = this.#silence() > SILENT ? this.#seen : undefined;
    const lead = await this.#state.lead(this.#name, this.#clock.now(), silent, options);
    if (lead !== undefined && await this.#beat(lead)) return { lead, silence: undefined };
    await this.#look();
    return { lead: undefined, silence: this.#seen && this.#silence() };
  }

  /** @returns Whether the lead has not passed on. */
  async #beat(lead: Lead): Promise<boolean> {
    const awake = this.#clock.awake();
    this.#seen = undefined;
    if (this.#given?.number === lead.number && awake - this.#given.at < BEAT) return true;
    this.#given = { number: lead.number, at: awake };
    return await this.#state.beat(lead, this.#clock.now());
  }

  async #look(): Promise<void> {
    const leader = await this.#state.leader(this.#name);
    if (leader === undefined) this.#seen = undefined;
    else if (leader.number !== this.#seen?.number || leader.beats !== this.#seen.beats) {
      this.#seen = { number: leader.number, beats: leader.beats, at: this.#clock.awake() };
    }
  }

  #silence(): Milliseconds {
    return this.#seen === undefined ? 0 : this.#clock.awake() - this.#seen.at;
  }
}
