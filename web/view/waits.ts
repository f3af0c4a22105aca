import {
  handsOfEach,
  type Instant,
  type OpenLake,
  type RunId,
  type RunRecord,
  waitingIn,
  worksOf,
} from "../../core/mod.ts";
import { words } from "./language.ts";
import type { View } from "./view.ts";

const text = words({
  down: (service: string, since: string) => `waits for ${service}, which is down since ${since}`,
  paused: (backfill: string) => `waits, as ${backfill} is paused`,
  code: "waits for who has the present code",
  behind: (other: string) => `waits for ${other}, which is at work and no less urgent`,
  slot: (pool: string) => `waits for a slot of ${pool}`,
  hands: "waits",
  turn: "waits for its turn",
}, {
  down: (service, since) => `đợi ${service}, ngừng trả lời từ ${since}`,
  paused: (backfill) => `đợi, vì ${backfill} đang tạm dừng`,
  code: "đợi tiến trình có mã hiện tại",
  behind: (other) => `đợi ${other} đang chạy và không kém gấp`,
  slot: (pool) => `đợi một chỗ trong ${pool}`,
  hands: "đợi",
  turn: "đợi đến lượt",
});

/** Why a run waits, and what the program says of it. */
export interface Wait {
  readonly why: string;
  readonly said?: string;
}

/** Why those of some runs wait that do. @param machineNow The machine's time. */
export async function waitsIn(
  view: View,
  { state, graph, orchestrator }: OpenLake,
  runs: readonly RunRecord[],
  machineNow: Instant,
): Promise<ReadonlyMap<RunId, Wait>> {
  const open = runs.filter(({ status }) => status === "queued" || status === "running");
  if (open.length === 0) return new Map();
  const t = view.in(text);
  const waiting = await waitingIn(state, open, {
    graph: () => Promise.resolve(graph),
    now: orchestrator.now,
  });
  const queued = open.filter(({ status }) => status === "queued");
  const found = await handsOfEach(state, machineNow, queued.map(({ request }) => worksOf([request.ranges])));
  const hands = new Map(queued.map(({ id }, place) => [id, found[place]!]));
  const waitOf = ({ id, status }: RunRecord): Wait | undefined => {
    const held = waiting.get(id);
    if (held !== undefined) {
      const { kind, for: what, since, message } = held;
      switch (kind) {
        case "outage":
          return { why: t.down(what, view.format.time(since)), said: message };
        case "backfill":
          return { why: t.paused(what) };
        case "code":
          return { why: t.code, said: message };
        case "run":
          return { why: t.behind(what) };
        case "slot":
          return { why: t.slot(what), said: message };
      }
    }
    if (status === "running") return undefined;
    const { waits, lines } = hands.get(id)!;
    return waits ? { why: t.hands, said: lines.join("; ") } : { why: t.turn };
  };
  return new Map(open.flatMap((run) => {
    const wait = waitOf(run);
    return wait === undefined ? [] : [[run.id, wait] as const];
  }));
}
