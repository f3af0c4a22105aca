import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { faults } from "./backfill_graph.ts";
import { CommandLine } from "./command_line.ts";

const GRAPH = fromFileUrl(new URL("./backfill_graph.ts", import.meta.url));
const env = { GRAPH };
const ASKED = ["backfill", "+past/days", "--from", "2024-01-01", "--to", "2024-01-06"];
const IDLE = 'no daemon is at work: "deno task daemon" does it';

async function backfills(line: CommandLine) {
  const { json } = await line.run(["backfills", "--json"], { env });
  return json;
}

Deno.test("a backfill is told, stored, done by the daemon, and listed", async () => {
  await using line = await CommandLine.open();
  const begun = await line.run([...ASKED, "--yes"], { env });
  assertEquals([begun.code, begun.stderr], [0, ""]);
  assertEquals(begun.stdout.split("\n"), [
    "past/hours: 144 partitions",
    "past/days: 6 partitions",
    "150 partitions in 3 batches, about 90 requests",
    'backfill 1 is stored: "deno task backfills" tells how far it is',
    IDLE,
    "",
  ]);
  assertEquals(await backfills(line), [{
    id: 1,
    status: "running",
    selection: "+past/days",
    from: "2024-01-01",
    to: "2024-01-06",
    total: 150,
    done: 0,
    failed: 0,
    remainingSeconds: null,
  }]);
  const waiting = await line.run(["backfills"], { env });
  assertMatch(waiting.stdout, /^ +1 +running +\+past\/days +2024-01-01 +2024-01-06 +0 +150$/m);
  assertStringIncludes(waiting.stdout, IDLE);
  const done = await line.run(["daemon", "--once", "--json"], { env });
  assertEquals(done.json.runs.map(({ status }: { status: string }) => status), [
    "succeeded",
    "succeeded",
    "succeeded",
  ]);
  const [{ status, done: made }] = await backfills(line);
  assertEquals([status, made], ["succeeded", 150]);
  const { json: runs } = await line.run(["runs", "--json"], { env });
  assertEquals(runs.map(({ priority }: { priority: number }) => priority), [-1, -1, -1]);

  const again = await line.run([...ASKED, "--yes", "--json"], { env });
  assertEquals([again.code, again.json], [0, {
    id: null,
    partitions: 0,
    requests: 0,
    leastSeconds: 0,
  }]);
  assertEquals((await backfills(line)).length, 1);
});

Deno.test("a beginning that has not come yet is told by what was typed", async () => {
  await using line = await CommandLine.open();
  const told = await line.run(["backfill", "past/days", "--from", "2999-01-01", "--dry-run"], { env });
  assertEquals([told.code, told.stdout, told.stderr], [
    2,
    "",
    'backfilling: found no partition that exists from "2999-01-01" until now, wanted an earlier --from\n',
  ]);
});

Deno.test("whoever watches is asked first, and nobody's silence is no yes", async () => {
  await using line = await CommandLine.open();
  const asked: string[] = [];
  const answering = (answer: string | null) => (question: string) => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  for (const answer of ["n", "", null]) {
    const refused = await line.run(ASKED, { env, prompt: answering(answer) });
    assertEquals([refused.code, refused.stderr], [130, "backfilling: nothing was begun\n"]);
  }
  assertEquals(await backfills(line), []);
  const begun = await line.run([...ASKED, "--json"], { env, prompt: answering("yes") });
  assertEquals([begun.code, begun.json.id, begun.json.requests], [0, 1, 90]);
  assertEquals(new Set(asked), new Set(["backfill 150 partitions? [y/N] "]));
  const looked = await line.run([...ASKED, "--dry-run", "--json"], { env });
  assertEquals([looked.code, looked.json.id, looked.json.partitions], [0, null, 150]);
  assertEquals((await backfills(line)).length, 1);
});

