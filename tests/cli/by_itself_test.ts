import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { openState } from "../../app/state.ts";
import { fixedServer } from "../faults/fixed_server.ts";
import { house } from "./automated_graph.ts";
import { CommandLine } from "./command_line.ts";

const env = {
  GRAPH: fromFileUrl(new URL("./automated_graph.ts", import.meta.url)),
  STATE_URL: "state.sqlite",
};

async function opened() {
  Object.assign(house, { rings: 0, brings: "" });
  const line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  return {
    line,
    run,
    /** Lets time go by for a schedule or a sensor. */
    rewind: (key: string, change: (kept: Record<string, unknown>) => object) => rewind(line, key, change),
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  };
}

async function rewind(line: CommandLine, key: string, change: (kept: Record<string, unknown>) => object) {
  const state = await openState(join(line.cwd, "state.sqlite"), "write");
  const { value, version } = (await state.keyValue.get(key))!;
  const kept = value as Record<string, unknown>;
  await state.keyValue.put(key, { ...kept, ...change(kept) } as never, version);
  await state.close();
}

const DAY = 86_400_000;
const yesterday = ({ upTo }: Record<string, unknown>) => ({ upTo: (upTo as number) - DAY });
const before = ({ at }: Record<string, unknown>) => ({ at: (at as number) - DAY });

Deno.test("schedules and sensors are listed as they stand; looking makes nothing", async () => {
  await using world = await opened();
  const { json: schedules } = await world.run("schedules", "--json");
  assertEquals(schedules.map(({ next: _next, ...rest }: { next: string }) => rest), [
    { name: "house/noon", paused: false, last: null },
    { name: "retention", paused: false, last: null },
  ]);
  assertMatch(schedules[0].next, /T03:00:00Z$/);
  const { json: sensors } = await world.run("sensors", "--json");
  assertEquals(sensors.map(({ name, paused, last }: Record<string, unknown>) => [name, paused, last]), [
    ["automation", false, null],
    ["house/visitor", false, null],
  ]);
  assertEquals(sensors[0].next, null);
  assertEquals((await world.run("ticks", "house/noon")).stdout, "no ticks yet\n");
  assertEquals((await world.run("ticks", "house/noon", "--json")).json, []);
  assertEquals([...Deno.readDirSync(world.line.cwd)], []);
});

