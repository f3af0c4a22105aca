import {
  type Hands,
  handsOf,
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
  down: (service: string, since: string, message: string) =>
    `waits for ${service}, which is down since ${since}: ${message}`,
  paused: (backfill: string) => `waits, as ${backfill} is paused`,
  code: (message: string) => `waits for who has the present code: ${message}`,
  behind: (other: string) => `waits for ${other}, which is at work and no less urgent`,
  slot: (pool: string, message: string) => `waits for a slot of ${pool}: ${message}`,
  hands: (lines: string) => `waits: ${lines}`,
  turn: "waits for its turn",
}, {
  down: (service, since, message) => `đợi ${service}, ngừng trả lời từ ${since}: ${message}`,
  paused: (backfill) => `đợi, vì ${backfill} đang tạm dừng`,
  code: (message) => `đợi tiến trình có mã hiện tại: ${message}`,
  behind: (other) => `đợi ${other} đang chạy và không kém gấp`,
  slot: (pool, message) => `đợi một chỗ trong ${pool}: ${message}`,
  hands: (lines) => `đợi: ${lines}`,
  turn: "đợi đến lượt",
});

/** Why those of some runs wait that do, a line each. @param machineNow The machine's time. */
export async function waitsIn(
  view: View,
  { state, graph, orchestrator }: OpenLake,
  runs: readonly RunRecord[],
  machineNow: Instant,
): Promise<ReadonlyMap<RunId, string>> {
  const open = runs.filter(({ status }) => status === "queued" || status === "running");
  if (open.length === 0) return new Map();
  const t = view.in(text);
  const waiting = await waitingIn(state, open, {
    graph: () => Promise.resolve(graph),
    now: orchestrator.now,
  });
  const queued = open.filter(({ status }) => status === "queued");
  const hands = new Map<RunId, Hands>();
  const known = new Map<string, Hands>();
  for (const { id, request: { ranges } } of queued) {
    const works = worksOf([ranges]);
    const name = works.join();
    const found = known.get(name) ?? await handsOf(state, machineNow, works);
    known.set(name, found);
    hands.set(id, found);
  }
  const why = ({ id, status }: RunRecord): string | undefined => {
    const found = waiting.get(id);
    if (found !== undefined) {
      const { kind, for: what, since, message } = found;
      switch (kind) {
        case "outage":
          return t.down(what, view.format.time(since), message);
        case "backfill":
          return t.paused(what);
        case "code":
          return t.code(message);
        case "run":
          return t.behind(what);
        case "slot":
          return t.slot(what, message);
      }
    }
    if (status === "running") return undefined;
    const { waits, lines } = hands.get(id)!;
    return waits ? t.hands(lines.join("; ")) : t.turn;
  };
  return new Map(open.flatMap((run) => {
    const line = why(run);
    return line === undefined ? [] : [[run.id, line] as const];
  }));
}