Deno.test("what cannot be meant is refused in a line, and leaves nothing", async () => {
  await using line = await CommandLine.open();
  const lines: readonly (readonly [readonly string[], string])[] = [
    [ASKED, "backfilling: found nobody to ask, wanted --yes, or --dry-run to look first"],
    [["backfill", "--yes"], 'backfilling: found no selection, wanted the assets to make, or "*" for all'],
    [["backfill", "*", "--yes"], "backfilling: found no --from, wanted the first date or time to make"],
    [
      ["backfill", "*", "--from", "soon", "--yes"],
      'reading "from": found "soon", wanted a month, a date or a time such as "2018-01-31T05"',
    ],
    [
      ["backfill", "*", "--from", "2024-01", "--only", "missing,odd", "--yes"],
      'reading --only: found "odd", wanted missing, failed, stale, or several with commas',
    ],
    [
      ["backfill", "*", "--from", "2024-01", "--only", "missing,", "--yes"],
      'reading --only: found "", wanted missing, failed, stale, or several with commas',
    ],
    [["backfills", "stop", "1"], 'reading backfills: found "stop", wanted list, pause, resume or cancel'],
    [["backfills", "list", "1"], 'reading backfills: found "list 1", wanted list alone'],
    [
      ["backfills", "pause"],
      "reading backfills: found no backfill, wanted a backfill's number, as `backfills` lists them",
    ],
    [
      ["backfills", "pause", "1x"],
      'reading backfills: found "1x", wanted a backfill\'s number, as `backfills` lists them',
    ],
    [
      ["backfills", "cancel", "7"],
      "reading backfills: found no backfill 7, wanted a number, as `backfills` lists them",
    ],
  ];
  for (const [args, stderr] of lines) {
    // Whether or not somebody is there to be asked, what is typed is judged first.
    for (const given of [args, args.filter((arg) => arg !== "--yes")]) {
      const ran = await line.run(given, { env });
      assertEquals([ran.code, ran.stderr, ran.stdout], [2, `${stderr}\n`, ""], given.join(" "));
    }
  }
  for (const odd of [["*", "--from", "2024-02", "--to", "2024-01"], ["past/dais", "--from", "2024-01"]]) {
    const refused = await line.run(["backfill", ...odd, "--yes"], { env });
    assertEquals([refused.code, refused.stderr.trim().split("\n").length], [2, 1]);
    assertEquals((await line.run(["backfill", ...odd], { env })).stderr, refused.stderr);
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
  assertStringIncludes((await line.run(["backfills"], { env })).stdout, "no backfills yet");
});

Deno.test("what would be blocked is told before a backfill begins, with what to select", async () => {
  await using line = await CommandLine.open();
  const days = ["backfill", "past/days", ...ASKED.slice(2), "--dry-run"];
  const told = "past/days: 6 partitions would be blocked: 2024-01-01 needs past/hours 2024-01-01T00 … " +
    '2024-01-01T23, which is missing: "+past/days" makes that, too\n';
  const text = await line.run(days, { env });
  assertEquals([text.code, text.stdout.startsWith(`note: ${told}`)], [0, true], text.stdout);
  const json = await line.run([...days, "--json"], { env });
  assertEquals([json.json, json.stderr], [
    { id: null, partitions: 6, requests: 0, leastSeconds: 0 },
    `note: ${told}`,
  ]);
  assertEquals((await line.run([...ASKED, "--dry-run"], { env })).stdout.includes("blocked"), false);
  await line.run(["materialize", "past/hours", "--from", "2024-01-01", "--to", "2024-01-04"], { env });
  assertStringIncludes(
    (await line.run(days, { env })).stdout,
    "past/days: 2 partitions would be blocked: 2024-01-05 needs past/hours 2024-01-05T00",
  );
});

Deno.test("a backfill is paused, goes on, and is cancelled, each once", async () => {
  await using line = await CommandLine.open();
  await line.run([...ASKED, "--yes"], { env });
  const turned = async (...args: string[]) => {
    const { code, stdout, stderr } = await line.run(["backfills", ...args], { env });
    return [code, stdout + stderr];
  };
  assertEquals(await turned("pause", "1"), [0, "backfill 1 is paused: no further batch begins\n"]);
  assertStringIncludes((await line.run(["daemon", "--once"], { env })).stdout, "nothing is due");
  assertEquals((await backfills(line))[0].status, "paused");
  assertEquals(await turned("resume", "1"), [0, `backfill 1 goes on\n${IDLE}\n`]);
  const json = await line.run(["backfills", "pause", "1", "--json"], { env });
  assertEquals(json.json, { id: 1, status: "paused", warnings: [] });
  assertEquals(await turned("cancel", "1"), [0, "backfill 1 is cancelled: what it made stays\n"]);
  assertEquals((await backfills(line))[0].status, "cancelled");
  assertEquals(await turned("resume", "1"), [
    1,
    'turning backfill 1 to "resume": found it cancelled, wanted one that has not ended\n',
  ]);
});

Deno.test("a batch that failed is counted, told, and made good by a retry", async () => {
  await using line = await CommandLine.open();
  faults.hour = "2024-01-03T05";
  await line.run([...ASKED, "--yes", "--oldest-first"], { env });
  const failed = await line.run(["daemon", "--once"], { env });
  assertEquals([failed.code, failed.stderr], [
    1,
    "past/hours 2024-01-03T05: found no data\n" +
    "past/days 2024-01-03: needs past/hours 2024-01-03T05, which failed or is blocked\n",
  ]);
  const [first] = await backfills(line);
  assertEquals([first.status, first.done, first.failed], ["failed", 148, 2]);
  faults.hour = "";
  assertEquals((await line.run(["runs", "retry", "2"], { env })).code, 0);
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 0);
  const [second] = await backfills(line);
  assertEquals([second.status, second.done, second.failed], ["succeeded", 150, 0]);
});

Deno.test("a backfill goes on where the daemon was told to end, and says that one is at work", async () => {
  await using line = await CommandLine.open();
  await line.run([...ASKED, "--yes"], { env });
  const end = new AbortController();
  let told = "";
  faults.before = async (key) => {
    if (key !== "2024-01-05T07") return;
    told = (await line.run(["backfills"], { env })).stdout;
    end.abort();
  };
  await line.run(["daemon", "--once"], { env, signal: end.signal });
  faults.before = () => undefined;
  assert(told.includes("running") && !told.includes(IDLE));
  const [before] = await backfills(line);
  assertEquals(before.status, "running");
  assert(before.done < 150);
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 0);
  assertEquals((await backfills(line))[0].status, "succeeded");
  const { json: runs } = await line.run(["runs", "--json"], { env });
  assertEquals(runs.length, 3);
});
