import { eachOf, type OpenLake } from "../core/mod.ts";
import { idleLines } from "./daemon_signs.ts";
import { KeptVitals } from "./kept_vitals.ts";

/** There is nothing to be shown yet. */
export const NONE = 'no lake is made yet: "deno task daemon" or "deno task materialize" makes it';

/** How a process is that shows a lake and queues runs. */
export class WebVitals extends KeptVitals {
  /** Who does what is queued, where that is not a daemon that answers. */
  async notices(): Promise<readonly string[]> {
    const lake = this.lake();
    return lake === undefined ? [] : await idleLines(this.app, lake.state, eachOf(lake.graph));
  }

  protected override async closed(): Promise<string> {
    if (await this.app.isMade()) return await super.closed();
    return NONE;
  }

  protected override hindranceAt({ state }: OpenLake): Promise<undefined> {
    return state.runCounts().then(() => undefined);
  }
}
