import type { Command } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { namedAutomation } from "./statuses.ts";

export const pause: Command = {
  ...changing("pause", true),
  summary: "pauses a schedule, a sensor or automation: it requests no runs until it is resumed",
  help: `
Usage: pause NAME [--json]

NAME           as \`schedules\` and \`sensors\` list it; \`automation\`: the conditions of all assets

Queued runs are done all the same. A schedule's due times meanwhile are not caught up.

Example:
  deno task pause automation`,
};

export const resume: Command = {
  ...changing("resume", false),
  summary: "resumes a schedule, a sensor or automation that was paused",
  help: `
Usage: resume NAME [--json]

NAME           as \`schedules\` and \`sensors\` list it

Example:
  deno task resume automation`,
};

function changing(command: "pause" | "resume", paused: boolean): Pick<Command, "flags" | "words" | "run"> {
  const [action, told] = command === "pause" ? ["pausing", "paused"] : ["resuming", "resumed"];
  return {
    flags: {},
    words: 1,
    async run({ words: [word], json, app: open }, { stdout }) {
      const app = await open();
      const { name } = await namedAutomation(app, action!, word);
      const changed = await app.setPaused(name, paused);
      if (json) printJson(stdout, { name, paused, changed, warnings: app.notices });
      else {
        notify(stdout, app.notices);
        print(
          stdout,
          changed ? `${name} is ${told}` : `${name} is ${paused ? "paused" : "not paused"} already`,
        );
      }
      return 0;
    },
  };
}
