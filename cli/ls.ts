import { assetJson } from "../core/mod.ts";
import type { Command } from "./context.ts";
import { dependencyText, partitionsText } from "./describe.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { chosen } from "./selection.ts";
import { table } from "./table.ts";

export const ls: Command = {
  summary: "the assets: kind, partitions, what they read",
  help: `
Usage: ls [SELECTION…] [--json]

SELECTION      assets; default: all assets

Examples:
  deno task ls
  deno task ls +vietnam/prod_mart`,
  flags: {},
  words: Infinity,
  async run({ words, json, app: open }, { stdout, log }) {
    const app = await open();
    const { graph } = await app.project();
    const keys = chosen(words, graph);
    const assets = graph.assets.filter(({ key }) => keys.has(key));
    notify(json ? log : stdout, app.notices);
    if (json) {
      printJson(stdout, assets.map(assetJson));
      return 0;
    }
    const rows = assets.map((asset) => [
      asset.key,
      asset.kind,
      partitionsText(asset),
      Object.values(asset.deps).map(({ asset: { key }, mode }) => dependencyText(key, mode)).join(", "),
    ]);
    const columns = [
      { head: "asset" },
      { head: "kind" },
      { head: "partitions", rank: 1 },
      { head: "reads", rank: 2 },
    ];
    const [head, ...rest] = table(columns, rows, stdout.columns() || Infinity);
    print(stdout, painter(stdout)("bold", head!));
    for (const line of rest) print(stdout, line);
    return 0;
  },
};
