import type { Command } from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { chosen } from "./selection.ts";
import { plural } from "./text.ts";

export const prune: Command = {
  summary: "applies retention: deletes the files of partitions that are over, and what dead runs left",
  help: `
Usage: prune [SELECTION…] [--json]

SELECTION      assets; default: all assets

Example:
  deno task prune`,
  flags: {},
  words: Infinity,
  async run({ words, json, app: open }, { stdout }) {
    const app = await open();
    await using lake = await openToChange(app);
    const expired = await lake.orchestrator.prune(chosen(words, lake.graph));
    const staged = await lake.sweep();
    const assets = [...expired].map(([key, partitions]) => ({ key, partitions }));
    if (json) printJson(stdout, { assets, staged, warnings: app.notices });
    else {
      notify(stdout, app.notices);
      for (const { key, partitions } of assets) {
        print(stdout, `${key}: ${plural(partitions, "partition")} expired`);
      }
      print(stdout, `${plural(staged, "staging folder")} removed`);
    }
    return 0;
  },
};
