import { type Command, UsageError } from "./context.ts";

const LASTING = ["grace", "port", "speed"];

export const daemon: Command = {
  summary: "keeps the lake true by itself: queues runs as they are due, and does them",
  help: `
Usage: daemon [--port N] [--grace SECONDS] [--speed N] [--json]
       daemon --once [--json]

--port N       serves the pages, /api, /healthz, /readyz and /metrics at this port of 127.0.0.1, or WEB_HOST, 0: any
               that is free; default: WEB_PORT, or 8321; as soon as it is free, where another has it
--grace N      told to end, steps at work may go on for N seconds; default: 30
--speed N      the lake of the built-in stations lives N times as fast as the machine, and goes on from there whenever
               it is worked with; in its first day the stations have a bad sensor, an outage and late rows
--once         does what is due now, one run after the other, the most urgent first, and ends

Due are the partitions that assets' conditions want (\`automation ASSET\` tells why), the runs that \`schedules\` and
\`sensors\` request, and those that \`backfill\` and \`runs retry\` queued. People are told of what is wrong (\`alerts\`).
Without --once it goes on until it is told to end, by Ctrl-C or SIGTERM, or its terminal is closed: then it takes
nothing new, lets steps at work end, hands the rest back, and ends with 0; told once more, it ends at once. Several
may run: of those of the same PIPELINES one requests what is due, all work, and where that one ends or is killed,
another does so within seconds. One whose code of an asset is not what was registered last leaves that asset to the others, and says so. What fails is
told and tried again. With --once, it ends with 1 if one of the runs failed, or a source is down and what asks it
waits. With --json, a line of JSON tells each of the events.

Examples:
  deno task daemon
  deno task daemon --speed 360
  deno task daemon --once`,
  flags: { switches: ["once"], values: LASTING },
  words: 0,
  async run(invocation, context) {
    if (!invocation.has("once")) {
      return await (await import("./daemon_lasting.ts")).daemonLasting(invocation, context);
    }
    const given = LASTING.find((flag) => invocation.value(flag) !== undefined);
    if (given !== undefined) {
      throw new UsageError(`starting the daemon: found --${given} beside --once, wanted one of them`);
    }
    return await (await import("./daemon_once.ts")).daemonOnce(invocation, context);
  },
};
