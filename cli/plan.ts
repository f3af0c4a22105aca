import {
  type PlannedCause,
  type PlannedStep,
  plannedStepJson,
  type RunSelection,
  visible,
  warningLines,
} from "../core/mod.ts";
import type { App, Command, Context, ExitCode, Invocation, Lake } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { openEnd, RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { leftWarnings, seenLines, unseenLines } from "./seen.ts";
import { named, number, plural, rangeText, total } from "./text.ts";

export const plan: Command = {
  summary: "what `materialize` would do, with every cause",
  help: `
Usage: plan [SELECTION…] [--partition K]… [--from A --to B] [--force] [--json]

${RANGE_HELP}
--force        as if everything selected were to be made anew

Examples:
  deno task plan
  deno task plan vietnam/dev_mart --from 2018-01-01 --to 2018-01-31
  deno task plan "+vietnam/prod_mart and kind:mart" --json`,
  flags: { ...RANGE, switches: ["force"] },
  words: Infinity,
  async run(invocation, context) {
    const app = await invocation.app();
    await using lake = await app.lake("read");
    const request = requestOf(invocation, app, lake);
    return await planned(invocation, context, app, lake, request);
  },
};

/** Looks at what others made, and prints what would be done. @returns 1 if something could not be looked at. */
export async function planned(
  invocation: Invocation,
  context: Context,
  app: App,
  lake: Lake,
  request: RunSelection,
): Promise<ExitCode> {
  const { seen, left } = await lake.orchestrator.look(request, context.signal);
  const steps = await lake.orchestrator.plan(request);
  const awaited = warningLines(lake.orchestrator.awaited(request));
  const found = lake.found.filter(({ asset }) => request.assets.has(asset))
    .map(({ asset, message }) => `${asset}: ${message}`);
  const unlooked = warningLines([...left.keys()].map((key) => [key, leftWarnings(left, key)]));
  const notices = [
    ...app.notices,
    ...openEnd(invocation, app),
    ...found,
    ...seenLines(seen),
    ...awaited,
    ...unlooked,
    ...request.force ? [] : [
      ...warningLines(lake.orchestrator.heldBack(request)),
      ...warningLines(lake.orchestrator.failedFresh(request)),
    ],
  ];
  const isWhole = seen.every(({ isWhole }) => isWhole);
  showPlan(context, lake, request, steps, { json: invocation.json, notices, isWhole });
  const unseen = unseenLines(seen);
  for (const line of unseen) context.log.error(line);
  return unseen.length === 0 ? 0 : 1;
}

interface PlanOptions {
  readonly json: boolean;
  readonly notices: readonly string[];
  /** Whether all that others made could be told. */
  readonly isWhole: boolean;
}

/** Prints what would be done, a line for every range. */
function showPlan(
  { stdout, log }: Context,
  lake: Lake,
  request: RunSelection,
  steps: readonly PlannedStep[],
  { json, notices, isWhole }: PlanOptions,
): void {
  const { orchestrator } = lake;
  const external = orchestrator.unreported(request);
  if (json) {
    notify(log, notices);
    printJson(stdout, {
      steps: steps.map(plannedStepJson),
      ...(external.length > 0 && { external: external.map(({ message: _, ...each }) => each) }),
    });
    return;
  }
  notify(stdout, notices);
  for (const step of steps) print(stdout, stepText(step));
  for (const { asset, from, to, count, message } of external) {
    print(stdout, `${named(asset, from, to, count)} ${message}`);
  }
  const planned = total(steps);
  const blocked = total(steps.filter(({ hindrance }) => hindrance?.state === "blocked"));
  if (planned > 0) {
    print(
      stdout,
      `${plural(planned, "partition")} to do${blocked > 0 ? `, ${number(blocked)} of them blocked` : ""}`,
    );
  } else if (external.length === 0) print(stdout, nothingToDo(lake, request, isWhole));
}

/** Why there is nothing to do. */
export function nothingToDo({ orchestrator }: Lake, request: RunSelection, isWhole = true): string {
  if (orchestrator.covers(request) === 0) return "nothing to do: no partition that exists is asked for";
  const isAll = isWhole && orchestrator.heldBack(request).size === 0;
  return `nothing to do: everything ${isAll ? "selected" : "else that is selected"} is fresh`;
}

function stepText({ asset, from, to, count, state, causes, hindrance }: PlannedStep): string {
  const what = named(asset, from, to, count);
  const why = causes.map(causeText);
  const way = hindrance === undefined ? [] : [`${hindrance.state}: ${visible(hindrance.message)}`];
  return [`${what}: ${state}`, ...why, ...way].join(", ");
}

/** At most so many ranges of a cause are named in a line. */
const NAMED = 3;

function causeText({ kind, asset, members = [], detail }: PlannedCause): string {
  if (kind === "forced") return "forced";
  if (asset === undefined) return kind === "source" ? `to be asked again: ${detail}` : detail ?? kind;
  const ranges = members.slice(0, NAMED).map(({ from, to, count }) => rangeText(from, to, count))
    .filter((text) => text !== "");
  const more = members.length > NAMED ? [`${number(members.length - NAMED)} more ranges`] : [];
  const where = [...ranges, ...more].join(" and ");
  return `${asset}${where === "" ? "" : ` ${where}`} ${kind === "upstream" ? `is ${detail}` : detail}`;
}
