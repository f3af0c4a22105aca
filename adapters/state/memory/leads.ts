import {
  type Instant,
  type Lead,
  type Leader,
  type LeadOptions,
  type NamedLeader,
  PassedLeadError,
  type Stalled,
} from "../../../core/mod.ts";
import { frozen } from "./copies.ts";
import type { MemoryStore, Worker } from "./store.ts";

/** The worker of a lead that nobody has: its number stays known. */
const NOBODY: Worker = { name: "", alive: false };

/** Who leads what in a store. */
export class Leads {
  readonly #store: MemoryStore;
  readonly #worker: Worker;

  constructor(store: MemoryStore, worker: Worker) {
    this.#store = store;
    this.#worker = worker;
  }

  leader(name: string): Leader | undefined {
    const found = this.#store.leads.get(name);
    if (!found?.worker.alive) return undefined;
    const { number, beats, at, note } = found;
    return { place: null, note, number, beats, at };
  }

  leaders(prefix: string): NamedLeader[] {
    const names = [...this.#store.leads.keys()].filter((name) => name.startsWith(prefix)).sort();
    return names.flatMap((name) => {
      const leader = this.leader(name);
      return leader === undefined ? [] : [{ name, ...leader }];
    });
  }

  stalled(prefix: string): Stalled[] {
    return this.#store.deposed.filter(({ name, worker }) => name.startsWith(prefix) && worker.alive)
      .map(({ since }) => ({ place: null, since }));
  }

  has({ name, number }: Lead): boolean {
    const found = this.#store.leads.get(name);
    return found?.number === number && found.worker === this.#worker;
  }

  /** @throws {PassedLeadError} If it is one that has passed on. */
  require(lead: Lead | undefined): void {
    if (lead !== undefined && !this.has(lead)) throw PassedLeadError.of(lead);
  }

  take(
    name: string,
    at: Instant,
    silent: Pick<Leader, "number" | "beats"> | undefined,
    { note = null, yields = false }: LeadOptions,
  ): Lead | undefined {
    const { leads } = this.#store;
    const how = { note: frozen(note), yields };
    const found = leads.get(name);
    this.#store.deposed = this.#store.deposed.filter((each) =>
      each.name !== name || each.worker !== this.#worker
    );
    if (found?.worker.alive) {
      if (found.worker === this.#worker) {
        leads.set(name, { ...found, ...how });
        return { name, number: found.number };
      }
      if (!found.yields || yields) {
        if (found.number !== silent?.number || found.beats !== silent.beats) return undefined;
        this.#store.deposed.push({ name, worker: found.worker, since: found.at });
      }
    }
    const number = (found?.number ?? 0) + 1;
    leads.set(name, { worker: this.#worker, number, beats: 0, at, ...how });
    return { name, number };
  }

  /** Gives up all that this worker leads. */
  leave(): void {
    const { leads } = this.#store;
    for (const [name, lead] of leads) {
      if (lead.worker === this.#worker) leads.set(name, { ...lead, worker: NOBODY });
    }
  }

  beat(lead: Lead, at: Instant): boolean {
    if (!this.has(lead)) return false;
    const found = this.#store.leads.get(lead.name)!;
    this.#store.leads.set(lead.name, { ...found, beats: found.beats + 1, at });
    return true;
  }
}
