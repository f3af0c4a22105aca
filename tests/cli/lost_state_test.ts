import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { commands } from "../../cli/commands.ts";
import { CommandLine } from "./command_line.ts";

const env = {
  GRAPH: fromFileUrl(new URL("./automated_graph.ts", import.meta.url)),
  LAKE_URL: "lake",
  STATE_URL: "state/state.sqlite",
};

/** Forms of each command that read or write the state; those of no such form say why. */
const FORMS: Readonly<Record<string, readonly string[] | string>> = {
  materialize: ["materialize", "materialize house/door --force", "materialize --dry-run"],
  plan: ["plan"],
  status: ["status", "status --check"],
  inspect: ["inspect SHOW"],
  ls: "the graph alone",
  show: "the graph alone",
  automation: ["automation house/door"],
  schedules: ["schedules"],
  sensors: ["sensors"],
  ticks: ["ticks automation", "ticks house/noon --limit 1"],
  pause: ["pause automation"],
  resume: ["resume automation"],
  graph: "the graph alone",
  alerts: ["alerts", "alerts --all"],
  daemon: ["daemon --once", "daemon --port 0"],
  web: ["web --port 0"],
  backfill: ["backfill house/door --from 2024-01-01 --dry-run", "backfill * --from 2024-01-01 --yes"],
  backfills: ["backfills", "backfills pause 1", "backfills resume 1", "backfills cancel 1"],
  runs: [
    "runs",
    "runs show 1",
    "runs logs 1",
    "runs cancel 1",
    "runs retry 1",
    "runs release 1",
    "runs release 1 --force",
  ],
  check: ["check"],
  rollback: ["rollback house/door"],
  report: ["report house/door --version 1"],
  wipe: ["wipe house/door", "wipe house/door --dry-run"],
  prune: ["prune", "prune --dry-run"],
  state: ["state backup copy"],
  simulate: "no state",
  completions: "the graph alone",
  doctor: "tells it beside what else it finds",
};

const REFUSED =
  /^opening the lake: "\S+\/lake" was made with another state than "\S+\/state\.sqlite", wanted STATE_URL .*"state rebuild"\n$/;

Deno.test("a state that is lost is nobody's empty one: each command refuses, and names the way back", async () => {
  await using line = await CommandLine.open();
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 0);
  await Deno.remove(`${line.cwd}/state`, { recursive: true });
  assertEquals(Object.keys(FORMS), Object.keys(commands));
  for (const form of Object.values(FORMS).flatMap((forms) => typeof forms === "string" ? [] : forms)) {
    const refused = await line.run(form.split(" "), { env });
    assertEquals([form, refused.code], [form, 2]);
    // What lasts answers who asks how it is before all else.
    assertEquals(refused.stdout.replace(/^\S+ (listens|serves) at .*\n/, ""), "", form);
    assertMatch(refused.stderr, REFUSED, form);
  }
  const json = await line.run(["alerts", "--json"], { env });
  assertEquals([json.code, Object.keys(json.json)], [2, ["errors"]]);
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name), ["lake"]);

  const doctor = await line.run(["doctor", "--json"], { env });
  assertEquals([doctor.code, doctor.json.ok], [1, false]);
  assertEquals((await line.run(["state", "rebuild"], { env })).code, 0);
  assertEquals((await line.run(["alerts"], { env })).stdout, "nothing is wrong\n");
});

Deno.test("where neither a lake nor a state is yet, looking finds nothing and makes nothing", async () => {
  await using line = await CommandLine.open();
  for (const form of ["alerts", "runs", "schedules", "sensors", "ticks automation", "backfills", "status"]) {
    assertEquals([form, (await line.run(form.split(" "), { env })).code], [form, 0]);
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
});
