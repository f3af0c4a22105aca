import {
  type App,
  type Command,
  type Context,
  type ExitCode,
  type Invocation,
  UsageError,
} from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { rebuild } from "./state_rebuild.ts";
import { number, plural } from "./text.ts";

export const state: Command = {
  summary: "copies the state while others are at work, puts a copy back, or makes a lost state anew",
  help: `
Usage: state backup FILE [--json]
       state restore FILE [--json]
       state rebuild [--force] [--json]

--force        rebuilds also where there is a whole state

\`backup\` writes a copy as of one moment to a file that is not there yet, whoever is at work, and reads it through.
\`restore\` puts such a copy in the place of the state, while nobody is at work with it; what it replaces is kept beside
it. Hours that the lake has of a later time are taken in by the next \`materialize\` and are not asked again.
\`rebuild\` makes a state that is lost or damaged anew from what lies in the lake, asking nobody: hours as they were
answered, tables with the versions that are kept of them. The next \`materialize\` makes the tables of its range once
more, finds most of them unchanged, and registers catalogs and views.

Examples:
  deno task state backup lake-2026-11-21.bak
  deno task state restore lake-2026-11-21.bak
  deno task state rebuild`,
  flags: { switches: ["force"] },
  words: 2,
  async run(invocation, context) {
    const { form, file } = formOf(invocation);
    const app = await invocation.app();
    return await { backup, restore, rebuild }[form](app, file, invocation, context);
  },
};

const FORMS = ["backup", "restore", "rebuild"] as const;

/** @throws {UsageError} */
function formOf({ words: [word, file = ""], has }: Invocation): { form: typeof FORMS[number]; file: string } {
  const form = FORMS.find((known) => known === word);
  if (form === undefined) {
    const found = word === undefined ? "nothing" : `"${word}"`;
    throw new UsageError(`reading state: found ${found}, wanted backup, restore or rebuild`);
  }
  const isRebuild = form === "rebuild";
  if (!isRebuild && has("force")) {
    throw new UsageError(`reading state: found ${form} with --force, wanted it without`);
  }
  if (isRebuild && file !== "") {
    throw new UsageError(`reading state: found rebuild with "${file}", wanted it alone`);
  }
  if (!isRebuild && file === "") {
    throw new UsageError(`reading state: found ${form} without a file, wanted one`);
  }
  return { form, file };
}

async function backup(app: App, file: string, { json }: Invocation, { stdout }: Context): Promise<ExitCode> {
  const made = await app.backUp(file);
  if (json) printJson(stdout, { ...made, warnings: app.notices });
  else {
    notify(stdout, app.notices);
    print(
      stdout,
      `"${made.file}" is a whole copy of the state: ${plural(made.runs, "run")}, ${number(made.bytes)} bytes`,
    );
  }
  return 0;
}

async function restore(app: App, file: string, { json }: Invocation, { stdout }: Context): Promise<ExitCode> {
  const done = await app.restore(file);
  if (json) printJson(stdout, { ...done, warnings: app.notices });
  else {
    notify(stdout, app.notices);
    const kept = done.kept === null ? "there was none before" : `the one before is kept as "${done.kept}"`;
    print(stdout, `"${done.state}" is the state of "${file}" again: ${plural(done.runs, "run")}; ${kept}`);
  }
  return 0;
}
