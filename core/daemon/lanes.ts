import type { Orchestrator } from "../orchestrator.ts";
import type { TakenRun } from "../ports/state.ts";
import type { Observer } from "../run/progress.ts";
import type { Herald } from "./news.ts";

/** At most so many runs side by side. */
const MOST = 4;

export interface LanesOptions {
  readonly orchestrator: Orchestrator;
  readonly tell: Herald;
  readonly observe: Observer;
  /** Called whenever a run has ended. */
  readonly ended: () => void;
}

/**
 * The runs at work. Beside them only a more urgent one begins: it needs not wait for those that were there before, which
 * give way step by step, and each has a view of its own, with the partitions that existed when it began.
 */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #atWork = new Map<TakenRun, Promise<void>>();
  readonly #idle: Orchestrator[] = [];
  readonly #ending = new AbortController();
  readonly #aborted = new AbortController();
  #broken: { readonly cause: unknown } | undefined;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#atWork.size;
  }

  /**
   * Takes a run, if there is one to take now, and begins it.
   *
   * @throws Where it is not known how a run before ended: its claims may still be held here.
   */
  async begin(): Promise<boolean> {
    const { orchestrator, tell, observe } = this.#options;
    if (this.#broken !== undefined) throw this.#broken.cause;
    if (this.size >= MOST) return false;
    const priorities = [...this.#atWork.keys()].map(({ request: { priority = 0 } }) => priority);
    const above = priorities.length === 0 ? undefined : Math.max(...priorities);
    const taken = await orchestrator.take(above, { observe });
    if (taken === undefined) return false;
    tell({ type: "taken", run: taken.id, request: taken.request });
    this.#atWork.set(taken, this.#work(taken));
    return true;
  }

  /** Lets steps end at their next group of outputs; what is left is another worker's. */
  end(): void {
    this.#ending.abort();
  }

  /** Aborts the steps at work. */
  abort(): void {
    this.#aborted.abort(new Error("the daemon ends"));
  }

  /** Resolves once no run is at work. */
  async empty(): Promise<void> {
    while (this.size > 0) await Promise.all(this.#atWork.values());
  }

  async #work(taken: TakenRun): Promise<void> {
    const { orchestrator, tell, observe, ended } = this.#options;
    try {
      const lane = this.#idle.pop() ?? await orchestrator.beside();
      const { signal } = this.#aborted;
      const worked = await lane.execute(taken, { signal, ending: this.#ending.signal, observe });
      this.#idle.push(lane);
      tell({ type: "worked", worked });
    } catch (cause) {
      this.#broken ??= { cause };
    } finally {
      this.#atWork.delete(taken);
      ended();
    }
  }
}
