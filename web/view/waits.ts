import {
  handsOf,
  type Instant,
  type OpenLake,
  type RunId,
  type RunRecord,
  waitingIn,
} from "../../core/mod.ts";
import { words } from "./language.ts";
import type { View } from "./view.ts";

const text = words({
  down: (service: string, since: string, message: string) =>
    `waits for ${service}, which is down since ${since}: ${message}`,
  paused: (backfill: string) => `waits, as backfill ${backfill} is paused`,
  code: (asset: string) => `waits for who has the present code of ${asset}`,
  hands: (lines: string) => `waits: ${lines}`,
  turn: "waits for its turn",
}, {
  down: (service, since, message) => `đợi ${service}, ngừng trả lời từ ${since}: ${message}`,
  paused: (backfill) => `đợi, vì chạy bù ${backfill} đang tạm dừng`,
  code: (asset) => `đợi tiến trình có mã hiện tại của ${asset}`,
  hands: (lines) => `đợi: ${lines}`,
  turn: "đợi đến lượt",
});

/** Why those of some runs that are queued wait, a line each. @param machineNow The machine's time. */
export async function waitsIn(
  view: View,
  { state, graph, orchestrator }: OpenLake,
  runs: readonly RunRecord[],
  machineNow: Instant,
): Promise<ReadonlyMap<RunId, string>> {
  const queued = runs.filter(({ status }) => status === "queued");
  if (queued.length === 0) return new Map();
  const t = view.in(text);
  const given = { graph: () => Promise.resolve(graph), now: orchestrator.now };
  const down = await waitingIn(state, queued, given);
  const left = await orchestrator.leftToOthers();
  const open = await state.backfills.list("open");
  const paused = new Set(open.filter(({ status }) => status === "paused").map(({ id }) => String(id)));
  const hands = await handsOf(state, machineNow);
  const why = ({ id, request: { tags } }: RunRecord) => {
    const outage = down.get(id);
    if (outage !== undefined) return t.down(outage.for, view.format.time(outage.since), outage.message);
    if (tags?.backfill !== undefined && paused.has(tags.backfill)) return t.paused(tags.backfill);
    const asset = left.get(id);
    if (asset !== undefined) return t.code(asset);
    return hands.waits ? t.hands(hands.lines.join("; ")) : t.turn;
  };
  return new Map(queued.map((run) => [run.id, why(run)]));
}
