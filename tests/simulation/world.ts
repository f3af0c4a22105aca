import type { AssetKey } from "../../core/event.ts";
import { DAY, HOUR, MINUTE } from "../../core/instant.ts";
import { RequestError } from "../../core/run/scope.ts";
import { Superseded } from "../../core/run/session.ts";
import type { Publisher } from "../../core/ports/publisher.ts";
import type { State } from "../../core/ports/state.ts";
import { Chance, digest } from "./chance.ts";
import { Lake } from "./lake.ts";
import { Oracle } from "./oracle.ts";
import { BEGIN, type Sketch, sketchGraph } from "./sketch.ts";
import { type Actor, Turns } from "./turns.ts";
import { Injected, Worker } from "./worker.ts";

/** Handles on one state, each as if of a process of its own. */
export interface Store extends AsyncDisposable {
  /** Opened before anything happens; as many as a simulation may need. */
  readonly handles: readonly { readonly name: string; readonly state: State }[];
  kill(name: string): void;
  /** Takes a claim without open intents from a worker that lives. @returns What was taken. */
  steal?: (chance: Chance) => { token: number; run: number; asset: AssetKey } | undefined;
}

/** A planted bug: ports that do not do what they should. */
export interface Bug {
  readonly name: string;
  readonly state?: (state: State, world: World) => State;
  readonly publisher?: (publisher: Publisher, world: World) => Publisher;
}

export const HANDLES = 12;

const CHANGES = [
  "truth",
  "truth",
  "truth",
  "truth",
  "clock",
  "clock",
  "clock",
  "code",
  "dependency",
  "claim",
] as const;
/** What workers ask for. */
const REQUESTS = [
  ...Array<"materialize">(9).fill("materialize"),
  "rollback",
  "rollback",
  "wipe",
  "prune",
  "check",
  "report",
] as const;

/** All that is outside of the engine, and the faults that come over it. */
export class World {
  readonly chance: Chance;
  readonly turns: Turns;
  readonly lake = new Lake();
  readonly oracle: Oracle;
  sketches: readonly Sketch[];
  /** The first error that nobody expected. */
  #error: { readonly cause: unknown } | undefined;
  readonly trace: string[] = [];
  readonly #upstream = new Map<string, number>();
  readonly #nature: Actor = { name: "nature", alive: true };
  readonly #busy = new Set<Actor>();
  #handles = 0;
  #calm = false;
  readonly #faults: number;
  readonly #crashes: number;

