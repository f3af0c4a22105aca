import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { CommandLine } from "./command_line.ts";

const graphAt = (file: string) => fromFileUrl(new URL(file, import.meta.url));

const RUN = ["id", "status", "request", "priority", "parent", "started", "ended", "counts"];
const STANDING = ["name", "paused", "next", "last"];
const VERDICT = ["asset", "partition", "decision", "at", "why"];

/** The fields of an object, and of each in a list. */
const fields = (json: unknown): unknown =>
  Array.isArray(json) ? json.map(fields) : Object.keys(json as object);

Deno.test("answers of what goes by itself have the fields that are promised, and no others", async () => {
  await using line = await CommandLine.open();
  const ask = async (graph: string, ...args: string[]) => {
    const env = { GRAPH: graphAt(graph), STATE_URL: `${graph}.sqlite`, LAKE_URL: `${graph}.lake` };
    const { json } = await line.run([...args, "--json"], { env });
    return json;
  };
  const automated = (...args: string[]) => ask("./automated_graph.ts", ...args);
  await automated("daemon", "--once");
  assertEquals(fields(await automated("runs")), [RUN]);
  assertEquals(fields(await automated("schedules")), [STANDING, STANDING]);
  const sensors = await automated("sensors");
  assertEquals([fields(sensors), fields(sensors[0].last)], [[STANDING, STANDING], [
    "at",
    "outcome",
    "detail",
  ]]);
  assertEquals(fields((await automated("ticks", "automation"))[0]), ["at", "outcome", "detail", "runs"]);

  const { evaluations, ...verdict } = await automated("automation", "house/door");
  assertEquals(fields(verdict), VERDICT);
  assertEquals(fields(evaluations[0]), ["at", "run", "requested", "reasons", "why"]);

  const past = (...args: string[]) => ask("./backfill_graph.ts", ...args);
  const selection = ["past/hours", "--from", "2024-01-01", "--to", "2024-01-01"];
  const backfill = ["id", "partitions", "requests", "leastSeconds"];
  for (const how of ["--dry-run", "--yes"]) {
    assertEquals(fields(await past("backfill", ...selection, how)), backfill);
  }
  assertEquals(fields(await past("backfills")), [
    ["id", "status", "selection", "from", "to", "total", "done", "failed", "remainingSeconds"],
  ]);

  const state = await openSqliteState({ path: `${line.cwd}/backfill_graph.ts.sqlite` });
  const episode = {
    rule: "late",
    subject: "past/hours",
    severity: "error",
    message: "late",
    opened: Date.now(),
  } as const;
  await state.alerts.begin({ ...episode, key: "1" }, ["file"]);
  await state.alerts.settle((await state.alerts.take("file"))!.id, Date.now(), "refused");
  await state.close();
  const [alert] = await past("alerts");
  assertEquals([fields(alert), fields(alert.deliveries)], [
    ["key", "rule", "subject", "severity", "message", "opened", "closed", "deliveries"],
    [["channel", "at", "outcome"]],
  ]);
});
