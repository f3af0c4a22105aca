import type { AssetKey } from "../../core/event.ts";
import { DAY, HOUR, type Milliseconds } from "../../core/instant.ts";
import { CancelledError, RequestError } from "../../core/errors.ts";
import { SupersededError } from "../../core/run/session.ts";
import { Automated } from "./automated/automated.ts";
import { daemonLife } from "./automated/daemon.ts";
import { askBeside } from "./automated/requests.ts";
import type { Publisher } from "../../core/ports/publisher.ts";
import type { State } from "../../core/ports/state.ts";
import { change, closePlaces } from "./nature.ts";
import { Chance, digest } from "./chance.ts";
import { DiskLake } from "./disk/disk_lake.ts";
import { Lake, type SimulatedLake } from "./lake.ts";
import { SimulatedOpenAQ } from "./openaq/api.ts";
import { Oracle } from "./oracle.ts";
import { Injected } from "./ports.ts";
import { ask } from "./requests.ts";
import { agreeAt } from "./rules/index.ts";
import { BEGIN, type Sketch, sketchGraph } from "./sketch.ts";
import { type Actor, Turns } from "./turns.ts";
import { Worker } from "./worker.ts";

/** Handles on one state, each as if of a process of its own. */
export interface Store extends AsyncDisposable {
  /** Opened before anything happens; as many as a simulation may need. */
  readonly handles: readonly { readonly name: string; readonly state: State }[];
  kill(name: string): void;
  /** Whether it has answered all that it was asked; one that is elsewhere takes a while. */
  readonly answered?: () => boolean;
  /** Whether the lake is on a disk that may lose power. */
  readonly onDisk?: true;
  /** Whether daemons live over it, which ask for runs by themselves. */
  readonly automates?: true;
  /** Whether who prunes forgets history, too. */
  readonly forgets?: true;
  /** Leaves a claim of a worker that lives to the next who recovers. @returns Its token. */
  steal(chance: Chance): number | undefined;
}

/** A planted bug: ports that do not do what they should. */
export interface Bug {
  readonly name: string;
  readonly state?: (state: State, world: World) => State;
  readonly publisher?: (publisher: Publisher, world: World) => Publisher;
}

export const HANDLES = 18;
/** How far some clocks are off. */
export const MONTH: Milliseconds = 30 * DAY;

/** All that is outside of the engine, and the faults that come over it. */
export class World {
  readonly chance: Chance;
  /** Of what cannot be written. */
  readonly places: Chance;
  /** Of what is queued. */
  readonly queueing: Chance;
  /** Whether runs are queued, too. */
  readonly hasQueue: boolean;
  readonly turns: Turns;
  readonly lake: SimulatedLake;
  readonly oracle: Oracle;
  /** What asks for runs by itself; undefined where nothing does. */
  readonly automated: Automated | undefined;
  sketches: readonly Sketch[];
  /** Undefined where no asset is a history of sensors. */
  readonly openaq: SimulatedOpenAQ | undefined;
  /** Whether clocks may be a month ahead or behind: hours would be too many. */
  readonly farClocks: boolean;
  /** The first error that nobody expected. */
  #error: { readonly cause: unknown } | undefined;
  readonly trace: string[] = [];
  readonly #upstream = new Map<string, number>();
  readonly nature: Actor = { name: "nature", alive: true, skew: 0, asleepUntil: 0 };
  readonly #workers = new Set<Worker>();
  readonly #calmWorkers: Worker[] = [];
  readonly #busy = new Set<Actor>();
  #handles = 0;
  /** A worker that has looked on since the beginning. */
  onlooker: Worker | undefined;
  calm = false;
  readonly #faults: number;
  readonly #crashes: number;