  constructor(seed: number, readonly store: Store, readonly bug: Bug | undefined) {
    this.chance = new Chance(seed);
    this.turns = new Turns(this.chance, BEGIN, (actor, label) => this.#chosen(actor, label));
    this.sketches = sketchGraph(this.chance);
    this.oracle = new Oracle(
      this.lake,
      (asset) => this.sketches.find(({ key }) => key === asset)!.checks.includes("blocking"),
    );
    this.#faults = this.chance.pick([0, 0, 0.01, 0.04]);
    this.#crashes = this.chance.pick([0, 0.004, 0.015]);
  }

  /** The world turns: two workers, and nature. */
  async live(): Promise<void> {
    this.#begin(this.#nature, () => this.#natureLife());
    this.#startWorker();
    this.#startWorker();
    await this.#turn(false);
  }

  /** From now on nothing fails, and everybody else is gone. */
  calm(): Worker {
    this.#calm = true;
    return this.#nextWorker()!;
  }

  /** Does something in the calm. */
  async quietly<T>(worker: Worker, act: () => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    this.#begin(worker, async () => {
      result = { value: await act() };
    });
    await this.#turn(true);
    return result!.value;
  }

  /** What upstream has for a partition of a source. */
  truth(key: AssetKey, partition: number): string {
    return `v${digest(`${key} ${partition} ${this.#upstream.get(`${key} ${partition}`) ?? 0}`) % 5}`;
  }

  fault(weight: number): boolean {
    return !this.#calm && this.#faults > 0 && this.chance.happens(this.#faults * weight);
  }

  async #turn(calm: boolean): Promise<void> {
    const over = () =>
      this.#busy.size === 0 || this.#error !== undefined || this.oracle.violated !== undefined;
    await this.turns.take(over, { most: 30_000, calm });
    if (this.oracle.violated !== undefined) throw this.oracle.violated;
    if (this.#error !== undefined) throw this.#error.cause;
  }

  #begin(actor: Actor, life: () => Promise<void>): void {
    this.#busy.add(actor);
    life().catch((cause) => this.#error ??= { cause }).finally(() => this.#busy.delete(actor));
  }

  /** @returns Whether the actor goes on: it may crash instead. */
  #chosen(actor: Actor, label: string): boolean {
    if (this.trace.length < 5_000) this.trace.push(`${actor.name} ${label}`);
    const likely = label.startsWith("publish") ? 6 * this.#crashes : this.#crashes;
    if (this.#calm || actor === this.#nature || !this.chance.happens(likely)) return true;
    this.trace.push(`${actor.name} crashes`);
    actor.alive = false;
    this.store.kill(actor.name);
    this.turns.drop(actor);
    this.#busy.delete(actor);
    if (this.chance.happens(0.8)) this.#startWorker();
    return false;
  }

  #nextWorker(): Worker | undefined {
    const handle = this.store.handles[this.#handles];
    if (handle === undefined) return undefined;
    this.#handles++;
    return new Worker(this, handle.name, handle.state);
  }

  #startWorker(): void {
    // The last two are for the calm.
    if (this.#handles >= this.store.handles.length - 2) return;
    const worker = this.#nextWorker()!;
    this.#begin(worker, () => this.#workerLife(worker));
  }

  async #workerLife(worker: Worker): Promise<void> {
    const { chance } = this;
    for (let requests = chance.between(2, 6), opened = false; requests > 0; requests--) {
      try {
        if (!opened || chance.happens(0.3)) await worker.open();
        opened = true;
        await this.#request(worker);
      } catch (cause) {
        if (!isExpected(cause)) throw cause;
        this.trace.push(`${worker.name} ${String(cause)}`);
        if (chance.happens(0.5)) break;
      }
    }
    await worker.state.close();
    worker.alive = false;
  }

  async #request(worker: Worker): Promise<void> {
    const { chance, sketches } = this;
    const { orchestrator } = worker;
    const keys = sketches.map(({ key }) => key);
    const assets = new Set(chance.happens(0.6) ? keys : chance.some(keys, 0.5));
    const request = { assets, lookbackDays: 7, ...chance.pick([{}, {}, { from: "2024-02-01" }]) };
    const one = chance.pick(sketches);
    const existing = one.set.existing(this.turns.now);
    const partition = existing && one.set.key(chance.between(existing.from, existing.to));
    const kind = chance.pick(REQUESTS);
    this.trace.push(`${worker.name} asks for ${kind} of ${[...assets]} or ${one.key} ${partition}`);
    switch (kind) {
      case "materialize": {
        const { signal } = this.#maybeCancelled(worker);
        await orchestrator.materialize({ ...request, signal, force: chance.happens(0.25) });
        return;
      }
      case "rollback":
        if (existing !== null) await orchestrator.rollback(one.key, partition);
        return;
      case "wipe":
        await orchestrator.wipe({
          ...request,
          assets: new Set([one.key]),
          ...(partition !== null && { partitions: [partition] }),
        });
        return;
      case "prune":
        await orchestrator.prune(assets);
        return;
      case "check":
        await orchestrator.check(request, new AbortController().signal);
        return;
      case "report": {
        const external = sketches.find(({ kind }) => kind === "external");
        const there = external?.set.existing(this.turns.now);
        if (external === undefined || !there) return;
        const made = JSON.stringify({ run: null, identity: "[1,[]]", reads: {} });
        await orchestrator.report(external.key, [{
          partition: chance.between(there.from, there.to),
          dataVersion: `v${chance.between(0, 2)}`,
          metadata: { made: { type: "text", value: made } },
        }]);
      }
    }
  }

  #maybeCancelled(worker: Worker): AbortController {
    const controller = new AbortController();
    if (this.chance.happens(0.1)) {
      (async () => {
        for (let i = this.chance.between(1, 60); i > 0; i--) await this.turns.turn(this.#nature, "waiting");
        controller.abort(new Injected(`${worker.name}, cancelled,`));
      })();
    }
    return controller;
  }

  async #natureLife(): Promise<void> {
    const { chance, turns } = this;
    for (let changes = chance.between(3, 20); changes > 0; changes--) {
      for (let wait = chance.between(1, 30); wait > 0; wait--) await turns.turn(this.#nature, "time");
      this.#change();
    }
  }

  #change(): void {
    const { chance } = this;
    const one = chance.between(0, this.sketches.length - 1);
    const { key, kind, set } = this.sketches[one]!;
    switch (chance.pick(CHANGES)) {
      case "truth": {
        const there = set.existing(this.turns.now);
        if (kind !== "source" || there === null) return;
        const name = `${key} ${chance.between(there.from, there.to)}`;
        this.#upstream.set(name, (this.#upstream.get(name) ?? 0) + 1);
        return;
      }
      case "code":
        if (kind !== "external") this.#edit(one, ({ code }) => ({ code: code + 1 }));
        return;
      case "dependency":
        this.#edit(one, ({ deps }) => kind === "derived" && deps.length > 1 ? { deps: deps.slice(1) } : {});
        return;
      case "clock":
        this.turns.now += chance.pick([MINUTE, HOUR, HOUR, HOUR, 5 * HOUR, DAY, -MINUTE, -HOUR, -2 * HOUR]);
        return;
      case "claim": {
        const stolen = this.store.steal?.(chance);
        if (stolen !== undefined) this.oracle.lose(stolen.token, stolen.run, stolen.asset);
      }
    }
  }

  #edit(place: number, change: (sketch: Sketch) => Partial<Sketch>): void {
    this.sketches = this.sketches.with(place, { ...this.sketches[place]!, ...change(this.sketches[place]!) });
  }
}

function isExpected(cause: unknown): boolean {
  return cause instanceof Injected || cause instanceof RequestError || cause instanceof Superseded ||
    (cause instanceof Error && cause.cause !== undefined && isExpected(cause.cause));
}
