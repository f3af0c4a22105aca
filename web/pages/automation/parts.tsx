import type { AutomationStatus, KeptTick } from "../../../core/mod.ts";
import { RunLink } from "../../parts/run.tsx";
import { Age, Said } from "../../parts/small.tsx";
import { Marked, type ShownState } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** The state whose sign and colour a tick's outcome has. */
const TICK_STATES: Readonly<Record<KeptTick["outcome"], ShownState>> = {
  requested: "fresh",
  skipped: "missing",
  failed: "failed",
};

/** So many runs of a tick are named. */
const RUNS = 5;

/** Whether it is on, with its sign. */
export function On({ view, paused }: { view: View; paused: boolean }) {
  const t = view.in(text);
  return (
    <Marked state={paused ? "late" : "fresh"}>
      {paused ? t.paused : t.on}
    </Marked>
  );
}

/** When it asks next. */
export function Next({ view, status: { kind, paused, next } }: { view: View; status: AutomationStatus }) {
  const t = view.in(text);
  if (paused) return <span class="quiet">–</span>;
  if (next !== null) return <Age view={view} at={next} isNext />;
  return <span class="quiet">{kind === "automation" ? t.onChange : t.never}</span>;
}

/** The link to what pauses or resumes it. */
export function Turn({ view, status: { name, paused } }: { view: View; status: AutomationStatus }) {
  const t = view.in(text);
  const query = new URLSearchParams({ name, ...(paused && { resume: "true" }) });
  return (
    <a
      class="button"
      data-dialog
      href={`/acts/pause?${query}`}
      aria-label={`${paused ? t.resume : t.pause} ${name}`}
    >
      {paused ? t.resume : t.pause}
    </a>
  );
}

/** How a tick ended, with its sign. */
export function Outcome({ view, tick: { outcome } }: { view: View; tick: KeptTick }) {
  const state = TICK_STATES[outcome];
  return (
    <Marked state={state}>
      {view.in(text).outcomes[outcome]}
    </Marked>
  );
}

/** What a tick said, and the runs that it asked for. */
export function TickDetail({ tick: { detail, runs } }: { tick: KeptTick }) {
  return (
    <p class="small detail">
      {runs.slice(0, RUNS).map((id) => [<RunLink id={id} />, " "])}
      {runs.length > RUNS ? "… " : ""}
      <Said>{detail}</Said>
    </p>
  );
}
