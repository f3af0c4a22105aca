import type { Command, Finding } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";

export const doctor: Command = {
  summary: "shows the configuration and the versions, and tries what is to be reached",
  help: `
Usage: doctor [--repair] [--json]

Secrets are masked. Ends with 1 if something that is needed cannot be reached.

--repair       mends what no materialize can: writes the lake's lost or damaged _airgraph.json anew

Examples:
  deno task doctor
  deno task doctor --repair`,
  flags: { switches: ["repair"] },
  words: 0,
  async run({ has, json, app: open }, { stdout, log, signal }) {
    const app = await open();
    const paint = painter(stdout);
    const findings: Finding[] = [];
    if (!json) notify(stdout, app.notices);
    const tell = (finding: Finding) => {
      findings.push(finding);
      const { name, ok, detail } = finding;
      if (!json) {
        print(stdout, `${ok ? paint("green", "ok  ") : paint("red", "fail")} ${name.padEnd(24)} ${detail}`);
      }
    };
    if (has("repair")) { for await (const finding of app.repair()) tell(finding); }
    const wait = (name: string, line: string) => {
      if (!json) print(stdout, paint("dim", `wait ${name.padEnd(24)} ${line}`));
    };
    for await (const finding of app.examine(signal, wait)) tell(finding);
    const failed = findings.filter(({ ok }) => !ok);
    if (json) printJson(stdout, { ok: failed.length === 0, findings, warnings: app.notices });
    for (const { name, detail } of failed) log.error(`${name}: ${detail}`);
    return failed.length === 0 ? 0 : 1;
  },
};
