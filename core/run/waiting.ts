import { lackText, leadingDaemons } from "../daemon/leading_daemon.ts";
import type { RunId } from "../event.ts";
import type { Graph } from "../graph.ts";
import type { Instant } from "../instant.ts";
import { awaitedBy, outagesIn, waitOf, type WaitsFor } from "../outages.ts";
import type { RunRecord, State } from "../ports/state.ts";
import { MOST_OPEN } from "./recover.ts";

/** Something that a run waits for: a service, or anything else, and why, in words. */
export interface RunWaits extends WaitsFor {
  readonly kind: "outage" | "backfill" | "code" | "run" | "slot";
}

/**
 * Those of some runs that wait, each with the first that keeps it: its backfill is paused, a service is down, no daemon has
 * the code, what is no less urgent is at work, or, of one that is at work itself, a pool's slot is taken. The graph is only
 * asked for where a service is down.
 */
export async function waitingIn(
  state: State,
  runs: readonly RunRecord[],
  { graph, now }: { readonly graph: () => Promise<Graph>; readonly now: Instant },
): Promise<ReadonlyMap<RunId, RunWaits>> {
  const waiting = new Map<RunId, RunWaits>();
  const queued = runs.filter(({ status }) => status === "queued");
  if (queued.length > 0) {
    const reasons = [
      await pausedBackfills(state),
      await downServices(state, graph, now),
      await lackingCode(state),
      await othersAtWork(state),
    ];
    for (const run of queued) {
      for (const reason of reasons) {
        const found = reason(run);
        if (found === undefined) continue;
        waiting.set(run.id, found);
        break;
      }
    }
  }
  if (runs.some(({ status }) => status === "running")) {
    const started = new Map(
      runs.map(({ id, status, started }) => [id, status === "running" ? started : null]),
    );
    for (const { run, pool, holder } of await state.slotWaits()) {
      const since = started.get(run) ?? null;
      if (since === null) continue;
      waiting.set(run, { kind: "slot", for: pool, since, message: `run ${holder} has its slot` });
    }
  }
  return waiting;
}

type Reason = (run: RunRecord) => RunWaits | undefined;

async function pausedBackfills(state: State): Promise<Reason> {
  const open = await state.backfills.list("open");
  const paused = new Set(open.filter(({ status }) => status === "paused").map(({ id }) => String(id)));
  return ({ started: since, request: { tags } }) => {
    const id = tags?.backfill;
    if (id === undefined || !paused.has(id)) return undefined;
    const message = `it is paused, \`backfills resume ${id}\` lets it go on`;
    return { kind: "backfill", for: `backfill ${id}`, since, message };
  };
}

async function downServices(state: State, graph: () => Promise<Graph>, now: Instant): Promise<Reason> {
  const outages = await outagesIn(state.keyValue, now);
  if (outages.size === 0) return () => undefined;
  const { byKey } = await graph();
  return ({ request }) => {
    const awaited = awaitedBy(outages, (asset) => byKey.get(asset)?.pool, request);
    return awaited && { kind: "outage", ...waitOf(awaited) };
  };
}

async function lackingCode(state: State): Promise<Reason> {
  const leading = await leadingDaemons(state);
  const registered = leading.length === 0 ? [] : await state.assets();
  return ({ started: since, request: { ranges } }) => {
    const message = lackText(leading, registered, new Set(ranges.map(({ asset }) => asset)));
    return message === undefined ? undefined : { kind: "code", for: "code", since, message };
  };
}

/** The runs at work that somebody took off the queue. */
export async function workedOff(state: Pick<State, "runs">): Promise<readonly RunRecord[]> {
  const running = await state.runs(MOST_OPEN, { statuses: ["running"] });
  return running.filter(({ request: { tags } }) => tags?.by !== undefined);
}

async function othersAtWork(state: State): Promise<Reason> {
  const atWork = await workedOff(state);
  return ({ started: since, request: { priority = 0 } }) => {
    const other = atWork.find(({ request }) => (request.priority ?? 0) >= priority);
    if (other === undefined) return undefined;
    return { kind: "run", for: `run ${other.id}`, since, message: "it is at work, and no less urgent" };
  };
}
