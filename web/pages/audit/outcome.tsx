import type {
  Act,
  BackfillId,
  BackfillStatus,
  KeptAct,
  OpenLake,
  RunId,
  RunStatus,
} from "../../../core/mod.ts";
import { RunLink, RunState } from "../../parts/run.tsx";
import { Marked, type ShownState } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { BackfillState } from "../backfills/parts.tsx";
import { text } from "./words.ts";

/** The state whose sign and colour an act's outcome has. */
const LIKE: Readonly<Record<Act["outcome"], ShownState>> = {
  done: "fresh",
  refused: "blocked",
  failed: "failed",
};

/** How the runs and backfills that acts speak of stand by now; those that were forgotten are left out. */
export interface Stands {
  readonly runs: ReadonlyMap<RunId, RunStatus>;
  readonly backfills: ReadonlyMap<BackfillId, BackfillStatus>;
}

/** Finds out how what acts speak of stands. */
export async function standsOf(
  { state }: Pick<OpenLake, "state">,
  acts: readonly KeptAct[],
): Promise<Stands> {
  const runs = [...new Set(acts.flatMap((act) => runIn(act) ?? []))];
  const backfills = new Map<BackfillId, BackfillStatus>();
  for (const id of new Set(acts.flatMap((act) => backfillIn(act) ?? []))) {
    const found = await state.backfills.get(id);
    if (found !== undefined) backfills.set(id, found.status);
  }
  return { runs: await state.runStatuses(runs), backfills };
}

/** The run that an act queued, or was about. */
function runIn({ detail: { run, by } }: Act): RunId | undefined {
  const id = by ?? run;
  return typeof id === "number" ? id : undefined;
}

function backfillIn({ detail: { backfill } }: Act): BackfillId | undefined {
  return typeof backfill === "number" ? backfill : undefined;
}

/** What came of an act: what it queued, with how that stands by now, is not done by having been asked for. */
export function Outcome({ view, act, stands }: { view: View; act: KeptAct; stands: Stands }) {
  const t = view.in(text);
  const [run, backfill] = [runIn(act), backfillIn(act)];
  if (act.outcome === "done" && run !== undefined) {
    const status = stands.runs.get(run);
    return (
      <span>
        {act.act === "cancel" ? t.askedEnd : t.queued} <RunLink id={run} /> {status === undefined
          ? <span class="quiet">{t.forgotten}</span>
          : <RunState view={view} status={status} />}
      </span>
    );
  }
  if (act.outcome === "done" && backfill !== undefined) {
    const status = stands.backfills.get(backfill);
    return (
      <span>
        {act.act === "backfill" ? t.began : t.turned}{" "}
        <a class="nowrap" href={`/backfills/${backfill}`}>{t.backfill(backfill)}</a> {status === undefined
          ? <span class="quiet">{t.forgotten}</span>
          : <BackfillState view={view} status={status} />}
      </span>
    );
  }
  return (
    <Marked state={LIKE[act.outcome]}>
      {t.outcomes[act.outcome]}
    </Marked>
  );
}
