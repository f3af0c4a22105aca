import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { openState } from "../../app/state.ts";
import { Program } from "../faults/program.ts";
import { Server } from "../faults/server.ts";
import { until } from "../faults/until.ts";
import { CommandLine } from "./command_line.ts";

const MINUTE = 60_000;

function envOf({ env }: Server): Record<string, string> {
  return {
    ...env,
    LAKE_URL: "lake",
    STATE_URL: "state.sqlite",
    ALERT_FILE: "alerts.jsonl",
    DEFAULT_LOOKBACK_DAYS: "1",
    WEB_PORT: "0",
  };
}

/** A port of this machine where nobody listens, and a server that answers there once it is begun. */
async function closed(): Promise<{ readonly env: Record<string, string>; begin(): Server }> {
  const first = new Server();
  const { port } = first;
  const env = envOf(first);
  await first[Symbol.asyncDispose]();
  return { env, begin: () => new Server({ port }) };
}

/** The messages that were delivered, each as its event, rule and what of the message is told first. */
async function told({ cwd }: CommandLine): Promise<string[]> {
  const text = await Deno.readTextFile(join(cwd, "alerts.jsonl")).catch(() => "");
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
    .filter(({ rule }) => rule !== "pm25").map(({ event, rule, subject }) => `${event} ${rule} ${subject}`);
}

async function sourcesOf({ cwd }: CommandLine): Promise<object> {
  return JSON.parse(await Deno.readTextFile(join(cwd, "lake", "_airgraph.json"))).sources;
}

/** Lets a minute go by since it was probed. */
async function rewind({ cwd }: CommandLine): Promise<void> {
  const state = await openState(join(cwd, "state.sqlite"), "write");
  const { value, version } = (await state.keyValue.get("sources/openaq"))!;
  const kept = value as { probed: number };
  await state.keyValue.put("sources/openaq", { ...kept, probed: kept.probed - MINUTE }, version);
  const sensor = await state.keyValue.get("sensors/openaq_reachable");
  await state.keyValue.put("sensors/openaq_reachable", { at: 0, failures: 0 }, sensor!.version);
  await state.close();
}

Deno.test("of a new lake whose source does not answer, a daemon that does what is due tells people, and ends with 1", async () => {
  await using line = await CommandLine.open();
  const { env, begin } = await closed();
  for (const place of [0, 1]) {
    const { code, stderr } = await line.run(["daemon", "--once"], { env });
    assertEquals(code, 1);
    assertMatch(stderr, /^openaq is down: asking .* cannot be reached.*; what asks it waits\n$/);
    assertEquals(await told(line), ["opened source openaq"], `${place}`);
  }
  assertEquals(await sourcesOf(line), {});
  const typed = await line.run(["materialize", "vietnam/locations"], { env });
  assertEquals([typed.code, await sourcesOf(line)], [1, {}]);
  await using server = begin();
  await rewind(line);
  const { code } = await line.run(["daemon", "--once", "--json"], { env });
  assertEquals(code, 0);
  assertEquals(await told(line), ["opened source openaq", "closed source openaq"]);
  assertEquals([await sourcesOf(line), server.requests > 10], [{ openaq: "simulated:1" }, true]);
  const { json: runs } = await line.run(["runs", "--json", "--limit", "99"], { env });
  assertEquals(runs.filter(({ status }: { status: string }) => status !== "succeeded"), []);
});

Deno.test("a daemon that lasts begins although the source of its new lake does not answer, and goes on once it does", async () => {
  await using line = await CommandLine.open();
  const { env, begin } = await closed();
  const end = new AbortController();
  let said = "";
  const seen = (text: string) => said += text;
  const daemon = line.run(["daemon", "--port", "0"], { env, signal: end.signal, seen });
  await until("the alert", async () => (await told(line)).includes("opened source openaq"), 90_000);
  const url = /listens at (\S+?):? /.exec(said)![1]!;
  assertEquals(await (await fetch(`${url}/healthz`)).text(), "ok\n");
  await using server = begin();
  await rewind(line);
  await until("hours that are made", () => /vietnam\/raw_prod .*succeeded/.test(said), 120_000);
  end.abort();
  assertEquals((await daemon).code, 0);
  assertEquals(await told(line), ["opened source openaq", "closed source openaq"]);
  assertEquals([await sourcesOf(line), server.requests > 10], [{ openaq: "simulated:1" }, true]);
});

Deno.test("what answers with anything else is no outage: a daemon of a new lake ends with one line, and leaves nothing", async () => {
  await using server = new Server();
  for (const status of [401, 403, 404]) {
    await using line = await CommandLine.open();
    server.fault = () => new Response("", { status });
    const wanted = status === 404 ? "OpenAQ's API" : "a valid OPENAQ_API_KEY";
    const error = new RegExp(`^asking "http:.*" what it is: it answered ${status}, wanted ${wanted}\n$`);
    const once = await line.run(["daemon", "--once"], { env: envOf(server) });
    assertEquals([once.code, [...Deno.readDirSync(line.cwd)]], [2, []]);
    assertMatch(once.stderr, error);
    // A process of its own: Deno's cron is one program's.
    const lasting = await new Program(["daemon"], { cwd: line.cwd, env: envOf(server) }).ended;
    assertEquals([lasting.code, [...Deno.readDirSync(line.cwd)]], [2, []]);
    assertMatch(lasting.stderr, error);
  }
});

Deno.test("a lake whose source was silent takes none of another kind that announces itself later", async () => {
  await using line = await CommandLine.open();
  const { env, begin } = await closed();
  await line.run(["daemon", "--once"], { env });
  await using server = begin();
  // Others made it a lake of real data meanwhile.
  const mark = join(line.cwd, "lake", "_airgraph.json");
  const identity = JSON.parse(await Deno.readTextFile(mark));
  const sources = { dump: "https://openaq-data-archive.s3.amazonaws.com" };
  await Deno.writeTextFile(mark, JSON.stringify({ ...identity, sources }));
  const state = await openState(join(line.cwd, "state.sqlite"), "write");
  const { value, version } = (await state.keyValue.get("airgraph/lake"))!;
  await state.keyValue.put("airgraph/lake", { ...value as object, sources }, version);
  await state.close();
  await rewind(line);
  const { code, stderr } = await line.run(["daemon", "--once"], { env });
  assertEquals(code, 2);
  assertMatch(stderr, /holds data of https:.*, wanted another LAKE_URL for simulated:1\n$/);
  assertEquals(server.requests, 1);
});
