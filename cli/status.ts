import {
  type AssetKey,
  type AssetStatus,
  assetStatusJson,
  type Graph,
  isoSeconds,
  seeDaemon,
  type Seen,
  visible,
  type Warning,
} from "../core/mod.ts";
import { type Command, type Invocation, type Terminal, UsageError } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { RANGE_HELP } from "./request.ts";
import { leftWarnings, unseenLines } from "./seen.ts";
import { chosen } from "./selection.ts";
import { type Column, table, USUAL_WIDTH } from "./table.ts";
import { named, number } from "./text.ts";
import { wantingLines } from "./wanting.ts";

export const status: Command = {
  summary: "how the assets stand: counts and ranges of states, warnings",
  help: `
Usage: status [SELECTION…] [--from A] [--to B] [--all] [--check] [--warn-error] [--json]

${RANGE_HELP.split("\n").filter((line) => !line.startsWith("--partition")).join("\n")}
--all          every partition, in the place of a range
--check        ends with 1 if something is stale, missing, failed, blocked or late, or if that cannot be told,
               and says what on stderr; with --all, what is missing counts only of assets that have nothing yet;
               warnings count for nothing: values left out, sensors set aside, days rolled back
--warn-error   as --check, and any warning ends with 1, too; the note on simulated data is none

Without a range: the last DEFAULT_LOOKBACK_DAYS whole UTC days and today, as \`plan\` has them.

Examples:
  deno task status
  deno task status --check
  deno task status kind:mart --from 2018-01-01 --to 2018-12-31`,
  flags: { values: ["from", "to"], switches: ["all", "check", "warn-error"] },
  words: Infinity,
  async run(invocation, { stdout, log, signal }) {
    const { words, json, has } = invocation;
    const days = daysOf(invocation);
    const app = await invocation.app();
    await using lake = await app.lake("read");
    const keys = chosen(words, lake.graph);
    const request = { assets: keys, ...days, lookbackDays: app.lookbackDays, all: has("all") };
    const { seen, left } = await lake.orchestrator.look(request, signal);
    const found = await lake.orchestrator.status(request);
    const awaited = lake.orchestrator.awaited(request);
    const held = lake.orchestrator.heldBack(request);
    const told = await lake.warnings();
    const { leaders, silent } = await seeDaemon(lake.state, app.machine.now());
    const codeWarnings = await lake.orchestrator.codeWarnings(leaders);
    const warnings = new Map(found.map(({ key, warnings }) => [key, [
      ...warnings,
      ...awaited.get(key) ?? [],
      ...held.get(key) ?? [],
      ...seenWarnings(seen, key),
      ...told.get(key) ?? [],
      ...codeWarnings.get(key) ?? [],
    ]]));
    const assets = found.map((asset) => ({
      ...asset,
      warnings: [
        ...warnings.get(asset.key)!,
        ...leftWarnings(left, asset.key),
        ...simulated(lake.graph, asset, app.notices),
      ],
    }));
    if (json) {
      notify(log, silent);
      printJson(stdout, { assets: assets.map((asset) => assetStatusJson(lake.graph, asset)) });
    } else show(stdout, assets, [...app.notices, ...silent]);
    if (!has("check") && !has("warn-error")) return 0;
    const wanted = { wholeSets: has("all"), warnings: has("warn-error") ? warnings : undefined };
    const wanting = [...unseenLines(seen), ...wantingLines(found, wanted)];
    for (const line of wanting) log.error(line);
    return wanting.length === 0 ? 0 : 1;
  },
};

/** Warnings on an observed asset as a whole; single partitions are told by their failures. */
function seenWarnings(seen: readonly Seen[], key: AssetKey): Warning[] {
  const found = seen.find(({ asset }) => asset === key);
  if (found === undefined) return [];
  const { failure, warnings } = found;
  return [
    ...failure === undefined ? [] : [{ message: failure }],
    ...warnings.filter(({ partition }) => !partition),
  ];
}

function daysOf({ value, has }: Invocation) {
  const [from, to] = [value("from"), value("to")];
  if (has("all") && (from ?? to) !== undefined) {
    throw new UsageError("reading the range: found --all beside --from or --to, wanted one of them");
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function show(stdout: Terminal, assets: readonly AssetStatus[], notices: readonly string[]): void {
  notify(stdout, notices);
  const paint = painter(stdout);
  const [head, ...rows] = table(COLUMNS, assets.map(row), stdout.columns() || USUAL_WIDTH);
  print(stdout, paint("bold", head!));
  for (const line of rows) print(stdout, line);
  for (const { key, ranges } of assets) {
    const listed = ranges.filter(({ state }) => state !== "fresh" && state !== "missing");
    const shown = listed.slice(-RANGES);
    if (shown.length < listed.length) {
      print(stdout, `${key}: ${number(listed.length)} ranges are not fresh, the newest ${RANGES}:`);
    }
    for (const { from, to, count, state } of shown) {
      print(stdout, `${named(key, from, to, count)}: ${state}`);
    }
  }
  for (const { key, warnings } of assets) {
    for (const { partition, message } of warnings) {
      if (notices.includes(message)) continue;
      print(
        stdout,
        paint("yellow", `warning: ${key}${partition ? ` ${partition}` : ""}: ${visible(message)}`),
      );
    }
  }
}

const COLUMNS: readonly Column[] = [
  { head: "asset" },
  { head: "partitions", rank: 1 },
  { head: "fresh" },
  ...["stale", "missing", "failed", "running", "blocked"].map((head) => ({ head, sparse: true })),
  { head: "last materialized", rank: 2 },
  { head: "checks", rank: 3 },
];
/** At most so many ranges of an asset are listed for people. */
const RANGES = 10;

/** Where an asset's data are not what they seem, its status says so: that of every asset which asks a source. */
function simulated({ byKey }: Graph, { key }: AssetStatus, notices: readonly string[]): Warning[] {
  return byKey.get(key)!.due === null ? [] : notices.map((message) => ({ message }));
}

function row({ key, partitions, lastMaterialized, checks }: AssetStatus): string[] {
  const { total, fresh, stale, missing, failed, running, blocked } = partitions;
  const counts = [total, fresh, stale, missing, failed, running, blocked].map(number);
  const made = lastMaterialized === null ? "never" : isoSeconds(lastMaterialized);
  const checked = checks.passed + checks.failed === 0
    ? ""
    : `${number(checks.passed)} passed${checks.failed > 0 ? `, ${number(checks.failed)} failed` : ""}`;
  return [key, ...counts, made, checked];
}
