import { type Command, type Invocation, type Lake, UsageError } from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { plural } from "./text.ts";

export const wipe: Command = {
  summary: "forgets partitions: they are missing from then on; files stay",
  help: `
Usage: wipe SELECTION… [--partition K]… [--from A --to B] [--all] [--json]

${RANGE_HELP.replace(". Default: all assets", "; * for all")}
--all          every partition of the selected assets

What has partitions is wiped only with --partition, --from, --to or --all.

Examples:
  deno task wipe vietnam/prod_catalog
  deno task wipe vietnam/dev_mart --from 2018-01-01 --to 2018-01-31`,
  flags: { ...RANGE, switches: ["all"] },
  words: Infinity,
  async run(invocation, { stdout }) {
    if (invocation.words.length === 0) {
      throw new UsageError('wiping: found no selection, wanted the assets to forget, or "*" for all');
    }
    const app = await invocation.app();
    await using lake = await openToChange(app);
    const request = requestOf(invocation, app, lake);
    requireRange(invocation, lake, request.assets);
    const wiped = await lake.orchestrator.wipe(
      invocation.has("all") ? { ...request, all: true } : { ...request, exact: isRanged(invocation) },
    );
    const assets = [...wiped].map(([key, partitions]) => ({ key, partitions }));
    if (invocation.json) printJson(stdout, { assets, warnings: app.notices });
    else {
      notify(stdout, app.notices);
      for (const { key, partitions } of assets) {
        print(stdout, `${key}: ${plural(partitions, "partition")} forgotten`);
      }
    }
    return 0;
  },
};

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
