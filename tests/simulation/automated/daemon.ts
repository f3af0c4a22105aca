import type { Alerter } from "../../../core/alerts/alerter.ts";
import { outagesIn } from "../../../core/outages.ts";
import { pauseOf } from "../../../core/automation/pauses.ts";
import type { Schedule } from "../../../core/automation/schedule.ts";
import { nextOf } from "../../../core/automation/schedule_ticker.ts";
import type { Ticking } from "../../../core/automation/ticker.ts";
import type { DaemonNews } from "../../../core/daemon/news.ts";
import { Pulse } from "../../../core/daemon/pulse.ts";
import { serve } from "../../../core/daemon/serve.ts";
import { MINUTE, SECOND } from "../../../core/instant.ts";
import type { Orchestrator } from "../../../core/orchestrator.ts";
import { isOpen } from "../../../core/run/recover.ts";
import type { Channel } from "../../../core/ports/channel.ts";
import type { Worker } from "../worker.ts";
import { CHANNELS } from "./automated.ts";
import { cron } from "./crons.ts";

const never = new AbortController().signal;

/** Lives as a daemon for a while, which is ended as by a signal. */
export async function daemonLife(worker: Worker): Promise<void> {
  const { world: { turns, nature }, orchestrator } = worker;
  const { chance } = worker.world.automated!;
  const { opened, alerter, still } = await declaredAutomations(worker);
  const [stop, over] = [new AbortController(), new AbortController()];
  worker.pulse = new Pulse(orchestrator.session.clock);
  const life = chance.between(60, 600) * SECOND;
  turns.clock(nature).sleep(life, over.signal).then(() => stop.abort(), () => {});
  try {
    await serve({
      orchestrator: lanesOf(worker),
      tickers: async () => await opened(),
      look: (signal) => alerter.look(signal),
      signal: stop.signal,
      grace: 30 * SECOND,
      pulse: worker.pulse,
      tell: (news) => hear(worker, news),
      observe: () => {},
    });
  } finally {
    over.abort();
    await still();
    await alerter.close();
  }
}

/** Asks for what is due and does it, until nothing is left to be done; what failed is tried again. */
export async function settle(worker: Worker): Promise<void> {
  const { world: { turns, automated, oracle }, orchestrator } = worker;
  await automated!.resumeAll(worker);
  const { opened, alerter } = await declaredAutomations(worker);
  const tickings = await opened();
  for (const wait of [SECOND, 121 * MINUTE]) {
    turns.set(wait);
    for (let quiet = 0, rounds = 0; quiet < 3; rounds++) {
      if (rounds > 400) throw oracle.violation("what asks for runs by itself never comes to rest");
      quiet++;
      turns.set(31 * SECOND);
      for (const ticking of tickings) {
        const { at, runs } = await ticking.tick(never);
        if (runs.length > 0 || ticking.name !== "alerts" && ticking.wakes <= at) quiet = 0;
      }
      for await (const { outcome } of orchestrator.work()) {
        quiet = 0;
        if ("counts" in outcome) oracle.rest.ended(worker, outcome);
      }
    }
  }
  await alerter.settle(never);
}

/** What asks for runs in a worker, and tells people. */
async function declaredAutomations(worker: Worker) {
  const { orchestrator, world: { automated, lake } } = worker;
  const { schedules, sensors, rules } = automated!;
  let asking: readonly Ticking[] = [];
  const atWork = new Set<Promise<unknown>>();
  const alerter: Alerter = await orchestrator.alerter({
    rules,
    channels: CHANNELS.map((name) => channel(worker, name)),
    due: () => Math.min(Infinity, ...asking.map(({ wakes }) => wakes)),
  });
  const opened = async (): Promise<readonly Ticking[]> => {
    const files = {
      list: () => Promise.resolve(lake.paths()),
      found: worker.publisher.found,
      present: worker.publisher.present,
      known: () => Promise.resolve([]),
    };
    const asked = await orchestrator.tickers({ schedules, sensors, files, lookbackDays: 7 });
    asking = [
      ...asked.map((ticking) => {
        const own = schedules.find(({ name }) => name === ticking.name);
        return own === undefined ? ticking : held(worker, own, ticking);
      }),
      await orchestrator.backfillTicker(),
    ];
    return [...asking, alerter].map((ticking) => followed(ticking, atWork));
  };
  /** A process that ends takes along what it is at; this worker lives on, and waits for it. */
  const still = async () => void await Promise.all(atWork);
  return { opened, alerter, still };
}

