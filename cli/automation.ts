import {
  isoSeconds,
  type KeptEvaluation,
  type RunSelection,
  TICKS,
  type Verdict,
  verdictJson,
  visible,
  type Why,
} from "../core/mod.ts";
import { type Command, type Context, UsageError } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { seenLines, unseenLines } from "./seen.ts";
import { wholeNumber } from "./parse.ts";
import { chosen } from "./selection.ts";
import { named, plural, total } from "./text.ts";

export const automation: Command = {
  summary: "why a daemon would make an asset or a partition by itself, or why not",
  help: `
Usage: automation ASSET [--partition K] [--limit N] [--json]

--partition K  one of its partitions; default: all of them together
--limit N      how many earlier evaluations are shown, newest first; default: 3

Evaluates the asset's condition as things stand, after those of the assets that it reads, and changes nothing. Below
stand earlier evaluations: those that led to runs, and the last one.

Examples:
  deno task automation vietnam/dev_mart
  deno task automation vietnam/dev_mart --partition 2018-01-31`,
  flags: { values: ["partition", "limit"] },
  words: 1,
  async run(invocation, context) {
    const { words: [word], json, value, app: open } = invocation;
    const limit = wholeNumber(invocation, "limit", 0, 1_000_000) ?? 3;
    if (word === undefined) {
      throw new UsageError("judging: found no asset, wanted one, such as vietnam/prod_mart");
    }
    const app = await open();
    await using lake = await app.lake("read");
    const keys = chosen([word], lake.graph);
    const [key] = keys;
    if (key === undefined || keys.size > 1) {
      throw new UsageError(`judging "${word}": found ${plural(keys.size, "asset")}, wanted one`);
    }
    const selection: RunSelection = { assets: keys, all: true, lookbackDays: app.lookbackDays };
    const { seen } = await lake.orchestrator.look(selection, context.signal);
    const verdict = await lake.orchestrator.automation(key, value("partition"), app.lookbackDays);
    const kept = await lake.orchestrator.evaluations(key, verdict.partition, limit);
    const codeWarnings = (await lake.orchestrator.codeWarnings(await lake.state.leaders(TICKS))).get(key) ??
      [];
    const lines = [
      ...app.notices,
      ...seenLines(seen),
      ...codeWarnings.map(({ message }) => `${key}: ${message}`),
    ];
    notify(json ? context.log : context.stdout, lines);
    if (json) {
      printJson(context.stdout, verdictJson(verdict, kept));
    } else {
      show(context, verdict);
      for (const each of kept) showKept(context, each);
    }
    const unseen = unseenLines(seen);
    for (const line of unseen) context.log.error(line);
    return unseen.length === 0 ? 0 : 1;
  },
};

/** Why it was requested then, or why not. */
function showKept({ stdout }: Context, { at, run, requested, reasons, why }: KeptEvaluation): void {
  const when = isoSeconds(at);
  const count = total(requested);
  const told = run === null
    ? `${when} nothing asked for`
    : `${when} run ${run}${
      requested.some(({ from }) => from !== null) ? `, ${plural(count, "partition")}` : ""
    }`;
  print(stdout, `${told}: ${visible(reasons.join(", "))}`);
  for (const line of lines(why as unknown as Why, "")) print(stdout, line);
}

function show({ stdout }: Context, { asset, partition, decision, requested, reasons, why }: Verdict): void {
  const count = total(requested);
  const what = named(asset, partition, partition);
  const many = partition === null && requested.some(({ from }) => from !== null);
  const told = decision === "wait" ? "waits" : many ? `runs ${plural(count, "partition")}` : "runs";
  print(stdout, `${what} ${told}: ${visible(reasons.join(", "))}`);
  for (const line of lines(why, "")) print(stdout, line);
}

function lines({ condition, value, detail: own, children: all }: Why, indent: string): string[] {
  const [first] = all;
  // That something is not so, and that it is so or not, is one line.
  const isSame = first !== undefined && condition === `not ${first.condition}`;
  const detail = own ?? (isSame ? first.detail : undefined);
  const children = isSame ? first.children : all;
  const told = detail === undefined ? "" : `: ${visible(detail)}`;
  return [
    `  ${value ? "yes" : "no "}  ${indent}${condition}${told}`,
    ...children.flatMap((child) => lines(child, `${indent}  `)),
  ];
}