  constructor(seed: number, readonly store: Store, readonly bug: Bug | undefined) {
    this.chance = new Chance(seed);
    this.places = new Chance(~seed);
    this.queueing = new Chance(seed ^ 0x51ab1e);
    this.hasQueue = this.queueing.happens(0.35);
    this.turns = new Turns(this.chance, BEGIN, (actor, label) => this.#chosen(actor, label));
    const sketches = sketchGraph(this.chance);
    this.automated = store.automates && new Automated(this, seed);
    const own = this.automated?.automate(sketches) ?? sketches;
    this.sketches = this.hasQueue ? own.map((sketch) => crowded(this.queueing, sketch)) : own;
    this.lake = store.onDisk ? new DiskLake() : new Lake();
    this.oracle = new Oracle(
      this.lake,
      (asset) => this.sketches.find(({ key }) => key === asset)!.checks.includes("blocking"),
    );
    const history = this.sketches.find(({ sensors }) => sensors.length > 0);
    this.openaq = history && new SimulatedOpenAQ(this, history);
    this.farClocks = this.sketches.every(({ set }) => set.spec.type !== "hourly") && this.chance.happens(0.5);
    this.#faults = this.chance.pick([0, 0, 0.01, 0.04]);
    const crashes = this.chance.pick([0, 0.004, 0.015]);
    this.#crashes = this.automated?.crashes ?? crashes;
  }

  /** The world turns: two workers or more, one who only looks on, and nature. */
  async live(): Promise<void> {
    this.#begin(this.nature, () => this.#natureLife());
    this.onlooker = this.#nextWorker()!;
    this.#begin(this.onlooker, () => this.#onlookerLife(this.onlooker!));
    for (let workers = this.chance.pick([2, 2, 3, 4, 5]); workers > 0; workers--) this.#startWorker();
    await this.#turn(false);
  }

  /** From now on nothing fails, all clocks are right, and everybody else is gone. */
  calmWorker(): Worker {
    this.calm = true;
    this.lake.closed.clear();
    this.openaq?.calm();
    this.automated?.calm();
    this.onlooker!.skew = 0;
    const worker = this.#nextWorker()!;
    this.#calmWorkers.push(worker);
    return worker;
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

  /** Upstream has something else for a partition of a source from now on. */
  alter(key: AssetKey, partition: number): void {
    const name = `${key} ${partition}`;
    this.#upstream.set(name, (this.#upstream.get(name) ?? 0) + 1);
  }

  /** The upstream content for a partition of a source. */
  truth(key: AssetKey, partition: number): string {
    return `v${this.draw(key, partition, "") % 5}`;
  }

  /** A number that stays the same until upstream changes. */
  draw(key: AssetKey, partition: number, of: string): number {
    const name = `${key} ${partition}`;
    return digest(`${name} ${this.#upstream.get(name) ?? 0}${of}`);
  }

  fault(weight: number): boolean {
    return !this.calm && this.#faults > 0 && this.chance.happens(this.#faults * weight);
  }

  async #turn(calm: boolean): Promise<void> {
    const over = () =>
      this.#busy.size === 0 || this.#error !== undefined || this.oracle.violated !== undefined;
    const { answered = () => true } = this.store;
    await this.turns.take(over, { most: 150_000, calm, answered });
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
    this.#compareSome();
    const likely = (mattersMost(actor, label) ? 6 : 1) * this.#crashes;
    if (this.calm || !this.#workers.has(actor as Worker) || !this.chance.happens(likely)) return true;
    this.#crash(actor as Worker);
    if (this.chance.happens(0.8)) this.#startWorker();
    return false;
  }

  #crash(worker: Worker): void {
    this.trace.push(`${worker.name} crashes`);
    this.store.kill(worker.name);
    this.turns.drop(worker);
    this.#busy.delete(worker);
    this.#gone(worker);
  }

  /** Whether a worker dies, or is dead already, in the middle of something that takes no turn. */
  dies(worker: Worker): boolean {
    if (!worker.alive) return true;
    if (this.calm || !this.#workers.has(worker) || !this.chance.happens(2 * this.#crashes)) return false;
    this.#crash(worker);
    if (this.chance.happens(0.8)) this.#startWorker();
    return true;
  }

  /** All processes end, and the disk, if the lake is on one, loses what was not synced. */
  losePower(): void {
    if (!(this.lake instanceof DiskLake)) return;
    const { disk } = this.lake;
    this.trace.push("the power fails");
    for (const worker of this.#workers) this.#crash(worker);
    disk.cut(this.chance);
    this.oracle.publications.survived();
    for (let workers = this.chance.between(1, 3); workers > 0; workers--) this.#startWorker();
  }

  /** Holds indexes to what the log says: now and then, and in the calm whenever something was taken in. */
  #compareSome(): void {
    if (this.calm) { for (const worker of this.#calmWorkers) agreeAt(worker); }
    else if (this.chance.happens(0.02)) {
      const workers = [this.onlooker!, ...this.#workers];
      agreeAt(this.chance.pick(workers));
    }
  }

  #nextWorker(): Worker | undefined {
    const handle = this.store.handles[this.#handles];
    if (handle === undefined) return undefined;
    this.#handles++;
    return new Worker(this, handle.name, handle.state, this.calm ? 0 : this.skew());
  }

  #gone(worker: Worker): void {
    worker.alive = false;
    this.#workers.delete(worker);
  }

  #startWorker(): void {
    // The last two are for the calm.
    if (this.#handles >= this.store.handles.length - 2) return;
    const worker = this.#nextWorker()!;
    this.#workers.add(worker);
    this.#begin(worker, () => this.#workerLife(worker));
  }

  /** How far a clock is ahead; most are right. */
  skew(): Milliseconds {
    if (this.chance.happens(0.75)) return 0;
    const ahead = [-HOUR, 3 * HOUR, 3 * HOUR, 30 * HOUR];
    return this.chance.pick(this.farClocks ? [...ahead, MONTH, MONTH, -MONTH] : ahead);
  }

  async #onlookerLife(worker: Worker): Promise<void> {
    const { chance, turns } = this;
    try {
      await worker.open();
      while (this.#busy.size > 1) {
        for (let wait = chance.between(1, 60); wait > 0; wait--) await turns.turn(worker, "looks on");
        await worker.orchestrator.refresh();
      }
    } catch (cause) {
      if (!isExpected(cause)) throw cause;
    }
  }

  async #workerLife(worker: Worker): Promise<void> {
    const { chance } = this;
    for (let requests = chance.between(2, 6), opened = false; requests > 0; requests--) {
      try {
        if (!opened || chance.happens(0.3)) await worker.open();
        opened = true;
        if (await this.#ask(worker) === "as a daemon") break;
      } catch (cause) {
        if (!isExpected(cause)) throw cause;
        this.trace.push(`${worker.name} ${String(cause)}`);
        if (chance.happens(0.5)) break;
      }
    }
    await worker.state.close();
    this.#gone(worker);
  }

  /** A user's request; or a life as a daemon, after which the process is over. */
  async #ask(worker: Worker): Promise<"as a daemon" | void> {
    const { automated } = this;
    if (automated === undefined || automated.chance.happens(0.2)) return await ask(worker);
    if (automated.chance.happens(0.3)) return await askBeside(worker);
    try {
      await daemonLife(worker);
    } catch (cause) {
      if (!isExpected(cause)) throw cause;
    }
    return "as a daemon";
  }

  async #natureLife(): Promise<void> {
    const { chance, turns } = this;
    for (let changes = chance.between(3, 20); changes > 0; changes--) {
      for (let wait = chance.between(1, 30); wait > 0; wait--) await turns.turn(this.nature, "time");
      change(this);
      this.automated?.change();
      closePlaces(this);
    }
  }

  /** Who leads dies, or is asleep for so long that another takes the lead. */
  unseat(): void {
    const leader = [...this.#workers].find(({ pulse }) => pulse?.leads);
    if (leader === undefined) return;
    if (this.#crashes > 0 && this.chance.happens(0.5)) {
      this.#crash(leader);
      this.#startWorker();
    } else leader.asleepUntil = this.turns.taken + this.chance.between(100, 1_500);
  }

  /** One of those that work. */
  anyWorker(): Worker | undefined {
    return this.#workers.size === 0 ? undefined : this.chance.pick([...this.#workers]);
  }

  /** Declares an asset otherwise; who opens the graph from now on has it so. */
  edit(place: number, change: (sketch: Sketch) => Partial<Sketch>): void {
    this.sketches = this.sketches.with(place, { ...this.sketches[place]!, ...change(this.sketches[place]!) });
  }
}

/** Whether a crash leaves most to others: files half in place, or a due time that is about to be done with. */
function mattersMost(actor: Actor, label: string): boolean {
  return label.startsWith("publish") || (actor as Worker).scheduling > 0;
}

/** The same asset, more likely in the pool, and in groups after which it may give way. */
function crowded(chance: Chance, sketch: Sketch): Sketch {
  return {
    ...sketch,
    pool: sketch.pool || chance.happens(0.7),
    batch: chance.pick([sketch.batch, 100]),
    group: chance.pick([1, 1, sketch.group]),
  };
}

/** Whether an error follows from a fault that was put in, or says what cannot be done, or was to end. */
function isExpected(cause: unknown): boolean {
  return [Injected, RequestError, SupersededError, CancelledError].some((kind) => cause instanceof kind) ||
    (cause instanceof Error && cause.cause !== undefined && isExpected(cause.cause));
}
