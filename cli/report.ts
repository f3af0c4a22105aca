import { type Command, type Invocation, type Lake, UsageError } from "./context.ts";
import { openToMake } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { chosen } from "./selection.ts";
import { named, plural } from "./text.ts";

export const report: Command = {
  summary: "records one partition of an external asset, as others wrote it",
  help: `
Usage: report ASSET [--partition K] --version V [--rows N] [--file PATH]… [--json]

--partition K  the partition's key; an unpartitioned asset has none
--version V    a name of the content, such as a hash: another name makes stale what reads the partition
--rows N       how many rows it has
--file PATH    a file of the partition, by its path below the lake's folder; may be given several times

Example:
  deno task report ext/weather --partition 2018-01-05 --version 7f3a --rows 24 --file weather/2018-01-05.csv`,
  flags: { values: ["partition", "version", "rows"], lists: ["file"] },
  words: 1,
  async run(invocation, { stdout }) {
    const { value, list } = invocation;
    const rows = wholeNumber(invocation, "rows", 0, 1e15);
    const [partition, version, files] = [value("partition") ?? null, value("version"), list("file")];
    if (version === undefined) throw new UsageError("reporting: found no --version, wanted one");
    const app = await invocation.app();
    const reportTo = async (lake: Lake) => {
      const asset = assetOf(invocation, lake);
      const written = { partition, dataVersion: version, files, ...(rows !== undefined && { rows }) };
      const [changed] = await lake.orchestrator.report(asset, [written]);
      return { asset, changed };
    };
    await using lake = await openToMake(app, reportTo);
    const { asset, changed } = await reportTo(lake);
    if (invocation.json) {
      printJson(stdout, { asset, partition, version, changed, warnings: app.notices });
    } else {
      notify(stdout, app.notices);
      const facts = [
        `version ${version}${changed ? "" : ", as before"}`,
        ...(rows === undefined ? [] : [plural(rows, "row")]),
        ...(files.length === 0 ? [] : [plural(files.length, "file")]),
      ];
      print(stdout, `${named(asset, partition, partition)}: reported as ${facts.join(", ")}`);
    }
    return 0;
  },
};

function assetOf({ words: [asset] }: Invocation, { graph }: Lake): string {
  if (asset === undefined) throw new UsageError("reporting: found no asset, wanted one, such as ext/weather");
  const keys = chosen([asset], graph);
  const [key] = keys;
  if (key === undefined || keys.size > 1) {
    throw new UsageError(`reporting "${asset}": found ${plural(keys.size, "asset")}, wanted one`);
  }
  return key;
}
