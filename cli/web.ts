import type { Command } from "./context.ts";

export const web: Command = {
  summary: "serves the lake's pages and its API, and queues what is asked for there",
  help: `
Usage: web [--port N] [--json]

--port N       serves at this port, 0: any that is free; default: WEB_PORT, or 8321

It shows how the lake is, as it changes, and takes requests for runs: these are queued, and \`daemon\` does them. Where
there is no lake yet, it waits until one is made. Only this machine is answered, unless WEB_HOST says otherwise; then
people sign in with WEB_TOKEN, or WEB_READ_TOKEN to look only. A daemon serves the same. It goes on until it is told to
end, by Ctrl-C or SIGTERM, and ends with 0; with 1 where its port is taken. With --json, a line of JSON tells each of the
events.

Examples:
  deno task web
  deno task web --port 8080`,
  flags: { values: ["port"] },
  words: 0,
  async run(invocation, context) {
    return await (await import("./web_lasting.ts")).webLasting(invocation, context);
  },
};
