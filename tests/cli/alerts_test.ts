import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { DAY, iso, MINUTE } from "../../core/mod.ts";
import { MailServer } from "../adapters/alerts/mail_server.ts";
import { CommandLine } from "./command_line.ts";
import { orders } from "./queue_graph.ts";

const GRAPH = fromFileUrl(new URL("./queue_graph.ts", import.meta.url));

/** A receiver of webhooks on loopback that keeps what it is posted; dispose of it. */
function receiver() {
  // deno-lint-ignore no-explicit-any
  const got: any[] = [];
  const answers = { status: 200 };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    got.push(await request.json());
    return new Response(null, answers);
  });
  const url = `http://127.0.0.1:${server.addr.port}/hidden-in-the-path`;
  return { got, answers, url, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function linesOf(path: string) {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("the daemon tells each channel of what fails, once, and of its end, and alerts lists it", async () => {
  await using line = await CommandLine.open();
  await using hook = receiver();
  await using mails = await MailServer.open();
  const env = {
    GRAPH,
    ALERT_WEBHOOK_URL: hook.url,
    ALERT_SMTP_URL: mails.url,
    ALERT_EMAIL_TO: "one@example.org, two@example.org",
    ALERT_FILE: "alerts.jsonl",
  };
  const run = (...args: string[]) => line.run(args, { env });
  orders.folder = `${line.cwd}/orders`;
  await Deno.mkdir(orders.folder);
  const order = (b: string) =>
    Promise.all(
      [..."abcd"].map((key) => Deno.writeTextFile(`${orders.folder}/${key}`, key === "b" ? b : "")),
    );

  assertEquals((await run("alerts")).stdout, "nothing is wrong\n");
  assertEquals((await run("alerts", "--json")).json, []);
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name), ["orders"], "looking makes nothing");
  await order("fail");
  assertEquals((await run("materialize")).code, 1);
  for (let i = 0; i < 2; i++) {
    const { code, stderr } = await run("daemon", "--once");
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  }
  const file = `${line.cwd}/alerts.jsonl`;
  const [opened, ...more] = await linesOf(file);
  assertEquals([more, hook.got, mails.mails.length], [[], [opened], 1]);
  assertEquals([opened.event, opened.rule, opened.severity], ["opened", "failure", "error"]);
  assertEquals(Object.keys(opened), ["event", "rule", "subject", "severity", "message", "at", "key"]);
  assertMatch(opened.message, /^1 partition \(b\) failed: /);

  const { json: [listed] } = await run("alerts", "--json");
  const { key, subject, message, at } = opened;
  assertEquals(
    { ...listed, deliveries: listed.deliveries.map(({ at: _, ...rest }: { at: string }) => rest) },
    {
      key,
      rule: "failure",
      subject,
      severity: "error",
      message,
      opened: at,
      closed: null,
      deliveries: ["webhook", "smtp", "file"].map((channel) => ({
        channel,
        outcome: "delivered",
      })),
    },
  );

  await order("");
  await run("materialize");
  hook.answers.status = 503;
  await run("daemon", "--once");
  const [, closed] = await linesOf(file);
  assertEquals([closed.event, closed.key, mails.mails.length, hook.got.length], ["closed", key, 2, 2]);
  const { stdout } = await run("alerts");
  assertMatch(stdout, /^over: failure q\/parts, \S+ … \S+: 1 partition \(b\) failed: /);
  assertMatch(
    stdout,
    /\n {2}closed to webhook: failed at \S+: posting to the webhook: it answered 503, wanted 200; is tried again\n/,
  );
  assertMatch(stdout, /\n {2}closed to smtp: delivered at \S+\n/);
  // What was owed is delivered by the next process, whatever else there is to do.
  hook.answers.status = 200;
  await run("daemon", "--once");
  assertEquals([hook.got.length, hook.got[2].event, mails.mails.length], [3, "closed", 2]);
  assert(!(await run("alerts")).shown.includes("hidden"));
  await run("prune", "--history", "0");
  assertEquals((await run("alerts", "--all", "--json")).json, []);
});

Deno.test("alerts lists what goes on and what ended within a week, and with --all what is older", async () => {
  await using line = await CommandLine.open();
  const path = `${line.cwd}/lake-simulated.sqlite`;
  const state = await openSqliteState({ path });
  const now = Date.now();
  const begin = (subject: string, opened: number) =>
    state.alerts.begin(
      { key: subject, rule: "late", subject, severity: "warning", message: "late", opened },
      [],
    );
  await begin("a/old", now - 30 * DAY);
  await begin("a/open", now - 29 * DAY);
  await begin("a/young", now - MINUTE);
  await state.alerts.end("a/old", now - 8 * DAY, "over");
  await state.alerts.end("a/young", now - 6 * DAY, "over");
  await state.close();
  const subjects = async (...args: string[]) =>
    (await line.run(["alerts", "--json", ...args])).json.map(({ subject }: { subject: string }) => subject);
  assertEquals(await subjects(), ["a/young", "a/open"]);
  assertEquals(await subjects("--all"), ["a/young", "a/open", "a/old"]);
  const { stdout } = await line.run(["alerts"]);
  assertEquals(stdout.split("\n")[1], `warning: late a/open, since ${iso(now - 29 * DAY)}: late`);
});

Deno.test("alerts test sends a message to each channel and says what came of it", async () => {
  await using line = await CommandLine.open();
  await using hook = receiver();
  const env = { ALERT_WEBHOOK_URL: hook.url, ALERT_FILE: `${line.cwd}/alerts.jsonl` };
  const well = await line.run(["alerts", "test"], { env });
  assertEquals([well.code, well.stdout, well.stderr], [0, "webhook: delivered\nfile: delivered\n", ""]);
  assertEquals(hook.got, await linesOf(env.ALERT_FILE));
  assertEquals([hook.got[0].rule, hook.got[0].message], ["test", "this is a test: nothing is wrong"]);
  hook.answers.status = 404;
  const broken = await line.run(["alerts", "test", "--json"], { env: { ...env, ALERT_FILE: line.cwd } });
  assertEquals(broken.code, 1);
  assertEquals(broken.json.map(({ channel, outcome }: Record<string, string>) => [channel, outcome]), [
    ["webhook", "failed"],
    ["file", "failed"],
  ]);
  assertEquals(broken.json[0].detail, "posting to the webhook: it answered 404, wanted 200");
  assert(!broken.shown.includes("hidden"));
  const slack = await line.run(["alerts", "test"], { env: { ...env, ALERT_WEBHOOK_FORMAT: "slack" } });
  assertEquals([slack.code, Object.keys(hook.got.at(-1))], [1, ["text"]]);
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name), ["alerts.jsonl"]);
});

Deno.test("alerts says what it cannot mean", async () => {
  await using line = await CommandLine.open();
  const said = async (...args: string[]) => {
    const { code, stderr } = await line.run(["alerts", ...args]);
    return [code, stderr.trimEnd()];
  };
  assertEquals(await said("test"), [
    2,
    "testing alerts: found no channel, wanted one of ALERT_WEBHOOK_URL, ALERT_SMTP_URL with ALERT_EMAIL_TO, or ALERT_FILE",
  ]);
  assertEquals(await said("tests"), [2, 'reading alerts: found "tests", wanted nothing, --all, or test']);
  assertEquals(await said("test", "--all"), [
    2,
    'reading alerts: found "test --all", wanted nothing, --all, or test',
  ]);
});
