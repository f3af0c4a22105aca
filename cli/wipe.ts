import type { CommandLog } from "./command_log.ts";
import { type PartitionRange, type RunSelection, type Undeclared, unranged } from "../core/mod.ts";
import {
  type App,
  type Command,
  type Invocation,
  type Lake,
  type Prompt,
  type Terminal,
  UsageError,
} from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { openEnd, RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { named, plural, total } from "./text.ts";

export const wipe: Command = {
  summary: "forgets partitions: they are missing from then on; files stay",
  help: `
Usage: wipe SELECTION… [--partition K]… [--from A --to B] [--all] [--dry-run] [--yes] [--json]

${RANGE_HELP.replace(". Default: all assets", "; * for all")}
--all          every partition of the selected assets
--dry-run      only says what would be forgotten
--yes          asks nobody; on a terminal it asks first

A partitioned asset is wiped only with --partition, --from, --to or --all. An asset that the graph no longer
declares is wiped by its exact key, whole.

Examples:
  deno task wipe vietnam/prod_catalog
  deno task wipe vietnam/dev_mart --from 2018-01-01 --to 2018-01-31`,
  flags: { ...RANGE, switches: ["all", "dry-run", "yes"] },
  words: Infinity,
  async run(invocation, { stdout, log, prompt }) {
    if (invocation.words.length === 0) {
      throw new UsageError('wiping: found no selection, wanted the assets to forget, or "*" for all');
    }
    const app = await invocation.app();
    const dry = invocation.has("dry-run");
    await using lake = dry ? await app.lake("read") : await openToChange(app);
    const { orchestrator } = lake;
    const left = await undeclared(invocation.words, lake);
    if (left.length > 0) requireWhole(invocation, left);
    const request = left.length > 0 ? undefined : wholeRequest(invocation, app, lake);
    if (dry || (prompt !== undefined && !invocation.has("yes"))) {
      const found = request === undefined ? left : wipeable(await orchestrator.wipeable(request));
      if (dry) return tellWipeable(invocation, stdout, app, found);
      const partitions = total(found.flatMap(({ materialized }) => materialized));
      if (partitions > 0 && !await mayForget(prompt!, log, partitions, found)) return 130;
    }
    const wiped = request === undefined
      ? await orchestrator.wipeUndeclared(left.map(({ asset }) => asset))
      : await orchestrator.wipe(request);
    const assets = [...wiped].map(([key, partitions]) => ({ key, partitions }));
    if (invocation.json) printJson(stdout, { assets, warnings: app.notices });
    else {
      notify(stdout, [...app.notices, ...openEnd(invocation, app)]);
      for (const { key, partitions } of assets) {
        print(stdout, `${key}: ${plural(partitions, "partition")} forgotten`);
      }
    }
    return 0;
  },
};

/** The partitions of an asset that would be forgotten. */
type Wipeable = Pick<Undeclared, "asset" | "materialized">;

function wipeable(found: ReadonlyMap<string, readonly PartitionRange[]>): Wipeable[] {
  return [...found].map(([asset, materialized]) => ({ asset, materialized }));
}

async function mayForget(
  prompt: Prompt,
  log: CommandLog,
  partitions: number,
  found: readonly Wipeable[],
): Promise<boolean> {
  const keys = found.map(({ asset }) => asset).join(", ");
  const question = `forget ${plural(partitions, "partition")} of ${keys}? [y/N] `;
  if (/^y(es)?$/i.test((await prompt(question) ?? "").trim())) return true;
  log.info("wiping: nothing was forgotten");
  return false;
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

function requireWhole({ has, value, list }: Invocation, left: readonly Undeclared[]): void {
  const partitioned = left.find(({ isPartitioned }) => isPartitioned);
  if (!isRanged({ value, list }) && (has("all") || partitioned === undefined)) return;
  const { asset } = partitioned ?? left[0]!;
  throw new UsageError(`wiping "${asset}": found an asset that the graph does not declare, wanted --all`);
}

function wholeRequest(invocation: Invocation, app: App, lake: Lake): RunSelection {
  const request = requestOf(invocation, app, lake);
  requireRange(invocation, lake, request);
  return invocation.has("all") ? { ...request, all: true } : { ...request, exact: isRanged(invocation) };
}

/** Tells which partitions would be forgotten, a line for each range. */
function tellWipeable(
  { json }: Invocation,
  stdout: Terminal,
  app: App,
  assets: readonly Wipeable[],
): 0 {
  const counted = assets.map(({ asset, materialized }) => ({ key: asset, partitions: total(materialized) }));
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
  const partitions = total(assets.flatMap(({ materialized }) => materialized));
  print(stdout, `${plural(partitions, "partition")} would be forgotten`);
  return 0;
}

function isRanged({ value, list }: Pick<Invocation, "value" | "list">): boolean {
  return list("partition").length > 0 || (value("from") ?? value("to")) !== undefined;
}

/** A whole history is not forgotten for want of a flag. */
function requireRange({ has, value, list }: Invocation, { graph }: Lake, request: RunSelection): void {
  const ranged = isRanged({ value, list });
  if (has("all") && ranged) {
    throw new UsageError("wiping: found --all beside a range, wanted one of them");
  }
  const partitioned = has("all") ? undefined : unranged(graph, request);
  if (partitioned === undefined) return;
  throw new UsageError(
    `wiping "${partitioned}": found no range, wanted --partition, --from and --to, or --all for every partition`,
  );
}
