import type { Tick, Ticking } from "../automation/ticker.ts";
import type { AssetKey } from "../event.ts";
import { type Instant, MINUTE } from "../instant.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { Herald } from "./news.ts";

/** How often external assets are looked for. */
const EVERY = MINUTE;

/** Looks for external assets now and then, so that what others wrote is known to what requests runs. */
export class Observing implements Ticking {
  readonly name = "external assets";
  readonly #orchestrator: Orchestrator;
  readonly #tell: Herald;
  readonly #failures = new Map<AssetKey, string>();
  #looked = -Infinity;

  constructor(orchestrator: Orchestrator, tell: Herald) {
    this.#orchestrator = orchestrator;
    this.#tell = tell;
  }

  get wakes(): Instant {
    return this.#looked + EVERY;
  }

  async tick(signal: AbortSignal): Promise<Tick> {
    const at = this.#orchestrator.session.clock.now();
    // A clock that was set back makes no long wait.
    if (at < this.wakes && at >= this.#looked) return { at, runs: [] };
    for (const { asset, failure } of await this.#orchestrator.observe(signal)) {
      if (failure === undefined) this.#failures.delete(asset);
      else if (this.#failures.get(asset) !== failure) {
        this.#failures.set(asset, failure);
        this.#tell({ type: "unseen", asset, message: failure });
      }
    }
    this.#looked = at;
    return { at, runs: [] };
  }
}

/** Looks at published files now and then, so that what others damaged is made again. */
export class Watching implements Ticking {
  readonly name = "published files";
  /** It is called with every look, and looks by the machine's time. */
  readonly wakes = Infinity;

  constructor(readonly orchestrator: Orchestrator) {}

  async tick(): Promise<Tick> {
    await this.orchestrator.watchFiles();
    return { at: this.orchestrator.now, runs: [] };
  }
}
