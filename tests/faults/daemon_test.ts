import { assert, assertEquals, assertMatch } from "@std/assert";
import { TICKS } from "../../core/mod.ts";
import { looking } from "./at_once.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import type { Program } from "./program.ts";
import { Server } from "./server.ts";
import { pause, until } from "./until.ts";

const DAEMON = ["daemon", "--port", "0"];
const DAYS = { DEFAULT_LOOKBACK_DAYS: "1" };
const RAW = "vietnam/raw_prod";

/** How often each raw hour was made. */
async function hoursMade(place: Place): Promise<Map<number, number>> {
  const made = new Map<number, number>();
  for (const event of await looking(place, (state) => state.since(0))) {
    if (event.kind !== "materialized" || event.asset !== RAW) continue;
    made.set(event.partition, (made.get(event.partition) ?? 0) + 1);
  }
  return made;
}

/** Resolves once everything of the last days is made, and no run is open. */
async function allDone(place: Place): Promise<void> {
  await until("all to be made", async () => {
    const runs = await place.ask(["runs"]);
    const open = runs.filter(({ status }: { status: string }) => status === "queued" || status === "running");
    return runs.length > 0 && open.length === 0 && (await place.ask(["plan"])).steps.length === 0;
  }, 60_000);
}

async function ends(program: Program, signal: Deno.Signal = "SIGTERM"): Promise<void> {
  program.signal(signal);
  const { code, stdout, stderr } = await program.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
}

Deno.test("of two daemons the leader is killed: the other leads within five seconds, and makes nothing twice", async () => {
  await using server = new Server({ latency: 60 });
  await using place = await Place.make({ ...server.env, ...DAYS });
  const first = place.start(DAEMON);
  await first.says(/leads: asks/);
  const second = place.start(DAEMON);
  await second.says(/another daemon asks/);
  await until("requests for measurements", () => server.requests > 12);
  first.signal("SIGKILL");
  const killed = performance.now();
  await second.says(/leads: asks/);
  const took = performance.now() - killed;
  assert(took < 5_000, `found ${took} ms`);
  await allDone(place);
  await ends(second);

  const made = await hoursMade(place);
  assert(made.size >= 24, `found ${made.size} hours`);
  assertEquals([...made.values()].filter((times) => times !== 1), []);
  const most = 1.3 * 56 + 8 + 2;
  assert(server.requests <= most, `found ${server.requests} requests, wanted at most ${most}`);
  assertEquals(await leftovers(place), []);
  assertEquals(await looking(place, (state) => state.holdings()), []);
});

for (
  const [signal, grace] of [["SIGTERM", 30], ["SIGTERM", 1], ["SIGINT", 30], ["SIGINT", 1]] as const
) {
  Deno.test(`${signal} while a step is at work, with ${grace} s of grace: its run is queued again, and the next goes on`, async () => {
    await using server = new Server({ latency: 100 });
    await using place = await Place.make({ ...server.env, ...DAYS });
    const program = place.start([...DAEMON, "--grace", String(grace)]);
    await until("requests for measurements", () => server.requests > 12);
    const over = Promise.withResolvers<Response>();
    if (grace === 1) server.fault = () => over.promise.then((answer) => answer.clone());
    const told = performance.now();
    await ends(program, signal);
    const took = performance.now() - told;
    assert(took < (grace + 5) * 1_000, `found ${took} ms`);
    const [run] = await place.ask(["runs"]);
    assertEquals(run.status, "queued");
    assertEquals(await looking(place, (state) => state.holdings()), []);

    server.fault = undefined;
    over.resolve(new Response(null, { status: 503 }));
    const next = place.start(DAEMON);
    await allDone(place);
    await ends(next);
    assertEquals(
      (await place.ask(["runs"])).find(({ id }: { id: number }) => id === run.id).status,
      "succeeded",
    );
    assertEquals([...(await hoursMade(place)).values()].filter((times) => times !== 1), []);
    assertEquals(await leftovers(place), []);
  });
}

Deno.test("a leader that is stopped is deposed and told of once, and nothing is made twice when it goes on", async () => {
  await using server = new Server({ latency: 60 });
  await using place = await Place.make({ ...server.env, ...DAYS, ALERT_FILE: "alerts.jsonl" });
  const first = place.start(DAEMON);
  await first.says(/leads: asks/);
  const second = place.start(DAEMON);
  await second.says(/another daemon asks/);
  const url = await address(second);
  assertEquals(await fetch(`${url}/readyz`).then((answer) => answer.text()), "ok\n");
  await until("requests for measurements", () => server.requests > 12);
  first.signal("SIGSTOP");
  const stopped = performance.now();

  let reason = "";
  await until("the other not to be ready", async () => {
    const answer = await fetch(`${url}/readyz`);
    reason = await answer.text();
    return answer.status === 503;
  });
  assertMatch(reason, new RegExp(`^the daemon of process ${first.pid} on .* has not answered for 1\\d`));
  await second.says(/leads: asks/);
  const took = performance.now() - stopped;
  assert(25_000 < took && took < 45_000, `found ${took} ms`);
  const open = async () =>
    (await place.ask(["alerts"])).filter(({ rule }: { rule: string }) => rule === "daemon");
  await until("an alert", async () => (await open()).length === 1);
  assertMatch((await open())[0].message, new RegExp(`process ${first.pid} on .* has not answered since`));
  assertEquals((await fetch(`${url}/readyz`)).status, 200);
  assertEquals((await looking(place, (state) => state.leaders(TICKS)))[0]?.place?.pid, second.pid);

  first.signal("SIGCONT");
  await first.says(/another daemon asks/);
  await until("the alert to be over", async () => (await open())[0].closed !== null);
  await allDone(place);
  for (const program of [first, second]) await ends(program);
  assertEquals([...(await hoursMade(place)).values()].filter((times) => times !== 1), []);
  const told = (await Deno.readTextFile(`${place.folder}/alerts.jsonl`)).trim().split("\n")
    .map((line) => JSON.parse(line)).filter(({ rule }) => rule === "daemon");
  assertEquals(told.map(({ event }) => event), ["opened", "closed"]);
  assertEquals(await looking(place, (state) => state.holdings()), []);
});

/** Where a daemon answers who asks how it is. */
async function address(program: Program): Promise<string> {
  await program.says(/listens at /);
  return /listens at (http:\S+?):? /.exec(program.stdout)![1]!.replace(/:$/, "");
}

Deno.test("a source that is down does not end the daemon: it is asked again, and all is made when it is back", async () => {
  await using server = new Server();
  await using place = await Place.make({ ...server.env, ...DAYS });
  await place.run(["materialize", "vietnam/locations"]);
  server.fault = () => new Response("down", { status: 503 });
  const program = place.start(DAEMON);
  await until("it to ask", () => server.requests > 3);
  await pause(2_000);
  assertEquals(program.over, false);
  server.fault = undefined;
  await until("hours that are made", async () => (await hoursMade(place)).size > 0, 120_000);
  await ends(program);
});
