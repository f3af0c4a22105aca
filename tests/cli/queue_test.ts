import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { TICKS } from "../../core/mod.ts";
import { until } from "../faults/until.ts";
import { CommandLine } from "./command_line.ts";
import { orders } from "./queue_graph.ts";

const GRAPH = fromFileUrl(new URL("./queue_graph.ts", import.meta.url));
const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const env = { GRAPH };

/** What becomes of partitions from now on. */
async function order(line: CommandLine, given: Readonly<Record<string, string>>): Promise<void> {
  orders.folder = `${line.cwd}/orders`;
  await Deno.mkdir(orders.folder, { recursive: true });
  for (const key of "abcd") await Deno.writeTextFile(`${orders.folder}/${key}`, given[key] ?? "");
}

/** The program as a process, once it says that it waits; dispose of it. */
class Waiting implements AsyncDisposable {
  private constructor(readonly child: Deno.ChildProcess, readonly told: Promise<string>) {}

  static async start(line: CommandLine, args: readonly string[]): Promise<Waiting> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, ...args],
      cwd: line.cwd,
      env: { GRAPH, ORDERS: `${line.cwd}/orders` },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const begun = Promise.withResolvers<void>();
    const told = (async () => {
      let text = "";
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
        if ((text += piece).includes("q/parts")) begun.resolve();
      }
      begun.resolve();
      return text;
    })();
    await begun.promise;
    return new Waiting(child, told);
  }

  async end(signal?: Deno.Signal): Promise<{ code: number; stderr: string; stdout: string }> {
    if (signal !== undefined) this.child.kill(signal);
    const { code } = await this.child.status;
    return { code, stderr: await new Response(this.child.stderr).text(), stdout: await this.told };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.child.status;
    await this.told;
    if (!this.child.stderr.locked) await this.child.stderr.cancel();
  }
}

async function statuses(line: CommandLine): Promise<string[]> {
  const { json } = await line.run(["runs", "--json"], { env });
  return json.map(({ status }: { status: string }) => status).reverse();
}

/** The partitions that a run made, as it made them. */
async function madeBy(line: CommandLine, run: number): Promise<string[]> {
  const { json } = await line.run(["runs", "show", `${run}`, "--json"], { env });
  return json.events.filter(({ kind }: { kind: string }) => kind === "materialized")
    .map(({ asset, partition }: { asset: string; partition: string | null }) => partition ?? asset);
}

Deno.test("what a run failed at or did not reach is queued by retry, and done once by the daemon", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail", d: "fail" });
  assertEquals((await line.run(["materialize"], { env })).code, 1);
  await order(line, { d: "fail" });
  const retried = await line.run(["runs", "retry", "1"], { env });
  assertEquals([retried.code, retried.stdout, retried.stderr], [
    0,
    'run 2 is queued\nno daemon is at work: "deno task daemon" does it, or "deno task daemon --once"\n',
    "",
  ]);
  const { json: [queued] } = await line.run(["runs", "--json"], { env });
  assertEquals(queued, {
    id: 2,
    status: "queued",
    request: {
      command: "materialize",
      key: "retry/1",
      ranges: [
        { asset: "q/parts", from: "b", to: "b" },
        { asset: "q/parts", from: "d", to: "d" },
        { asset: "q/whole", from: null, to: null },
      ],
    },
    priority: 0,
    parent: 1,
    started: null,
    ended: null,
    counts: null,
  });
  assertMatch(
    (await line.run(["runs"], { env })).stdout,
    / 2 +queued +materialize q\/parts b q\/parts d q\/whole parent=1/,
  );
  assertMatch(
    (await line.run(["runs", "retry", "1"], { env })).stdout,
    /^run 1 is being retried by run 2, which is queued\nno daemon/,
  );
  const unended = await line.run(["runs", "retry", "2"], { env });
  assertEquals([unended.code, unended.stderr], [
    2,
    "retrying run 2: found it queued, wanted one that has ended\n",
  ]);

  const done = await line.run(["daemon", "--once", "--json"], { env });
  assertEquals(done.code, 1);
  assertEquals(done.json.runs.map(({ run, status }: { run: number; status: string }) => [run, status]), [
    [2, "failed"],
  ]);
  assertEquals(await madeBy(line, 2), ["b"]);
  assertStringIncludes(done.stderr, "q/parts d: as it was told\n");

  await order(line, {});
  assertEquals((await line.run(["runs", "retry", "2", "--json"], { env })).json.run, 3);
  const last = await line.run(["daemon", "--once"], { env });
  assertEquals([last.code, last.stderr], [0, ""]);
  assertStringIncludes(
    last.stdout,
    "run 3 (materialize q/parts d q/whole parent=2) succeeded: 2 partitions",
  );
  assertEquals(await madeBy(line, 3), ["d", "q/whole"]);
  assertEquals(await statuses(line), ["failed", "failed", "succeeded"]);

  const over = await line.run(["runs", "retry", "3"], { env });
  assertEquals([over.code, over.stdout], [0, "run 3: nothing to retry: it succeeded\n"]);
  assertEquals(
    (await line.run(["daemon", "--once"], { env })).stdout.split("\n").at(-2),
    "nothing is due",
  );
});

