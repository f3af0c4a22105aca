import {
  type AlertMessage,
  deliver,
  type Delivery,
  episodeJson,
  type EpisodeRecord,
  iso,
  recentEpisodes,
  visible,
} from "../core/mod.ts";
import {
  type App,
  type Command,
  type Context,
  type ExitCode,
  type Invocation,
  UsageError,
} from "./context.ts";
import { painter, print, printJson } from "./out.ts";

export const alerts: Command = {
  summary: "the alerts: what is wrong, what was lately, and whether each message arrived",
  help: `
Usage: alerts [--all] [--json]
       alerts test [--json]

--all          older ones, too; default: those that go on, and those that ended within a week

Each line is an episode: from when a rule (\`sensors/alerts.ts\`) found something wrong with an asset, a sensor, a city, a
source or the daemon until it was over. A message is sent when it begins and when it ends, to each of
ALERT_WEBHOOK_URL, ALERT_SMTP_URL with ALERT_EMAIL_TO, and ALERT_FILE, until it arrived. \`test\` sends a message to
each now and says what came of it.

Examples:
  deno task alerts
  ALERT_FILE=alerts.jsonl deno task alerts test`,
  flags: { switches: ["all"] },
  words: 1,
  async run(invocation, context) {
    const [word] = invocation.words;
    if (word !== undefined && (word !== "test" || invocation.has("all"))) {
      const found = [word, ...(invocation.has("all") ? ["--all"] : [])].join(" ");
      throw new UsageError(`reading alerts: found "${found}", wanted nothing, --all, or test`);
    }
    const app = await invocation.app();
    if (word === "test") return await test(app, invocation, context);
    const state = await app.state("read");
    const filter = invocation.has("all") ? {} : recentEpisodes(app.now());
    const found = await state.alerts.episodes(Number.MAX_SAFE_INTEGER, filter).finally(() => state.close());
    list(found, invocation, context);
    return 0;
  },
};

function list(found: readonly EpisodeRecord[], { json }: Invocation, { stdout }: Context): void {
  if (json) return printJson(stdout, found.map(episodeJson));
  if (found.length === 0) return print(stdout, "nothing is wrong");
  const paint = painter(stdout);
  for (const each of found) {
    const { rule, subject, severity, message, opened, closed, deliveries } = each;
    const times = closed === null ? `since ${iso(opened)}` : `${iso(opened)} … ${iso(closed)}`;
    const line = `${closed === null ? severity : "over"}: ${rule} ${subject}, ${times}: ${message}`;
    print(
      stdout,
      closed !== null ? visible(line) : paint(severity === "error" ? "red" : "yellow", visible(line)),
    );
    for (const delivery of deliveries) print(stdout, `  ${visible(deliveryLine(delivery))}`);
  }
}

function deliveryLine({ channel, event, at, outcome, detail }: Delivery): string {
  const when = at === null ? "" : ` at ${iso(at)}`;
  const why = detail === null ? "" : `: ${detail}`;
  return `${event} to ${channel}: ${outcome}${when}${why}${outcome === "failed" ? "; is tried again" : ""}`;
}

const CHANNELS = "ALERT_WEBHOOK_URL, ALERT_SMTP_URL with ALERT_EMAIL_TO, or ALERT_FILE";

/** Sends a message to each channel. */
async function test(app: App, { json }: Invocation, { stdout, signal }: Context): Promise<ExitCode> {
  const channels = await app.channels();
  if (channels.length === 0) {
    throw new UsageError(`testing alerts: found no channel, wanted one of ${CHANNELS}`);
  }
  const at = app.now();
  const message: AlertMessage = {
    event: "opened",
    rule: "test",
    subject: "airgraph",
    severity: "warning",
    message: "this is a test: nothing is wrong",
    at,
    key: `test:airgraph:${iso(at)}`,
  };
  const tried = await Promise.all(channels.map(async (channel) => {
    const fault = await deliver(app, channel, message, signal);
    return {
      channel: channel.name,
      at: iso(app.now()),
      outcome: fault === null ? "delivered" : "failed",
      fault,
    };
  }));
  signal.throwIfAborted();
  if (json) {
    printJson(
      stdout,
      tried.map(({ fault, ...rest }) => ({ ...rest, ...(fault !== null && { detail: fault }) })),
    );
  } else {
    const paint = painter(stdout);
    for (const { channel, outcome, fault } of tried) {
      if (fault === null) print(stdout, `${channel}: ${outcome}`);
      else print(stdout, paint("red", visible(`${channel}: ${outcome}: ${fault}`)));
    }
  }
  return tried.every(({ fault }) => fault === null) ? 0 : 1;
}
