import type { AssetKey } from "../event.ts";
import type { Milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import type { NamedLeader, State } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { type LeadNote, SILENT, TICKS } from "./leading.ts";

/** The assets, schedules and sensors that daemons of other groups request. */
export interface LeftToOthers {
  readonly assets: ReadonlySet<AssetKey>;
  /** Of schedules and sensors. */
  readonly names: ReadonlySet<string>;
}

export const NOTHING_LEFT: LeftToOthers = { assets: new Set(), names: new Set() };

/** The daemons of other groups of assets that lead beside this one. */
export class Others {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #name: string;
  /** By lead, the last sign of life, and when it was first seen. */
  readonly #seen = new Map<string, { readonly life: string; readonly at: Milliseconds }>();

  /** @param name The own lead's. */
  constructor(state: State, clock: Clock, name: string) {
    this.#state = state;
    this.#clock = clock;
    this.#name = name;
  }

  /** What is left to those that answer: what two have, one asks for, which is the first of them by the name of its lead. */
  async left(nodes: readonly Node[]): Promise<LeftToOthers> {
    const notes = (await this.#answering()).filter(({ name }) => name < this.#name)
      .map(({ note }) => (note ?? {}) as unknown as Partial<LeadNote>);
    if (notes.length === 0) return NOTHING_LEFT;
    const assets = nodes.filter(({ key, present }) =>
      notes.some(({ codes }) => codes?.[key] === present.codeId)
    );
    return {
      assets: new Set(assets.map(({ key }) => key)),
      names: new Set(notes.flatMap(({ automations = [] }) => automations)),
    };
  }

  async #answering(): Promise<NamedLeader[]> {
    const awake = this.#clock.awake();
    const others = (await this.#state.leaders(TICKS)).filter(({ name }) => name !== this.#name);
    return others.filter(({ name, number, beats }) => {
      const life = `${number} ${beats}`;
      const seen = this.#seen.get(name);
      if (seen?.life !== life) this.#seen.set(name, { life, at: awake });
      return seen?.life !== life || awake - seen.at <= SILENT;
    });
  }
}

export function isSameLeft(a: LeftToOthers, b: LeftToOthers): boolean {
  const isSame = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    some.size === others.size && some.isSubsetOf(others);
  return isSame(a.assets, b.assets) && isSame(a.names, b.names);
}
