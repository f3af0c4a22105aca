import { count, type Ranges, type RunSelection } from "../core/mod.ts";
import { type App, type Command, type Invocation, type Lake, type Terminal, UsageError } from "./context.ts";
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

What has partitions is wiped only with --partition, --from, --to or --all.

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
    const request = wholeRequest(invocation, app, lake);
    if (dry || (ask !== undefined && !invocation.has("yes"))) {
      const standing = await lake.orchestrator.standing(request);
      if (dry) return tellStanding(invocation, stdout, app, lake, standing);
      const total = count([...standing.values()].flat());
      if (total > 0) {
        const question = `forget ${plural(total, "partition")} of ${[...standing.keys()].join(", ")}? [y/N] `;
        if (!/^y(es)?$/i.test((await ask!(question) ?? "").trim())) {
          print(stderr, "wiping: nothing was forgotten");
          return 130;
        }
      }
    }
    const wiped = await lake.orchestrator.wipe(request);
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

function wholeRequest(invocation: Invocation, app: App, lake: Lake): RunSelection {
  const request = requestOf(invocation, app, lake);
  requireRange(invocation, lake, request.assets);
  return invocation.has("all") ? { ...request, all: true } : { ...request, exact: isRanged(invocation) };
}

/** What would be forgotten, a line for each range. */
function tellStanding(
  { json }: Invocation,
  stdout: Terminal,
  app: App,
  { orchestrator: { index } }: Lake,
  standing: ReadonlyMap<string, Ranges>,
): 0 {
  if (json) {
    const assets = [...standing].map(([key, ranges]) => ({ key, partitions: count(ranges) }));
    printJson(stdout, { assets, warnings: app.notices });
    return 0;
  }
  notify(stdout, app.notices);
  for (const [key, ranges] of standing) {
    const { set } = index.node(key);
    for (const { from, to } of ranges) {
      print(stdout, `${named(key, set.key(from), set.key(to), to - from + 1)} would be forgotten`);
    }
  }
  const total = count([...standing.values()].flat());
  print(stdout, `${plural(total, "partition")} would be forgotten`);
  return 0;
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
