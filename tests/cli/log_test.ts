import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { commands } from "../../cli/commands.ts";
import { Place } from "../faults/place.ts";
import { CommandLine } from "./command_line.ts";

const BROKEN = fromFileUrl(import.meta.resolve("../app/tracing_graph.ts"));
const FLOATING = fromFileUrl(import.meta.resolve("./floating_graph.ts"));

interface Entry {
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The entries of a log, each of which must be one. */
function entriesOf(stderr: string): Entry[] {
  if (stderr === "") return [];
  assert(stderr.endsWith("\n"));
  return stderr.slice(0, -1).split("\n").map((line) => {
    const entry = JSON.parse(line);
    assertMatch(entry.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert(["debug", "info", "warn", "error"].includes(entry.level), line);
    assert(typeof entry.message === "string" && entry.message !== "", line);
    assert(!line.includes("\\u001b"), line);
    return entry;
  });
}

Deno.test("a run tells its progress as data, and its answer on stdout as always", async () => {
  await using line = await CommandLine.open();
  const args = ["materialize", "--log", "json"];
  const { code, stdout, stderr } = await line.run(args, { columns: () => 80 });
  assertEquals(code, 0);
  assertMatch(stdout, /run 1 succeeded/);
  assert(!stdout.includes("█"));
  const entries = entriesOf(stderr);
  assertEquals(entries[0]?.message, "run started");
  const started = entries.find(({ message, asset }) =>
    message === "step started" && asset === "vietnam/raw_prod"
  )!;
  assertEquals([started.run, started.level], [1, "info"]);
  const [range] = started.ranges as { from: string; to: string }[];
  assertMatch(range!.from, /^\d{4}-\d\d-\d\dT\d\d$/);
  const ended = entries.find(({ message, asset }) =>
    message === "step ended" && asset === "vietnam/raw_prod"
  );
  assertEquals([ended?.outcome, ended?.materialized], ["succeeded", started.partitions]);
  const last = entries.at(-1)!;
  assertEquals([last.message, last.run, last.status, last.level], ["run ended", 1, "succeeded", "info"]);

  const both = await line.run(["materialize", "--force", "vietnam/stations", "--json", "--log=json"]);
  assertEquals(both.json.status, "succeeded");
  assertEquals(entriesOf(both.stderr).at(-1)?.run, 2);
});

Deno.test("what fails is an error with its run, asset and message", async () => {
  await using line = await CommandLine.open();
  const { code, stderr } = await line.run(["daemon", "--once", "--log", "json"], { env: { GRAPH: BROKEN } });
  assertEquals(code, 1);
  const entries = entriesOf(stderr);
  const errors = entries.filter(({ level }) => level === "error");
  const problem = errors.find(({ message }) => message === "partitions failed");
  assertEquals([problem?.run, problem?.asset, problem?.error], [1, "t/broken", "found it broken"]);
  const ended = errors.at(-1)!;
  assertEquals([ended.message, ended.status, ended.failed], ["run ended", "failed", 1]);
  assertEquals(ended.errors, [{ asset: "t/broken", partition: null, message: "found it broken" }]);
});

Deno.test("whatever command is called in a wrong way says so as data, and ends as always", async () => {
  await using line = await CommandLine.open();
  for (const name of [...Object.keys(commands), "no-such-command"]) {
    const { code, stderr } = await line.run([name, "--no-such-flag", "--log", "json"]);
    const entries = entriesOf(stderr);
    assertEquals([code, entries.length, entries[0]?.level], [2, 1, "error"], name);
  }
});

Deno.test("settings that are wrong, and those that are probably mistaken, are told as data", async () => {
  await using line = await CommandLine.open();
  const key = "a-secret-in-a-setting";
  const wrong = await line.run(["status", "--log", "json"], {
    env: { OPENAQ_API_URL: "no url", DEFAULT_LOOKBACK_DAYS: "x", OPENAQ_API_KEY: key },
  });
  assertEquals([wrong.code, entriesOf(wrong.stderr).every(({ level }) => level === "error")], [2, true]);
  assert(!wrong.stderr.includes(key));
  const odd = await line.run(["ls", "--json", "--log", "json"], { env: { DEFAULT_LOOKBACK_DAY: "3" } });
  assertEquals(odd.code, 0);
  const [warning] = entriesOf(odd.stderr);
  assertEquals(warning?.level, "warn");
  assertMatch(warning!.message, /^(?!warning).*DEFAULT_LOOKBACK_DAY/);
});

Deno.test("nobody is asked where lines are data", async () => {
  await using line = await CommandLine.open();
  const asked: string[] = [];
  const prompt = (question: string) => {
    asked.push(question);
    return Promise.resolve("y");
  };
  const args = ["backfill", "*", "--from", "2020-01-01", "--log", "json"];
  const { code, stderr } = await line.run(args, { prompt });
  assertEquals([code, asked], [2, []]);
  assertMatch(entriesOf(stderr)[0]!.message, /found nobody to ask, wanted --yes/);
});

Deno.test("a form that there is not is refused in one line, for people", async () => {
  await using line = await CommandLine.open();
  for (
    const [args, wanted] of [
      [["ls", "--log", "xml"], 'reading --log: found "xml", wanted one of text, json\n'],
      [["ls", "--log="], 'reading --log: found "", wanted one of text, json\n'],
      [["ls", "--log", "JSON"], 'reading --log: found "JSON", wanted one of text, json\n'],
      [["ls", "--log", "json", "--log", "text"], undefined],
      [["ls", "--log"], undefined],
    ] as const
  ) {
    const { code, stderr } = await line.run(args);
    assertEquals([code, stderr.split("\n").length], [2, 2], stderr);
    if (wanted !== undefined) assertEquals(stderr, wanted);
  }
  const text = await line.run(["ls", "--log", "text", "--json"]);
  assertEquals([text.code, text.stderr.startsWith("{")], [0, false]);
});

Deno.test("a daemon logs as data: what it listens at, what it queues, how runs end, and its own end", async () => {
  await using place = await Place.make({ GRAPH: BROKEN });
  const daemon = place.start(["daemon", "--port", "0", "--json", "--log", "json"]);
  await daemon.says(/"event":"worked"/);
  daemon.signal("SIGTERM");
  const { code, stdout, stderr } = await daemon.ended;
  assertEquals(code, 0);
  const entries = entriesOf(stderr);
  const told = entries.map(({ message }) => message);
  for (const message of ["leads: asks for what is due", "run queued", "run taken", "run ended", "ended"]) {
    assert(told.includes(message), `found no "${message}" in ${stderr}`);
  }
  assertMatch(String(entries.find(({ message }) => message.startsWith("listens"))?.url), /^http:/);
  const queued = entries.find(({ message }) => message === "run queued")!;
  assertEquals([queued.run, queued.tick, queued.asset], [1, "automation", "t/broken"]);
  assertEquals(
    stdout.trimEnd().split("\n").map((each) => typeof JSON.parse(each).event).includes("undefined"),
    false,
  );
});

Deno.test("a daemon whose terminal is closed ends as by SIGTERM, and one of nohup goes on", async () => {
  await using place = await Place.make({ GRAPH: BROKEN });
  for (const within of [[], ["nohup"]]) {
    const daemon = place.start(["daemon", "--port", "0", "--json"], { within });
    await daemon.says(/"event":"leads"/);
    daemon.signal("SIGHUP");
    if (within.length > 0) {
      await place.run(["materialize"]);
      assertEquals(daemon.over, false);
      daemon.signal("SIGTERM");
    }
    const { code, stderr } = await daemon.ended;
    assertEquals([code, stderr], [0, ""], within.join());
  }
});

for (const fault of ["a promise", "a timer", "an exit"]) {
  Deno.test(`${fault} that a graph's code lets go is told as data, too`, async () => {
    await using place = await Place.make({ GRAPH: FLOATING, FAULT: fault });
    const { code, stderr } = await place.run(["materialize", "--log", "json"]);
    assertEquals(code, 1);
    const { level, message } = entriesOf(stderr).at(-1)!;
    assertEquals(level, "error");
    assertMatch(message, /^running floating\/one: found an error that no code waits for: /);
  });
}
