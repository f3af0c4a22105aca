import { Orchestrator } from "../../core/orchestrator.ts";
import type { Publisher } from "../../core/ports/publisher.ts";
import type { Commit, State } from "../../core/ports/state.ts";
import type { NewEvent } from "../../core/event.ts";
import { partitionSet } from "../../core/partition/from_spec.ts";
import type { Range } from "../../core/partition/ranges.ts";
import { buildGraph } from "./assets.ts";
import { identityOf, type Made } from "./content.ts";
import { lakePublisher } from "./lake.ts";
import { nameOf } from "./oracle.ts";
import { readOf, replay } from "./reference.ts";
import type { Sketch } from "./sketch.ts";
import type { Actor } from "./turns.ts";
import type { World } from "./world.ts";

/** A fault that a simulation put in. */
export class Injected extends Error {
  override readonly name = "Injected";

  constructor(label: string) {
    super(`injected: ${label} failed`);
  }
}

/** A process with a handle of its own on the state, and an orchestrator over it. */
export class Worker implements Actor {
  alive = true;
  orchestrator!: Orchestrator;
  #sketches!: readonly Sketch[];
  #claims = new Map<number, { asset: string; ranges: readonly Range[] }>();
  readonly state: State;
  readonly publisher: Publisher;

  constructor(readonly world: World, readonly name: string, handle: State) {
    const { bug } = world;
    const truly = observed(this, handle);
    const state = bug?.state?.(truly, world) ?? truly;
    this.state = heard(this, stepwise(this, "state", state));
    const between = () => this.pause("publishing");
    const publisher = lakePublisher(world.lake, between);
    this.publisher = stepwise(this, "publisher", bug?.publisher?.(publisher, world) ?? publisher);
  }

  /** Opens the graph as it is declared now. */
  async open(): Promise<void> {
    const { world } = this;
    this.#sketches = world.sketches;
    this.orchestrator = await Orchestrator.open({
      graph: buildGraph(this.#sketches),
      state: this.state,
      publisher: this.publisher,
      clock: world.turns.clock(this),
      random: world.chance.next,
      resources: this,
      mask: (text) => text,
      observe: () => {},
      readSource: () => "",
      limits: { steps: world.chance.between(1, 3), pools: { pool: 1 } },
    });
  }

  /** Lets others go on; may fail as user code may. */
  async pause(label: string): Promise<void> {
    await this.world.turns.turn(this, label);
    if (this.world.fault(0.5)) throw new Injected(label);
  }

  fails(): boolean {
    return this.world.fault(1);
  }

  /** Keeps in mind what is claimed, to know later what a commit is about. */
  holds(token: number, asset: string, ranges: readonly Range[]): void {
    this.#claims.set(token, { asset, ranges });
  }

  claimed(token: number | null): string | undefined {
    return token === null ? undefined : this.#claims.get(token)?.asset;
  }

  released(token: number | null): void {
    const claim = token === null ? undefined : this.#claims.get(token);
    if (claim !== undefined) this.world.oracle.released(this, claim.asset, claim.ranges);
  }

  /** Tells what rollbacks and reports were made of, as the log has it at the number that they say they read. */
  tell(events: readonly NewEvent[]): void {
    const { oracle } = this.world;
    for (const event of events) {
      if (event.kind !== "materialized" || oracle.made.has(nameOf(event))) continue;
      const text = event.payload.metadata["made"];
      if (text?.type === "text" && JSON.parse(text.value).run === event.run) continue;
      const sketch = this.#sketches.find(({ key }) => key === event.asset)!;
      const { index } = this.orchestrator;
      const rows = replay(oracle.log.slice(0, event.read), oracle.madeOf);
      const set = index.node(sketch.key).set;
      const reads: Record<string, Made["reads"][string]> = {};
      for (const dependency of sketch.deps) {
        if (dependency.mode === "order") continue;
        const up = index.node(dependency.upstream).set;
        reads[dependency.upstream] = readOf(rows, dependency, up, set, event.partition, index.now);
      }
      oracle.made.set(nameOf(event), { run: event.run, identity: identityOf(sketch), reads });
    }
  }

  set(key: string) {
    return partitionSet(this.orchestrator.index.node(key).set.spec);
  }
}

type Methods = Record<string, unknown>;

/** Makes every call of a port two turns, before and after its effect; either may be the last, or fail. */
function stepwise<Port extends object>(worker: Worker, name: string, port: Port): Port {
  const { world } = worker;
  return new Proxy(port, {
    get(target, property) {
      const method = (target as Methods)[property as string];
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        const label = `${name}.${String(property)}`;
        await world.turns.turn(worker, label);
        const weight = name === "publisher" ? 1 : FALLIBLE.has(property as string) ? 0.3 : 0;
        if (world.fault(weight)) throw new Injected(label);
        const result = await method.apply(target, args);
        await world.turns.turn(worker, `${label}, done`);
        if (world.fault(weight)) throw new Injected(`${label}, done,`);
        return result;
      };
    },
  });
}

const FALLIBLE = new Set(["commit", "standing", "since", "claim", "log", "history"]);

/** Tells the oracle what is truly committed. */
function observed(worker: Worker, state: State): State {
  const { world: { oracle } } = worker;
  return new Proxy(state, {
    get(target, property) {
      const method = (target as unknown as Methods)[property as string];
      if (property === "commit") {
        return async (commit: Commit) => {
          worker.tell([...(commit.intents ?? []).map(({ event }) => event), ...commit.events]);
          const committed = await target.commit(commit);
          if (committed.status === "committed") {
            oracle.committed({ ...commit, asset: worker.claimed(commit.claim) });
            if (commit.release) worker.released(commit.claim);
          }
          return committed;
        };
      }
      if (property === "claim") {
        return async (...[run, asset, ranges]: Parameters<State["claim"]>) => {
          const answer = await target.claim(run, asset, ranges);
          if (answer.granted !== undefined) {
            worker.holds(answer.granted.token, asset, answer.granted.ranges);
          }
          return answer;
        };
      }
      if (property === "release") {
        return async (token: number) => {
          await target.release(token);
          worker.released(token);
        };
      }
      if (property === "recover") {
        return async (at: number) => {
          const adopted = await target.recover(at);
          for (const { token, asset, ranges } of adopted) worker.holds(token, asset, ranges);
          return adopted;
        };
      }
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

/** Holds the state to what it acknowledges. */
function heard(worker: Worker, state: State): State {
  const { world: { oracle } } = worker;
  return new Proxy(state, {
    get(target, property) {
      if (property !== "commit") return (target as unknown as Methods)[property as string];
      return async (commit: Commit) => {
        const committed = await target.commit(commit);
        if (committed.status === "committed") oracle.acknowledged(commit.events, committed.seq);
        return committed;
      };
    },
  });
}
