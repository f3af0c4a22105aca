import { FILES_INTACT, visible } from "../core/mod.ts";
import type { Command } from "./context.ts";
import { openToChange } from "./open.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { openEnd, RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { named, number, plural } from "./text.ts";

export const check: Command = {
  summary: "runs the checks on what is materialized, and makes nothing",
  help: `
Usage: check [SELECTION…] [--partition K]… [--from A --to B] [--json]

${RANGE_HELP}
Ends with 1 if a blocking check fails.

Examples:
  deno task check
  deno task check vietnam/prod_mart --from 2018-01-01 --to 2018-12-31`,
  flags: RANGE,
  words: Infinity,
  async run(invocation, { stdout, log, signal }) {
    const app = await invocation.app();
    await using lake = await openToChange(app);
    const checked = await lake.orchestrator.check(requestOf(invocation, app, lake), signal);
    const results = checked.flatMap(({ asset, partition, results }) =>
      results.map((result) => ({ asset, partition, ...result }))
    );
    const failed = results.filter(({ passed }) => !passed);
    const blocking = failed.filter(({ severity }) => severity === "blocking");
    const counts = {
      partitions: checked.length,
      passed: results.length - failed.length,
      failed: failed.length,
    };
    if (invocation.json) {
      printJson(stdout, {
        status: blocking.length > 0 ? "failed" : "passed",
        ...counts,
        failures: failed,
        warnings: app.notices,
      });
    } else {
      notify(stdout, [...app.notices, ...openEnd(invocation, app)]);
      const paint = painter(stdout);
      const [done, lost] = [plural(counts.passed, "check"), plural(counts.failed, "check")];
      print(
        stdout,
        `${plural(counts.partitions, "partition")}: ${done} passed, ${
          paint(failed.length > 0 ? "red" : "dim", `${lost} failed`)
        }`,
      );
      for (
        const [name, those] of Map.groupBy(failed.filter(({ subjects }) => subjects), ({ check }) => check)
      ) {
        print(
          stdout,
          `${number(those.length)} of these by "${name}", which is no fault of the data: see \`alerts\``,
        );
      }
    }
    for (const line of lines(failed.filter(({ subjects }) => subjects === undefined))) {
      log.error(visible(line));
    }
    return blocking.length > 0 ? 1 : 0;
  },
};

interface Failed {
  readonly asset: string;
  readonly partition: string | null;
  readonly check: string;
  readonly severity: string;
  readonly detail?: string;
}

/** One line for each thing that is wrong with a partition, however many checks stumble over it. */
function lines(failed: readonly Failed[]): string[] {
  const place = ({ asset, partition }: Failed) => JSON.stringify([asset, partition]);
  const gone = new Set(failed.filter(({ check }) => check === FILES_INTACT).map(place));
  const alike = Map.groupBy(
    // Of a file that is not what was published, whatever else is wrong follows.
    failed.filter((each) => each.check === FILES_INTACT || !gone.has(place(each))),
    ({ asset, partition, severity, detail }) => JSON.stringify([asset, partition, severity, detail]),
  );
  return [...alike.values()].map((checks) => {
    const { asset, partition, severity, detail } = checks[0]!;
    const names = checks.map(({ check }) => `"${check}"`).join(", ");
    const what = `${named(asset, partition, partition)}: ${severity} ${
      checks.length === 1 ? "check" : "checks"
    } ${names} failed`;
    return detail === undefined ? what : `${what}: ${detail}`;
  });
}
