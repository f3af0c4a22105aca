import { DAY, type Forgotten } from "../core/mod.ts";
import { type Command, UsageError } from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { chosen } from "./selection.ts";
import { plural, total } from "./text.ts";

/** For how many days what has been replaced is remembered. */
const REMEMBERED = 90;
const NOTHING: Forgotten = { events: 0, runs: 0, ticks: 0 };

export const prune: Command = {
  summary: "applies retention: deletes expired files and leftovers of dead runs, forgets old runs and events",
  help: `
Usage: prune [SELECTION…] [--history DAYS] [--dry-run] [--json]

SELECTION      assets; default: all assets, and the history of them
--history DAYS how long runs with their logs, ticks, and replaced materializations are remembered; default: ${REMEMBERED}.
               What is materialized, and what a rollback can go back to, is never forgotten
--dry-run      only says what would be deleted and forgotten

Example:
  deno task prune`,
  flags: { switches: ["dry-run"], values: ["history"] },
  words: Infinity,
  async run(invocation, { stdout }) {
    const { words, json, has, app: open } = invocation;
    const days = wholeNumber(invocation, "history", 0, 36_500);
    if (days !== undefined && words.length > 0) {
      throw new UsageError("pruning: found --history beside a selection, wanted one of them");
    }
    const app = await open();
    const dry = has("dry-run");
    const before = app.now() - (days ?? REMEMBERED) * DAY;
    if (dry) {
      await using lake = await app.lake("read");
      const found = await lake.orchestrator.prunable(chosen(words, lake.graph));
      const expiring = new Map([...found].map(([key, ranges]) => [key, total(ranges)]));
      const forgotten = words.length > 0 ? NOTHING : await lake.forget(before, "only");
      return tell(expiring, await lake.sweep("only"), forgotten);
    }
    await using lake = await openToChange(app);
    const expired = await lake.orchestrator.prune(chosen(words, lake.graph));
    const staged = await lake.sweep();
    return tell(expired, staged, words.length > 0 ? NOTHING : await lake.forget(before));

    function tell(found: ReadonlyMap<string, number>, staged: number, { events, runs, ticks }: Forgotten): 0 {
      const assets = [...found].map(([key, partitions]) => ({ key, partitions }));
      if (json) printJson(stdout, { assets, staged, events, runs, ticks, warnings: app.notices });
      else {
        notify(stdout, app.notices);
        for (const { key, partitions } of assets) {
          print(stdout, `${key}: ${plural(partitions, "partition")} ${dry ? "would expire" : "expired"}`);
        }
        print(stdout, `${plural(staged, "staging folder")} ${dry ? "would be removed" : "removed"}`);
        if (words.length > 0) return 0;
        const what = [plural(events, "event"), plural(runs, "run")].join(ticks === 0 ? " and " : ", ") +
          (ticks === 0 ? "" : ` and ${plural(ticks, "tick")}`);
        print(stdout, `${what} ${dry ? "would be forgotten" : "forgotten"}`);
      }
      return 0;
    }
  },
};
