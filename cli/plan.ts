import {
  type Cause,
  type Orchestrator,
  type PlannedStep,
  reportLine,
  type RunSelection,
  type Unreported,
  visible,
} from "../core/mod.ts";
import type { App, Command, Context, Invocation, Lake } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { openEnd, RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { seenLines, warningLines } from "./seen.ts";
import { named, number, plural, rangeText } from "./text.ts";

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
    await planned(invocation, context, app, lake, request);
    return 0;
  },
};

/** Looks at what others made, and prints what would be done. */
export async function planned(
  invocation: Invocation,
  context: Context,
  app: App,
  lake: Lake,
  request: RunSelection,
): Promise<void> {
  const seen = await lake.orchestrator.look(request, context.signal);
  const steps = await lake.orchestrator.plan(request);
  const awaited = warningLines(lake.orchestrator.awaited(request));
  const notices = [...app.notices, ...openEnd(invocation, app), ...seenLines(seen), ...awaited];
  showPlan(context, lake, request, steps, { json: invocation.json, notices });
}

/** Prints what would be done, a line for every range. */
function showPlan(
  { stdout, stderr }: Context,
  lake: Lake,
  request: RunSelection,
  steps: readonly PlannedStep[],
  { json, notices }: { readonly json: boolean; readonly notices: readonly string[] },
): void {
  const { orchestrator } = lake;
  const external = orchestrator.unreported(request);
  if (json) {
    notify(stderr, notices);
    printJson(stdout, {
      steps: steps.map((step) => stepJson(orchestrator, step)),
      ...(external.length > 0 && { external: external.map(externalJson) }),
    });
    return;
  }
  notify(stdout, notices);
  for (const step of steps) print(stdout, stepText(orchestrator, step));
  for (const each of external) {
    const { node, range: { from, to } } = each;
    const what = named(node.key, node.set.key(from), node.set.key(to), to - from + 1);
    print(stdout, `${what} ${reportLine(each)}`);
  }
  const sum = (some: readonly PlannedStep[]) => some.reduce((sum, { count }) => sum + count, 0);
  const total = sum(steps);
  const blocked = sum(steps.filter(({ hindrance }) => hindrance?.state === "blocked"));
  if (total > 0) {
    print(
      stdout,
      `${plural(total, "partition")} to do${blocked > 0 ? `, ${number(blocked)} of them blocked` : ""}`,
    );
  } else if (external.length === 0) print(stdout, nothingToDo(lake, request));
}

function externalJson({ node: { key, set }, range: { from, to }, state }: Unreported) {
  return { asset: key, from: set.key(from), to: set.key(to), count: to - from + 1, state };
}

/** Why there is nothing to do. */
export function nothingToDo({ orchestrator }: Lake, request: RunSelection): string {
  return orchestrator.covers(request) === 0
    ? "nothing to do: no partition that exists is asked for"
    : "nothing to do: everything selected is fresh";
}

function stepJson(
  orchestrator: Orchestrator,
  { node, asset, range, count, state, causes, hindrance }: PlannedStep,
) {
  return {
    asset,
    from: node.set.key(range.from),
    to: node.set.key(range.to),
    count,
    state,
    causes: causes.flatMap((cause) => causeJson(orchestrator, cause)),
    ...(hindrance && { hindrance }),
  };
}

/** A cause for each contiguous range of the members that it speaks of. */
function causeJson({ index }: Orchestrator, { kind, asset, members, detail }: Cause) {
  const said = { kind, ...(asset !== undefined && { asset }) };
  const why = detail === undefined ? {} : { detail };
  if (asset === undefined || members === undefined) return [{ ...said, ...why }];
  const { set } = index.node(asset);
  return members.map(({ from, to }) => ({ ...said, from: set.key(from), to: set.key(to), ...why }));
}

function stepText(
  orchestrator: Orchestrator,
  { node, asset, range, count, state, causes, hindrance }: PlannedStep,
): string {
  const what = named(asset, node.set.key(range.from), node.set.key(range.to), count);
  const why = causes.map((cause) => causeText(orchestrator, cause));
  const way = hindrance === undefined ? [] : [`${hindrance.state}: ${visible(hindrance.message)}`];
  return [`${what}: ${state}`, ...why, ...way].join(", ");
}

/** At most so many ranges of a cause are named in a line. */
const NAMED = 3;

function causeText({ index }: Orchestrator, { kind, asset, members = [], detail }: Cause): string {
  if (kind === "forced") return "forced";
  if (asset === undefined) return kind === "source" ? `to be asked again: ${detail}` : detail ?? kind;
  const { set } = index.node(asset);
  const ranges = members.slice(0, NAMED).map(({ from, to }) => {
    return rangeText(set.key(from), set.key(to), to - from + 1);
  }).filter((text) => text !== "");
  const more = members.length > NAMED ? [`${number(members.length - NAMED)} more ranges`] : [];
  const where = [...ranges, ...more].join(" and ");
  return `${asset}${where === "" ? "" : ` ${where}`} ${kind === "upstream" ? `is ${detail}` : detail}`;
}
