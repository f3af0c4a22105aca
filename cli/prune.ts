import type { Command } from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { chosen } from "./selection.ts";
import { plural, total } from "./text.ts";

export const prune: Command = {
  summary: "applies retention: deletes the files of partitions that are over, and what dead runs left",
  help: `
Usage: prune [SELECTION…] [--dry-run] [--json]

SELECTION      assets; default: all assets
--dry-run      only says what would be deleted

Example:
  deno task prune`,
  flags: { switches: ["dry-run"] },
  words: Infinity,
  async run({ words, json, has, app: open }, { stdout }) {
    const app = await open();
    const dry = has("dry-run");
    if (dry) {
      await using lake = await app.lake("read");
      const found = await lake.orchestrator.prunable(chosen(words, lake.graph));
      const expiring = new Map([...found].map(([key, ranges]) => [key, total(ranges)]));
      return tell(expiring, await lake.sweep("only"));
    }
    await using lake = await openToChange(app);
    const expired = await lake.orchestrator.prune(chosen(words, lake.graph));
    const staged = await lake.sweep();
    return tell(expired, staged);

    function tell(found: ReadonlyMap<string, number>, staged: number): 0 {
      const assets = [...found].map(([key, partitions]) => ({ key, partitions }));
      if (json) printJson(stdout, { assets, staged, warnings: app.notices });
      else {
        notify(stdout, app.notices);
        for (const { key, partitions } of assets) {
          print(stdout, `${key}: ${plural(partitions, "partition")} ${dry ? "would expire" : "expired"}`);
        }
        print(stdout, `${plural(staged, "staging folder")} ${dry ? "would be removed" : "removed"}`);
      }
      return 0;
    }
  },
};