Deno.test("what is due is asked for and done, and its history is told", async () => {
  await using world = await opened();
  await world.run("daemon", "--once");
  await world.rewind("schedules/house/noon", yesterday);
  await world.rewind("sensors/house/visitor", before);
  house.brings = "flowers";
  const done = await world.run("daemon", "--once");
  assertEquals([done.code, house.rings, done.stdout.includes("by itself")], [0, 1, false]);
  const { json: noon } = await world.run("ticks", "house/noon", "--json");
  assertEquals(noon.length, 1);
  assertMatch(noon[0].detail, /^due at \S+T03:00:00Z$/);
  assertEquals([noon[0].outcome, noon[0].runs, Object.keys(noon[0])], [
    "requested",
    [3],
    ["at", "outcome", "detail", "runs"],
  ]);
  await world.rewind("sensors/house/visitor", before);
  house.brings = "\x1b[31mtrouble";
  await world.run("daemon", "--once");
  const { stdout } = await world.run("ticks", "house/visitor");
  assertMatch(stdout, /^at +outcome +runs +detail\n\S+Z +failed +found \\u001b\[31mtrouble\n/);
  assertMatch(stdout, /requested +2 +1 run asked for\n/);
  assertEquals((await world.run("ticks", "house/visitor", "--limit", "1", "--json")).json.length, 1);
  const { stdout: listed } = await world.run("sensors");
  assertMatch(listed, /house\/visitor +\S+Z +\S+Z +failed +found/);
});

Deno.test("what is paused asks for nothing and says so, and goes on once it is resumed", async () => {
  await using world = await opened();
  assertEquals((await world.run("pause", "house/noon")).stdout, "house/noon is paused\n");
  assertEquals((await world.run("pause", "house/noon")).stdout, "house/noon is paused already\n");
  for (const name of ["automation", "house/visitor"]) await world.run("pause", name);
  house.brings = "cake";
  const idle = await world.run("daemon", "--once");
  assertEquals([idle.stdout, house.rings], ["nothing is due\n", 0]);
  assertMatch((await world.run("schedules")).stdout, /house\/noon +paused/);
  const { json } = await world.run("sensors", "--json");
  assertEquals(json.map(({ paused, next }: Record<string, unknown>) => [paused, next]), [
    [true, null],
    [true, null],
  ]);
  assertStringIncludes((await world.run("automation", "house/door")).stdout, "waits: automation is paused\n");
  const resumed = await world.run("resume", "house/visitor", "--json");
  assertEquals(resumed.json, { name: "house/visitor", paused: false, changed: true, warnings: [] });
  await world.run("resume", "automation");
  await world.run("daemon", "--once");
  assertEquals(house.rings, 1);
  assertEquals((await world.run("resume", "automation")).stdout, "automation is not paused already\n");
});

Deno.test("retention is applied once a day by itself", async () => {
  await using world = await opened();
  await world.run("daemon", "--once");
  await world.rewind("schedules/retention house", yesterday);
  const { json } = await world.run("daemon", "--once", "--json");
  assertEquals(json.runs.map(({ status }: { status: string }) => status), ["succeeded"]);
  assertMatch((await world.run("runs")).stdout, /\n +2 +succeeded .* prune before=\d{4}-\d\d-\d\d\n/);
  assertEquals((await world.run("daemon", "--once")).stdout, "nothing is due\n");
});

Deno.test("two daemons at once ask for what is due once", async () => {
  await using world = await opened();
  await world.run("daemon", "--once");
  await world.rewind("schedules/house/noon", yesterday);
  await world.rewind("sensors/house/visitor", before);
  house.brings = "two guests";
  const both = await Promise.all([
    world.run("daemon", "--once", "--json"),
    world.run("daemon", "--once", "--json"),
  ]);
  assertEquals(both.map(({ code }) => code), [0, 0]);
  assertEquals(both.flatMap(({ json }) => json.runs).length, 2);
  assertEquals((await world.run("runs", "--json")).json.length, 3);
});

Deno.test("a group declares schedules, sensors and alert rules beside its assets", async () => {
  await using line = await CommandLine.open();
  const core = fromFileUrl(new URL("../../core/mod.ts", import.meta.url));
  const path = join(line.cwd, "group.ts");
  await Deno.writeTextFile(
    path,
    `import { schedule, sensor } from "${core}";
    const retention = schedule({ name: "retention", cron: "0 0 1 * *", prune: { history: 30 } });
    const post = sensor({ name: "post", sense: () => ({ skip: "no post" }) });
    const moon = { name: "moon", find: () => [{ subject: "moon", severity: "warning", message: "it is full" }] };
    const asks = { schedules: [retention], sensors: [post], rules: [moon] };
    export const group = {
      name: "mine",
      declare: () => ({ assets: [], databases: [], origins: { mine: "files" }, ...asks }),
    };`,
  );
  const run = (...args: string[]) => line.run([...args, "--json"], { env: { ...env, GRAPH: path } });
  await run("daemon", "--once");
  const { json: [retention, ...more] } = await run("schedules");
  assertEquals(
    [retention.name, more],
    ["retention", []],
    "one of its own takes the place of the one in the box",
  );
  assertMatch(retention.next, /-01T00:00:00Z$/);
  const { json: [, post] } = await run("sensors");
  assertEquals([post.name, post.last.outcome, post.last.detail], ["post", "skipped", "no post"]);
  const { json: told } = await run("alerts");
  assertEquals(told.map(({ rule, message }: Record<string, string>) => [rule, message]), [
    ["moon", "it is full"],
  ]);
});

Deno.test("an unknown name is refused, with the one that was probably meant", async () => {
  await using world = await opened();
  for (
    const [command, action] of [["pause", "pausing"], ["resume", "resuming"], [
      "ticks",
      "showing the ticks of",
    ]]
  ) {
    const near = await world.run(command!, "house/none");
    assertEquals([near.code, near.stderr], [
      2,
      `${action} "house/none": found no schedule or sensor of that name, did you mean "house/noon"?\n`,
    ]);
    const none = await world.run(command!);
    assertEquals(none.code, 2);
    assertMatch(
      none.stderr,
      /found no name, wanted one of automation, house\/noon, retention, house\/visitor\n$/,
    );
  }
  assertEquals([...Deno.readDirSync(world.line.cwd)], []);
});

Deno.test("why an asset was made is told by its run, beside what is so now", async () => {
  await using world = await opened();
  await world.run("daemon", "--once");
  const { json } = await world.run("automation", "house/door", "--json");
  assertEquals([json.decision, json.evaluations.map(({ run }: { run: number | null }) => run)], ["wait", [
    null,
    1,
  ]]);
  const [last, led] = json.evaluations;
  assertEquals(Object.keys(led), ["at", "run", "requested", "reasons", "why"]);
  assertEquals([led.requested, led.why.value, last.why.value], [
    [{ from: null, to: null, count: 1 }],
    true,
    false,
  ]);
  const { stdout } = await world.run("automation", "house/door");
  assertMatch(stdout, /\n\S+Z run 1: missing, all upstream ready or requested\n {2}yes {2}eager\n/);
  assertMatch(stdout, /\n\S+Z nothing asked for: not missing, not stale\n/);
  const none = await world.run("automation", "house/door", "--limit", "0", "--json");
  assertEquals(none.json.evaluations, undefined);
});

Deno.test("lists that are none, and names that are taken, are refused", async () => {
  await using world = await opened();
  const core = fromFileUrl(new URL("../../core/mod.ts", import.meta.url));
  const head = `import { graph as g, schedule } from "${core}"; export const graph = g([]);`;
  const of = 'schedule({ name: "x", cron: "0 0 * * *", selection: [] })';
  const odd: [string, RegExp][] = [
    [`${head} export const schedules = ${of};`, /found "schedules" to be .*, wanted a list/],
    [`${head} export const rules = {};`, /found "rules" to be an object, wanted a list/],
    [`${head} export const schedules = [${of}, ${of}];`, /found the name "x" twice, wanted it once/],
    [
      `${head} export const schedules = [{ ...${of}, cron: "noon" }];`,
      /declaring the schedule "x": reading a cron expression: found "noon"/,
    ],
  ];
  for (const [place, [text, message]] of odd.entries()) {
    const path = join(world.line.cwd, `graph${place}.ts`);
    await Deno.writeTextFile(path, text);
    for (const args of [["schedules"], ["daemon", "--once"]]) {
      const { code, stderr } = await world.line.run(args, { env: { ...env, GRAPH: path } });
      assertEquals(code, 2, `${args} ${stderr}`);
      assertMatch(stderr, message);
    }
  }
});

Deno.test("while OpenAQ is down nothing that asks it is asked for, which is said, and all is once it answers", async () => {
  await using server = fixedServer();
  await using line = await CommandLine.open();
  const env = { ...server.env, LAKE_URL: "lake", STATE_URL: "state.sqlite", DEFAULT_LOOKBACK_DAYS: "1" };
  const run = (...args: string[]) => line.run(args, { env });
  await run("materialize", "vietnam/locations");
  server.fault = () => new Response("", { status: 503 });
  const idle = await run("daemon", "--once", "--json");
  assertEquals([idle.code, server.statuses.get(503)], [1, 1]);
  assertMatch(idle.json.warnings.join("\n"), /^openaq is down: .*answered 503.*; what asks it waits$/m);
  const asked = async () => {
    const { json } = await run("runs", "--json");
    return json.some(({ request }: { request: { ranges: { asset: string }[] } }) =>
      request.ranges.some(({ asset }) => asset === "vietnam/raw_prod")
    );
  };
  assertEquals(await asked(), false);
  const [, sensor] = (await run("sensors", "--json")).json;
  assertEquals([sensor.name, sensor.last.outcome], ["openaq_reachable", "skipped"]);
  assertMatch(sensor.last.detail, /^openaq is down: .*answered 503.*; what asks it waits$/);
  const judged = await run("automation", "vietnam/raw_prod");
  assertMatch(judged.stdout, /vietnam\/raw_prod waits: openaq is down since \S+Z: .*answered 503/);
  server.fault = undefined;
  await run("daemon", "--once");
  assertEquals(await asked(), false, "it is probed once a minute");
  await rewind(line, "sensors/openaq_reachable", before);
  await rewind(line, "sources/openaq", ({ probed }) => ({ probed: (probed as number) - DAY }));
  await run("daemon", "--once");
  assertEquals(await asked(), true);
});