Deno.test("what somebody else made meanwhile is not retried", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail" });
  assertEquals((await line.run(["materialize"], { env })).code, 1);
  await order(line, {});
  assertEquals((await line.run(["materialize"], { env })).code, 0);
  const { code, json } = await line.run(["runs", "retry", "1", "--json"], { env });
  assertEquals([code, json.run, json.status, json.reason], [
    0,
    null,
    "nothing_to_do",
    "all that it left is fresh by now",
  ]);
  assertEquals(await statuses(line), ["failed", "succeeded"]);
});

Deno.test("what a run held back for want of something is shown with what failed", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail" });
  await line.run(["materialize"], { env });
  const shown = (await line.run(["runs", "show", "1", "--failed"], { env })).stdout.trimEnd().split("\n")
    .slice(2);
  assertEquals(shown.map((each) => each.replace(/ in \S+ m?s$/, "")), [
    "step 1 q/parts a … d (4) failed: 3 partitions, 1 failed",
    "q/whole blocked: needs q/parts b, which failed or is blocked",
    "q/parts b failed: as it was told",
  ]);
  const one = await line.run(["runs", "show", "1", "q/parts", "--failed"], { env });
  assertEquals(one.stdout.includes("q/whole"), false);
  const whole = await line.run(["runs", "show", "1", "q/whole"], { env });
  assertStringIncludes(whole.stdout, "q/whole blocked: needs q/parts b");
});

Deno.test("a retry that was cancelled, or failed, is queued anew when it is typed again, and once by two at once", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail" });
  await line.run(["materialize", "q/parts"], { env });
  const retry = (run: number) => line.run(["runs", "retry", String(run), "--json"], { env });
  assertEquals((await retry(1)).json.run, 2);
  await line.run(["runs", "cancel", "2"], { env });
  const both = await Promise.all([retry(1), retry(1)]);
  assertEquals(both.map(({ json: { run, status } }) => [run, status]), [[3, "queued"], [3, "queued"]]);
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 1);
  await order(line, {});
  assertEquals((await retry(1)).json.run, 4);
  const { json: [newest] } = await line.run(["runs", "--json"], { env });
  assertEquals([newest.request.key, newest.parent, newest.request.ranges], ["retry/1/3", 1, [
    { asset: "q/parts", from: "b", to: "b" },
  ]]);
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 0);
  assertEquals(await madeBy(line, 4), ["b"]);
  assertEquals((await retry(1)).json.reason, "all that it left is fresh by now");

  await order(line, { b: "fail" });
  await line.run(["materialize", "q/parts", "--force"], { env });
  const daemon = await openSqliteState({ path: `${line.cwd}/lake-simulated.sqlite` });
  await daemon.lead(TICKS, Date.now());
  assertMatch(
    (await line.run(["runs", "retry", "5"], { env })).stdout,
    /^run 6 is queued\nthe daemon of process \d+ on \S+ does it\n$/,
  );
  await daemon.close();
});

