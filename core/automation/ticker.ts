import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import { type Ranges, subtract, union } from "../partition/ranges.ts";
import type { Cron } from "../ports/cron.ts";
import type { RunRequest } from "../ports/state.ts";
import { isOpen } from "../run/recover.ts";
import { scopeFrom } from "../run/request.ts";
import type { Scope } from "../run/scope.ts";
import { refresh, runningIn, type Session } from "../run/session.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import { Automation, type Evaluated } from "./automation.ts";
import { Memories } from "./memories.ts";
import { requestsFor } from "./requests.ts";

/** The runs that were asked for at one moment. */
export interface Tick {
  readonly at: Instant;
  readonly runs: readonly { readonly run: RunId; readonly request: RunRequest }[];
}

/** Asks for runs by itself: whenever it is called, and to be called by `wakes` at the latest. */
export interface Ticking {
  /** What it is called in lines about it. */
  readonly name: string;
  readonly wakes: Instant;
  tick(signal: AbortSignal): Promise<Tick>;
}

type ByAsset = ReadonlyMap<AssetKey, Ranges>;

/** Among so many of the latest runs those that have not ended are looked for. */
const LATEST = 1_000;

/** Asks for what assets are to be made by themselves: evaluates their conditions and queues runs. */
export class Ticker implements Ticking {
  readonly name = "automation";

  /** The runs that have not ended. */
  readonly #open = new Map<RunId, RunRequest>();
  /** Partitions of runs that somebody cancelled: they are let be until something changes for them. */
  readonly #cancelled = new Map<Node, Ranges>();

  readonly #session: Session;
  readonly #automation: Automation;
  readonly #memories: Memories;

  private constructor(session: Session, automation: Automation, memories: Memories) {
    this.#session = session;
    this.#automation = automation;
    this.#memories = memories;
  }

  /**
   * Goes on from what was remembered in the state.
   *
   * @internal
   */
  static async open(session: Session, cron: Cron): Promise<Ticker> {
    const { state, index } = session;
    const memories = await Memories.open(state.keyValue, index.nodes);
    const ticker = new Ticker(session, new Automation(index, cron, memories.known), memories);
    for (const { id, request } of (await state.runs(LATEST, "materialize")).filter(isOpen)) {
      ticker.#open.set(id, request);
    }
    return ticker;
  }

  /** When there may be something to ask for although no event says so. */
  get wakes(): Instant {
    return this.#automation.wakes;
  }

  /**
   * Takes in what happened, and asks for nothing.
   *
   * @internal
   * @returns What is to be made and nobody is at work on, where something changed.
   */
  async evaluate(): Promise<ReadonlyMap<Node, Ranges>> {
    const session = this.#session;
    await refresh(session);
    session.index.advance(session.clock.now());
    const running = await this.#running();
    return this.#asked(this.#automation.evaluate(running), running);
  }

  /** Asks for what is to be made now: first runs are queued, then it is remembered what they were queued for. */
  async tick(): Promise<Tick> {
    const { index, state, clock } = this.#session;
    const asked = await this.evaluate();
    const runs = [];
    for (const request of requestsFor(asked, index.seq)) {
      const { run, isNew } = await state.enqueue(request, clock.now());
      this.#open.set(run, request);
      if (isNew) runs.push({ run, request });
    }
    await this.#memories.keep(this.#automation);
    return { at: index.now, runs };
  }

  /** What conditions are met for and nobody is at work on. */
  #asked(evaluated: ReadonlyMap<Node, Evaluated>, running: ByAsset): Map<Node, Ranges> {
    const asked = new Map<Node, Ranges>();
    for (const [node, { evaluation, stirred }] of evaluated) {
      const cancelled = subtract(this.#cancelled.get(node) ?? [], stirred);
      this.#cancelled.set(node, cancelled);
      const ranges = subtract(subtract(evaluation.met, running.get(node.key) ?? []), cancelled);
      if (ranges.length > 0) asked.set(node, ranges);
    }
    return asked;
  }

  /** The partitions of live workers, and of runs that were asked for and wait for one. */
  async #running(): Promise<ByAsset> {
    const { state, index } = this.#session;
    const running = new Map(await runningIn(state));
    for (const [id, request] of this.#open) {
      const run = (await state.run(id))?.run;
      const waits = isOpen(run);
      if (!waits) this.#open.delete(id);
      for (const [node, ranges] of known(index, request)) {
        if (waits) running.set(node.key, union(running.get(node.key) ?? [], ranges));
        else if (run?.status === "cancelled") {
          this.#cancelled.set(node, union(this.#cancelled.get(node) ?? [], ranges));
        }
      }
    }
    return running;
  }
}

/** The partitions of a request that the graph has: it may be of another one. */
function known(index: StalenessIndex, request: RunRequest): Scope {
  const ranges = request.ranges.filter(({ asset, from, to }) => {
    const node = index.find(asset);
    return node !== undefined && [from, to].every((key) => hasKey(node, key));
  });
  return scopeFrom(index, { ...request, ranges });
}

function hasKey({ set }: Node, key: string | null): boolean {
  return key === null ? set.spec.type === "single" : set.ordinal(key) !== undefined;
}
