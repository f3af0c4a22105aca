import { iso } from "../core/mod.ts";
import type { AssetStatus, Warning } from "../core/status.ts";
import type { Command, Lake } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { RANGE_HELP } from "./request.ts";
import { seenWarnings } from "./seen.ts";
import { chosen } from "./selection.ts";
import { named, number, table } from "./text.ts";

export const status: Command = {
  summary: "how the assets stand: counts and ranges of states, warnings",
  help: `
Usage: status [SELECTION…] [--from A] [--to B] [--json]

${RANGE_HELP.split("\n").filter((line) => !line.startsWith("--partition")).join("\n")}
Without --from and --to: the whole sets.

Examples:
  deno task status
  deno task status kind:mart --from 2018-01-01 --to 2018-12-31`,
  flags: { values: ["from", "to"] },
  words: Infinity,
  async run({ words, json, value, app: open }, { stdout, signal }) {
    const app = await open();
    await using lake = await app.lake("read");
    const keys = chosen(words, lake.graph);
    const seen = seenWarnings(await lake.orchestrator.look(keys, signal));
    const found = await lake.orchestrator.status(keys, value("from"), value("to"));
    const told = await lake.warnings();
    const assets = found.map((asset) => ({
      ...asset,
      warnings: [
        ...asset.warnings,
        ...(seen.get(asset.key) ?? []).filter(({ partition }) => !partition),
        ...told.get(asset.key) ?? [],
        ...simulated(asset, app.notices),
      ],
    }));
    if (json) {
      printJson(stdout, { assets: assets.map((asset) => statusJson(lake, asset)) });
      return 0;
    }
    notify(stdout, app.notices);
    const paint = painter(stdout);
    const [head, ...rows] = table([HEAD, ...assets.map(row)]);
    print(stdout, paint("bold", head!));
    for (const line of rows) print(stdout, line);
    for (const { node, key, ranges } of assets) {
      const shown = ranges.filter(({ state }) => state !== "fresh" && state !== "missing").slice(-RANGES);
      for (const { from, to, state } of shown) {
        print(stdout, `${named(key, node.set.key(from), node.set.key(to), to - from + 1)}: ${state}`);
      }
    }
    for (const { key, warnings } of assets) {
      for (const { partition, message } of warnings) {
        if (app.notices.includes(message)) continue;
        print(stdout, paint("yellow", `warning: ${key}${partition ? ` ${partition}` : ""}: ${message}`));
      }
    }
    return 0;
  },
};

const HEAD = [
  "asset",
  "partitions",
  "fresh",
  "stale",
  "missing",
  "failed",
  "running",
  "blocked",
  "last materialized",
  "checks",
];
/** At most so many ranges of an asset are listed for people. */
const RANGES = 10;

/** Where an asset's data are not what they seem, its status says so: that of every asset which asks a source. */
function simulated({ node }: AssetStatus, notices: readonly string[]): Warning[] {
  return node.asset.due === null ? [] : notices.map((message) => ({ message }));
}

function row({ key, partitions, lastMaterialized, checks }: AssetStatus): string[] {
  const { total, fresh, stale, missing, failed, running, blocked } = partitions;
  const counts = [total, fresh, stale, missing, failed, running, blocked].map(number);
  const made = lastMaterialized === null ? "never" : iso(lastMaterialized).replace(/\.\d+/, "");
  const checked = checks.passed + checks.failed === 0
    ? ""
    : `${number(checks.passed)} passed${checks.failed > 0 ? `, ${number(checks.failed)} failed` : ""}`;
  return [key, ...counts, made, checked];
}

function statusJson(
  { graph }: Lake,
  { node, key, partitions, ranges, lastMaterialized, checks, warnings }: AssetStatus,
) {
  const { group, kind } = graph.byKey.get(key)!;
  const { total, fresh, stale, missing, failed, running, blocked } = partitions;
  return {
    key,
    group,
    kind,
    partitions: { total, fresh, stale, missing, failed, running, blocked },
    ranges: ranges.map(({ from, to, state }) => ({ from: node.set.key(from), to: node.set.key(to), state })),
    lastMaterialized: lastMaterialized === null ? null : iso(lastMaterialized),
    checks,
    warnings,
  };
}