Deno.test("a queued run is cancelled, and one that has ended says so", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail" });
  await line.run(["materialize"], { env });
  await line.run(["runs", "retry", "1"], { env });
  const cancelled = await line.run(["runs", "cancel", "2"], { env });
  assertEquals([cancelled.code, cancelled.stdout], [0, "run 2 cancelled: it had not begun\n"]);
  assertEquals(
    (await line.run(["daemon", "--once"], { env })).stdout.split("\n").at(-2),
    "nothing is due",
  );
  const again = await line.run(["runs", "cancel", "2", "--json"], { env });
  assertEquals([again.code, again.json.status, again.stderr], [
    1,
    "cancelled",
    "cancelling run 2: found it cancelled, wanted one that is queued or running\n",
  ]);
  assertEquals((await line.run(["runs", "cancel", "9"], { env })).code, 2);
});

Deno.test("cancelling a run reaches the process at work on it, which ends as by Ctrl-C", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "wait" });
  await using working = await Waiting.start(line, ["materialize"]);
  await until("its place", async () => (await madeBy(line, 1)).length === 1);
  const asked = await line.run(["runs", "cancel", "1", "--json"], { env });
  assertEquals([asked.code, asked.json.status], [0, "ending"]);
  const { code, stderr, stdout } = await working.end();
  assertEquals([code, stderr], [130, ""], stdout);
  assertStringIncludes(stdout, "run 1 cancelled");
  assertEquals(await statuses(line), ["cancelled"]);
  assertEquals((await line.run(["runs", "--json"], { env })).json[0].claims, undefined);
});

Deno.test("a queued run whose daemon is killed is queued again, and the next daemon goes on with it", async () => {
  await using line = await CommandLine.open();
  await order(line, { a: "fail", b: "fail", c: "fail", d: "fail" });
  await line.run(["materialize"], { env });
  await line.run(["runs", "retry", "1"], { env });
  await order(line, { c: "wait" });
  {
    await using working = await Waiting.start(line, ["daemon", "--once"]);
    await until("its place", async () => (await madeBy(line, 2)).length === 2);
    assertEquals(await statuses(line), ["failed", "running"]);
    await working.end("SIGKILL");
  }
  assertEquals(await statuses(line), ["failed", "queued"]);
  await order(line, {});
  const { code, stdout } = await line.run(["daemon", "--once"], { env });
  assertEquals(code, 0, stdout);
  assertEquals(await madeBy(line, 2), ["a", "b", "c", "d", "q/whole"]);
  const { json } = await line.run(["runs", "show", "2", "--json"], { env });
  assertEquals(json.steps.map(({ step, outcome }: { step: number; outcome: string }) => [step, outcome]), [
    [1, "interrupted"],
    [2, "succeeded"],
    [3, "succeeded"],
  ]);
  assertEquals(await statuses(line), ["failed", "succeeded"]);
});

Deno.test("a daemon that is told to end hands its run back and ends with 0", async () => {
  await using line = await CommandLine.open();
  await order(line, { a: "fail", b: "fail", c: "fail", d: "fail" });
  await line.run(["materialize"], { env });
  await line.run(["runs", "retry", "1"], { env });
  await order(line, { c: "wait" });
  await using working = await Waiting.start(line, ["daemon", "--once"]);
  await until("its place", async () => (await madeBy(line, 2)).length === 2);
  const { code, stderr, stdout } = await working.end("SIGTERM");
  assertEquals([code, stderr], [0, ""], stdout);
  assertMatch(stdout, /run 2 \(.*\) is queued again\n/);
  assertEquals(await statuses(line), ["failed", "queued"]);
  await order(line, {});
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 0);
  assertEquals(await madeBy(line, 2), ["a", "b", "c", "d", "q/whole"]);
});

