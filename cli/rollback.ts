import { type Command, UsageError } from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { chosen } from "./selection.ts";
import { named, plural } from "./text.ts";

export const rollback: Command = {
  summary: "puts one partition's earlier version back",
  help: `
Usage: rollback ASSET [--partition K] [--json]

--partition K  the partition's key; an unpartitioned asset has none

It stays until its inputs or its code change. Ends with 1 if there is no earlier version.

Example:
  deno task rollback vietnam/prod_mart --partition 2018-01-05`,
  flags: { values: ["partition"] },
  words: 1,
  async run({ words, value, json, app: open }, { stdout, log }) {
    const [asset] = words;
    if (asset === undefined) {
      throw new UsageError("rolling back: found no asset, wanted one, such as vietnam/prod_mart");
    }
    const app = await open();
    await using lake = await openToChange(app);
    const keys = chosen([asset], lake.graph);
    const [key] = keys;
    if (key === undefined || keys.size > 1) {
      throw new UsageError(`rolling back "${asset}": found ${plural(keys.size, "asset")}, wanted one`);
    }
    const partition = value("partition") ?? null;
    const done = await lake.orchestrator.rollback(key, partition);
    if (done.status === "no-version") {
      if (json) printJson(stdout, { asset: key, partition, ...done, warnings: app.notices });
      log.error(
        `rolling back ${named(key, partition, partition)}: ${done.reason}`,
      );
      return 1;
    }
    if (json) printJson(stdout, { asset: key, partition, ...done, warnings: app.notices });
    else {
      notify(stdout, app.notices);
      const rows = done.rows === null ? "" : `, ${plural(done.rows, "row")}`;
      print(
        stdout,
        `${named(key, partition, partition)}: rolled back from version ${done.from} to ${done.to}${rows}`,
      );
    }
    return 0;
  },
};
