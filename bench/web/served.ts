import { CronerCron } from "../../adapters/cron/croner/cron.ts";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { openInThread } from "../../adapters/state/sqlite/thread/open.ts";
import { systemClock } from "../../app/system.ts";
import { type Graph, Pulse, type State } from "../../core/mod.ts";
import { webApp } from "../../web/app.ts";
import { open } from "../trivial.ts";
import { automations, lake, NOW, wide } from "./graph.ts";

/** The web app over a state, as a daemon serves it, and what closes it. */
export async function served(path: string) {
  const state = await openInThread({ path });
  return { state, ...await appOver(lake, state) };
}

/** The web app over three hundred assets of which nothing was made. */
export async function servedWide() {
  const state = await openSqliteState({ path: await Deno.makeTempFile({ suffix: ".sqlite" }) });
  return { state, ...await appOver(wide, state) };
}

async function appOver(graph: Graph, state: State) {
  const cron = () => Promise.resolve(new CronerCron());
  const orchestrator = await open(graph, state, () => NOW, { cron });
  const app = webApp({
    pulse: new Pulse({ ...systemClock, now: () => NOW }),
    lookbackDays: 7,
    lake: () => ({
      orchestrator,
      state,
      graph,
      requests: () => 0,
      limited: () => 0,
      declaredAutomations: () => Promise.resolve(automations),
    }),
    hindrance: () => Promise.resolve(undefined),
    process: { version: "1", runtime: "deno", speed: 1, started: NOW, memory: () => 0, now: () => NOW },
  });
  return { app, orchestrator };
}
