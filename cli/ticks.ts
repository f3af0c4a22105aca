import { tickJson } from "../core/mod.ts";
import type { Command } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { namedAutomation, tickCells } from "./statuses.ts";
import { table } from "./table.ts";

export const ticks: Command = {
  summary: "the history of a schedule, a sensor or automation: the runs that it requested, or why it did not",
  help: `
Usage: ticks NAME [--limit N] [--json]

NAME           as \`schedules\` and \`sensors\` list it
--limit N      how many, newest first; default: 20

Of the ticks that requested nothing only the last is kept.

Examples:
  deno task ticks automation
  deno task ticks retention`,
  flags: { values: ["limit"] },
  words: 1,
  async run(invocation, { stdout, log }) {
    const { words: [word], json } = invocation;
    const limit = wholeNumber(invocation, "limit", 1, 1_000_000) ?? 20;
    const app = await invocation.app();
    const { name } = await namedAutomation(app, "showing the ticks of", word);
    const state = await app.state("read");
    const found = await state.ticks(name, { limit }).finally(() => state.close());
    notify(json ? log : stdout, app.notices);
    if (json) {
      printJson(stdout, found.map(tickJson));
      return 0;
    }
    if (found.length === 0) {
      print(stdout, "no ticks yet");
      return 0;
    }
    const [head, ...rest] = table(["at", "outcome", "runs", "detail"], found.map(tickCells));
    print(stdout, painter(stdout)("bold", head!));
    for (const line of rest) print(stdout, line);
    return 0;
  },
};
