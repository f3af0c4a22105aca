import type { PartitionRange, RunSelection, Undeclared } from "../core/mod.ts";
import {
  type App,
  type Ask,
  type Command,
  type Context,
  type ExitCode,
  type Invocation,
  type Lake,
  type Terminal,
  UsageError,
} from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { openEnd, RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { named, plural } from "./text.ts";

export const wipe: Command = {
  summary: "forgets partitions: they are missing from then on; files stay",
  help: `
Usage: wipe SELECTION… [--partition K]… [--from A --to B] [--all] [--dry-run] [--yes] [--json]

${RANGE_HELP.replace(". Default: all assets", "; * for all")}
--all          every partition of the selected assets
--dry-run      only says what would be forgotten
--yes          asks nobody; on a terminal it asks first

What has partitions is wiped only with --partition, --from, --to or --all. An asset that the graph no longer
declares is wiped by its exact key, whole.

Examples:
  deno task wipe vietnam/prod_catalog
  deno task wipe vietnam/dev_mart --from 2018-01-01 --to 2018-01-31`,
  flags: { ...RANGE, switches: ["all", "dry-run", "yes"] },
  words: Infinity,
  async run(invocation, { stdout, stderr, ask }) {
    if (invocation.words.length === 0) {
      throw new UsageError('wiping: found no selection, wanted the assets to forget, or "*" for all');
    }
    const app = await invocation.app();
    const dry = invocation.has("dry-run");
    await using lake = dry ? await app.lake("read") : await openToChange(app);
    const left = await undeclared(invocation.words, lake);
    if (left.length > 0) return await wipeUndeclared(invocation, { stdout, stderr, ask }, app, lake, left);
    const request = wholeRequest(invocation, app, lake);
    if (dry || (ask !== undefined && !invocation.has("yes"))) {
      const materialized = await lake.orchestrator.wipeable(request);
      if (dry) {
        const assets = [...materialized].map(([asset, materialized]) => ({ asset, materialized }));
        return tellWipeable(invocation, stdout, app, assets);
      }
      const total = sum([...materialized.values()].flat());
      if (total > 0 && !await mayForget(ask!, stderr, total, [...materialized.keys()])) return 130;
    }
    const wiped = await lake.orchestrator.wipe(request);
    tellWiped(invocation, stdout, app, [...wiped].map(([key, partitions]) => ({ key, partitions })));
    return 0;
  },
};

async function mayForget(
  ask: Ask,
  stderr: Terminal,
  total: number,
  keys: readonly string[],
): Promise<boolean> {
  const question = `forget ${plural(total, "partition")} of ${keys.join(", ")}? [y/N] `;
  if (/^y(es)?$/i.test((await ask(question) ?? "").trim())) return true;
  print(stderr, "wiping: nothing was forgotten");
  return false;
}

function tellWiped(
  invocation: Invocation,
  stdout: Terminal,
  app: App,
  assets: readonly { readonly key: string; readonly partitions: number }[],
): void {
  if (invocation.json) return printJson(stdout, { assets, warnings: app.notices });
  notify(stdout, [...app.notices, ...openEnd(invocation, app)]);
  for (const { key, partitions } of assets) {
    print(stdout, `${key}: ${plural(partitions, "partition")} forgotten`);
  }
}

/** The assets of these keys that the graph no longer declares, if all of them are such. */
async function undeclared(words: readonly string[], { orchestrator }: Lake): Promise<Undeclared[]> {
  const found: Undeclared[] = [];
  for (const key of new Set(words)) {
    const asset = await orchestrator.undeclared(key);
    if (asset === undefined) return [];
    found.push(asset);
  }
  return found;
}

/** Forgets an asset that is no longer declared, whole. */
async function wipeUndeclared(
  invocation: Invocation,
  { stdout, stderr, ask }: Pick<Context, "stdout" | "stderr" | "ask">,
  app: App,
  lake: Lake,
  left: readonly Undeclared[],
): Promise<ExitCode> {
  requireWhole(invocation, left);
  const counted = left.map(({ asset, materialized }) => ({ key: asset, partitions: sum(materialized) }));
  if (invocation.has("dry-run")) {
    return tellWipeable(invocation, stdout, app, left);
  }
  const total = counted.reduce((sum, { partitions }) => sum + partitions, 0);
  const asks = ask !== undefined && !invocation.has("yes") && total > 0;
  if (asks && !await mayForget(ask, stderr, total, left.map(({ asset }) => asset))) return 130;
  for (const { asset } of left) await lake.orchestrator.wipeUndeclared(asset);
  tellWiped(invocation, stdout, app, counted);
  return 0;
}

function requireWhole({ has, value, list }: Invocation, left: readonly Undeclared[]): void {
  const partitioned = left.find(({ isPartitioned }) => isPartitioned);
  if (!isRanged({ value, list }) && (has("all") || partitioned === undefined)) return;
  const { asset } = partitioned ?? left[0]!;
  throw new UsageError(`wiping "${asset}": found an asset that the graph does not declare, wanted --all`);
}

function wholeRequest(invocation: Invocation, app: App, lake: Lake): RunSelection {
  const request = requestOf(invocation, app, lake);
  requireRange(invocation, lake, request.assets);
  return invocation.has("all") ? { ...request, all: true } : { ...request, exact: isRanged(invocation) };
}

/** Tells which partitions would be forgotten, a line for each range. */
function tellWipeable(
  { json }: Invocation,
  stdout: Terminal,
  app: App,
  assets: readonly Pick<Undeclared, "asset" | "materialized">[],
): 0 {
  const counted = assets.map(({ asset, materialized }) => ({ key: asset, partitions: sum(materialized) }));
  if (json) {
    printJson(stdout, { assets: counted, warnings: app.notices });
    return 0;
  }
  notify(stdout, app.notices);
  for (const { asset, materialized } of assets) {
    for (const { from, to, count } of materialized) {
      print(stdout, `${named(asset, from, to, count)} would be forgotten`);
    }
  }
  const total = counted.reduce((sum, { partitions }) => sum + partitions, 0);
  print(stdout, `${plural(total, "partition")} would be forgotten`);
  return 0;
}

function sum(ranges: readonly PartitionRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

function isRanged({ value, list }: Pick<Invocation, "value" | "list">): boolean {
  return list("partition").length > 0 || (value("from") ?? value("to")) !== undefined;
}

/** A whole history is not forgotten for want of a flag. */
function requireRange({ has, value, list }: Invocation, { graph }: Lake, assets: ReadonlySet<string>): void {
  const ranged = isRanged({ value, list });
  if (has("all") && ranged) {
    throw new UsageError("wiping: found --all beside a range, wanted one of them");
  }
  if (has("all") || ranged) return;
  const partitioned = [...assets].find((key) => graph.byKey.get(key)!.partitions.spec.type !== "single");
  if (partitioned === undefined) return;
  throw new UsageError(
    `wiping "${partitioned}": found no range, wanted --partition, --from and --to, or --all for every partition`,
  );
}
