import { daemonAt, leadOf, type Milliseconds, type OpenLake, SECOND } from "../core/mod.ts";
import { KeptVitals } from "./kept_vitals.ts";
import { lasting } from "./text.ts";

/** A leader that gave no sign of life for so long is not counted on. */
const LEADERLESS: Milliseconds = 15 * SECOND;

/** How a daemon is. */
export class DaemonVitals extends KeptVitals {
  protected override async hindranceAt({ state, graph }: OpenLake): Promise<string | undefined> {
    const leader = await state.leader(leadOf(graph.assets));
    if (this.pulse.leads) return undefined;
    if (leader === undefined) return "no daemon asks for what is due: one takes that over in a moment";
    const { leaderSilence = 0 } = this.pulse;
    if (leaderSilence <= LEADERLESS) return undefined;
    return `${daemonAt(leader.place)}, which asks for what is due, has not answered for ${
      lasting(leaderSilence)
    }`;
  }
}
