import type { AssetKey } from "../event.ts";
import { type Milliseconds, SECOND } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lead, Leader, LeadOptions, State } from "../ports/state.ts";

/** The leads of those who request runs have names that begin so. */
export const TICKS = "ticks";
/** So often who leads gives a sign of life. */
export const BEAT: Milliseconds = 5 * SECOND;
/** Who leads and gives no sign of life for so long has lost the lead to whoever asks for it. */
export const SILENT: Milliseconds = 30 * SECOND;
/** Who did not ask for so long was stopped: it asks every few seconds. */
const STOPPED: Milliseconds = SILENT / 2;

/** The lead of who requests runs of the assets of some groups: daemons of the same groups have it by turns. */
export function leadOf(assets: readonly { readonly group: string }[]): string {
  return [TICKS, ...[...new Set(assets.map(({ group }) => group))].sort()].join(" ");
}

/** The end of keys that each lead has of its own. */
export function keyOfLead(lead: string): string {
  return lead.slice(TICKS.length);
}

/** The groups of a lead. */
export function groupsOf(lead: string): ReadonlySet<string> {
  return new Set(lead.split(" ").slice(1));
}

/** The note that the leading daemon leaves for others. */
export interface LeadNote {
  /** How many times as fast as the machine its lake lives. */
  readonly speed: number;
  /** The id of the code record that it makes each asset with. */
  readonly codes: Readonly<Record<AssetKey, number>>;
  /** The names of the schedules and sensors that it has. */
  readonly automations: readonly string[];
}

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
  /** When this was asked last. */
  #asked: Milliseconds | undefined;
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

  async seek(options?: LeadOptions): Promise<LeadAnswer> {
    this.#passOver();
    const silent = this.#silence() > SILENT ? this.#seen : undefined;
    const lead = await this.#state.lead(this.#name, this.#clock.now(), silent, options);
    if (lead !== undefined && await this.#beat(lead)) return { lead, silence: undefined };
    await this.#look();
    return { lead: undefined, silence: this.#seen && this.#silence() };
  }

  /** Leaves out the time for which this process was stopped itself: nobody's silence was heard then. */
  #passOver(): void {
    const awake = this.#clock.awake();
    const gap = awake - (this.#asked ?? awake);
    this.#asked = awake;
    if (gap > STOPPED && this.#seen !== undefined) this.#seen = { ...this.#seen, at: this.#seen.at + gap };
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