/** The same, whose calls are among those at work until they end. */
function followed(ticking: Ticking, atWork: Set<Promise<unknown>>): Ticking {
  return {
    name: ticking.name,
    get wakes() {
      return ticking.wakes;
    },
    tick(signal) {
      const tick = ticking.tick(signal);
      const ended: Promise<unknown> = tick.catch(() => {}).finally(() => atWork.delete(ended));
      atWork.add(ended);
      return tick;
    },
  };
}

/** A schedule that is held to its due times whenever it looked and nothing hindered it. */
function held(worker: Worker, schedule: Schedule, ticking: Ticking): Ticking {
  const { world: { oracle, automated }, handle } = worker;
  const next = nextOf(schedule, cron);
  let waited = -Infinity;
  /** Why it may ask for nothing, or else the last of its runs. */
  const hindrance = async () => {
    const pause = await pauseOf(handle.keyValue, schedule.name);
    const outages = await outagesIn(handle.keyValue, worker.orchestrator.session.clock.now());
    const runs = (await handle.runs(1_000)).filter(({ request }) => request.tags?.name === schedule.name);
    return pause?.paused || outages.size > 0 || automated!.isDown || runs.some(isOpen)
      ? "hindered"
      : runs[0]?.id;
  };
  return {
    name: ticking.name,
    get wakes() {
      return ticking.wakes;
    },
    async tick(signal) {
      const before = await hindrance();
      worker.scheduling++;
      const tick = await ticking.tick(signal).finally(() => worker.scheduling--);
      const after = await hindrance();
      if (before === "hindered" || after === "hindered") waited = tick.at;
      // Who was hindered looks again a second later.
      else if (before === after && Math.abs(tick.at - waited) > SECOND) {
        oracle.schedules.looked(schedule, next, tick.at);
      }
      return tick;
    },
  };
}

/** A way by which messages arrive, unless it is closed; whoever sends may die before and after. */
function channel(worker: Worker, name: string): Channel {
  const { world: { turns, oracle, automated } } = worker;
  return {
    name,
    async send(message) {
      await turns.turn(worker, `sends to ${name}`);
      if (automated!.isClosed(name)) throw new Error("the channel is closed");
      oracle.alerts.sent(name, message);
      await turns.turn(worker, `sends to ${name}, done`);
    },
  };
}

/** An orchestrator whose views beside it are known by what runs in them. */
function lanesOf(worker: Worker): Orchestrator {
  const { orchestrator } = worker;
  const own: Pick<Orchestrator, "session" | "take" | "observe" | "beside"> = {
    session: orchestrator.session,
    take: (above, options) => orchestrator.take(above, options),
    observe: (signal) => orchestrator.observe(signal),
    async beside() {
      const lane = await orchestrator.beside();
      const execute: Orchestrator["execute"] = (taken, options) => {
        worker.lanes.set(taken.id, lane);
        return lane.execute(taken, options);
      };
      return { execute } as Orchestrator;
    },
  };
  return own as Orchestrator;
}

function hear(worker: Worker, news: DaemonNews): void {
  const { world: { trace, oracle } } = worker;
  if (trace.length < 5_000) {
    trace.push(`${worker.name} ${news.type} ${"message" in news ? news.message : ""}`);
  }
  if (news.type !== "worked") return;
  const { outcome } = news.worked;
  if ("counts" in outcome) oracle.rest.ended(worker, outcome);
}