for (const command of [["materialize"], ["daemon", "--port", "0"]] as const) {
  Deno.test(`"${command[0]}" that is told twice to end does so at once, and leaves nothing behind`, async () => {
    await using line = await CommandLine.open();
    await order(line, { b: "fail" });
    await line.run(["materialize", "q/parts"], { env });
    await order(line, { b: "deaf" });
    await line.run(["runs", "retry", "1"], { env });
    await using working = await Waiting.start(line, command);
    await until("its place", () => isThere(`${line.cwd}/orders/b.waits`));
    working.child.kill("SIGTERM");
    const over = working.end();
    // The same signal within a second is the same request.
    const again = setInterval(() => working.child.kill("SIGTERM"), 300);
    const { code } = await over.finally(() => clearInterval(again));
    assertEquals(code, 130);
    const { json: runs } = await line.run(["runs", "--json"], { env });
    const [status, claims] = [runs[0].status, runs.flatMap(({ claims = [] }) => claims)];
    assertEquals([status, claims], [command[0] === "materialize" ? "interrupted" : "queued", []]);
    const { json: { findings } } = await line.run(["doctor", "--json"], { env });
    assertEquals(findings.find(({ name }: { name: string }) => name === "claims"), {
      name: "claims",
      ok: true,
      detail: "none",
    });
  });
}

function isThere(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

Deno.test("a run that a daemon works on can be cancelled; the daemon goes on with the next", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail" });
  await line.run(["materialize"], { env });
  await line.run(["materialize", "--force"], { env });
  await line.run(["runs", "retry", "1"], { env });
  await line.run(["runs", "retry", "2"], { env });
  await order(line, { b: "wait" });
  await using working = await Waiting.start(line, ["daemon", "--once"]);
  await until("its place", () => Deno.stat(`${line.cwd}/orders/b.waits`).then(() => true, () => false));
  await order(line, {});
  await line.run(["runs", "cancel", "3"], { env });
  const { code, stdout } = await working.end();
  assertEquals(code, 0, stdout);
  assertEquals(await statuses(line), ["failed", "failed", "cancelled", "succeeded"]);
  assert(stdout.includes("run 3"), stdout);
});

Deno.test("a queued run of an asset that the graph has not waits for who has it, and is told of", async () => {
  await using line = await CommandLine.open();
  await order(line, { b: "fail" });
  await line.run(["materialize"], { env });
  await line.run(["runs", "retry", "1"], { env });
  const shops = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };
  const { code, json, stderr } = await line.run(["daemon", "--once", "--json"], { env: shops });
  assertEquals([code, json.runs, stderr], [0, [], ""]);
  assert(json.warnings.includes("run 2 waits for who has the registered code of q/parts"), json.warnings);
  assertEquals(await statuses(line), ["failed", "queued"]);
});

Deno.test("the daemon that ends by itself has no time of grace, and makes nothing to find nothing", async () => {
  await using line = await CommandLine.open();
  const { code, stderr } = await line.run(["daemon", "--once", "--grace", "5"], { env });
  assertEquals([code, stderr], [
    2,
    "starting the daemon: found --grace beside --once, wanted one of them\n",
  ]);
  const { stdout } = await line.run(["daemon", "--once", "--json"], { env });
  const { runs, warnings } = JSON.parse(stdout);
  assertEquals([runs, warnings.length], [[], 1]);
  assertMatch(warnings[0], /^no asset of this graph is made by itself: give assets an "automation"/);
  assertEquals(
    [...Deno.readDirSync(line.cwd)].map(({ name }) => name),
    [],
    "nothing is made to find nothing",
  );
  await line.run(["materialize"], { env });
  assertStringIncludes((await line.run(["daemon", "--once"], { env })).stdout, "is made by itself");
});

Deno.test("the daemon works until it is told to end, and tells what it does", async () => {
  await using line = await CommandLine.open();
  await order(line, { a: "fail" });
  await line.run(["materialize", "q/parts"], { env });
  await order(line, {});
  await line.run(["runs", "retry", "1"], { env });
  const stop = new AbortController();
  let told = "";
  const { code, stdout, stderr } = await line.run(["daemon", "--port", "0"], {
    env,
    signal: stop.signal,
    seen: (text) => {
      if ((told += text).includes("run 2 (")) stop.abort();
    },
  });
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "leads: asks for what is due\n");
  assertMatch(stdout, /run 2 \(.+\) succeeded: \d+ partitions? materialized\n(.* alert: .*\n)?ended\n$/);
});
