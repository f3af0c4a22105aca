import type { AssetKey, RunId } from "../event.ts";
import type { KeyRange } from "../partition/range_text.ts";
import { type Span, untraced } from "../ports/tracer.ts";
import type { RunCommand, RunRequest, StepRecord } from "../ports/state.ts";
import type { Ports } from "./session.ts";
import type { StepTally } from "./step_tally.ts";
import type { RunResult, Worked } from "./tally.ts";

/** The tag of a queued run that names the span in which it was requested. */
const PARENT = "traceparent";

type Traced = Pick<Ports, "tracer">;

/** A request that names the span in which it is requested, if there is one, so that its run is found with it. */
export function traceable({ tracer = untraced }: Traced, request: RunRequest): RunRequest {
  const parent = tracer.current();
  return parent === undefined ? request : { ...request, tags: { ...request.tags, [PARENT]: parent } };
}

/** A request's tags without those of one who requested it before. */
export function ownTags(tags: RunRequest["tags"] = {}): RunRequest["tags"] {
  const { [PARENT]: _parent, ...own } = tags;
  return Object.keys(own).length === 0 ? undefined : own;
}

/** Traces a run that was queued. */
export function tracedRun(
  { tracer = untraced }: Traced,
  { id, request }: { readonly id: RunId; readonly request: RunRequest },
  work: () => Promise<Worked["outcome"]>,
): Promise<Worked["outcome"]> {
  const { tags = {}, command, priority = 0, parent: retries } = request;
  const attributes = {
    "airgraph.run": id,
    "airgraph.command": command,
    "airgraph.priority": priority,
    ...(tags.by !== undefined && { "airgraph.by": tags.by }),
    ...(tags.backfill !== undefined && { "airgraph.backfill": Number(tags.backfill) }),
    ...(retries !== undefined && { "airgraph.retries": retries }),
  };
  return tracer.span("run", { attributes, parent: tags[PARENT] }, async (span) => {
    const outcome = await work();
    tell(span, outcome);
    return outcome;
  });
}

/** Traces the run of a command, which takes it at once. */
export function tracedCommand<T>(
  { tracer = untraced }: Traced,
  command: RunCommand,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.span("run", { attributes: { "airgraph.command": command } }, work);
}

/** Traces what a command materializes. */
export function tracedMaterialize(session: Traced, work: () => Promise<RunResult>): Promise<RunResult> {
  return tracedCommand(session, "materialize", async (span) => {
    const result = await work();
    if (result.run !== null) span.set({ "airgraph.run": result.run });
    tell(span, result);
    return result;
  });
}

/** A step that begins. */
interface BegunStep {
  readonly asset: AssetKey;
  readonly run: RunId;
  readonly step: number;
  readonly range: KeyRange;
  readonly count: number;
  readonly forced: boolean;
}

/** Tells a step's span of what it is. */
export function stepBegins(span: Span, { asset, run, step, range, count, forced }: BegunStep): void {
  span.set({
    "airgraph.asset": asset,
    "airgraph.run": run,
    "airgraph.step": step,
    "airgraph.partitions.count": count,
    ...(range.from !== null && { "airgraph.partitions.from": range.from }),
    ...(range.to !== null && { "airgraph.partitions.to": range.to }),
    ...(forced && { "airgraph.forced": true }),
  });
}

/** Tells a step's span how it ended. */
export function stepEnds(
  span: Span,
  { materialized, failed, blocked, problem }: StepTally,
  outcome: StepRecord["outcome"],
  error: string | undefined,
): void {
  span.set({
    "airgraph.outcome": outcome,
    "airgraph.partitions.materialized": materialized,
    "airgraph.partitions.failed": failed - blocked,
    "airgraph.partitions.blocked": blocked,
  });
  if (outcome === "failed" || outcome === "blocked") {
    span.fail(outcome, error ?? problem ?? `${failed} of its partitions ${outcome}`);
  }
}

function tell(span: Span, outcome: Worked["outcome"]): void {
  span.set({ "airgraph.status": outcome.status });
  if (outcome.status === "refused") return span.fail("refused", outcome.message);
  if (!("counts" in outcome)) return;
  const { counts: { materialized, unchanged, failed, blocked }, errors: [first] } = outcome;
  span.set({
    "airgraph.partitions.materialized": materialized,
    "airgraph.partitions.unchanged": unchanged,
    "airgraph.partitions.failed": failed,
    "airgraph.partitions.blocked": blocked,
  });
  if (outcome.status === "failed") span.fail("failed", first === undefined ? "failed" : lineOf(first));
}

function lineOf({ asset, partition, message }: RunResult["errors"][number]): string {
  return `${asset}${partition === null ? "" : ` ${partition}`}: ${message}`;
}
