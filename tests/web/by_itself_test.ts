import { assertEquals, assertMatch } from "@std/assert";
import { daily, definer, eager, schedule, sensor } from "../../core/mod.ts";
import * as schemas from "../../web/api/schemas.ts";
import { contents } from "../core/lab.ts";
import { served } from "./served.ts";

const { asset } = definer<null>();
const DAYS = { selection: "t/days", from: "2024-01-28", to: "2024-01-30" };

/** Days that are asked for by themselves, a schedule and a sensor. */
async function asking() {
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-28" }),
    automation: eager(),
    ...contents({}),
  });
  const nightly = schedule({
    name: "t/nightly",
    cron: "0 2 * * *",
    timeZone: "UTC",
    selection: ["t/days"],
  });
  const files = sensor({
    name: "files",
    every: { minutes: 1 },
    sense: () => Promise.resolve({ skip: "none" }),
  });
  return await served([days], { schedules: [nightly], sensors: [files] });
}

Deno.test("what asks for runs by itself is told of, and paused by its name", async () => {
  const { get, post, orchestrator, ask } = await asking();
  const [nightly] = await get("/schedules", schemas.AutomationStatuses);
  assertEquals(nightly, { name: "t/nightly", paused: false, next: "2024-02-02T02:00:00Z", last: null });
  const names = (await get("/sensors", schemas.AutomationStatuses)).map(({ name }) => name);
  assertEquals(names, ["automation", "files"]);
  const paused = await post("/pauses", { name: "t/nightly", paused: true }, schemas.Paused);
  assertEquals(paused.body, { name: "t/nightly", paused: true, changed: true });
  assertEquals((await get("/schedules", schemas.AutomationStatuses))[0]?.paused, true);
  assertEquals((await post("/pauses", { name: "t/none", paused: true }, schemas.Paused)).status, 404);

  const verdict = await get("/automation/t/days?partition=2024-01-29", schemas.Verdict);
  assertEquals([verdict.decision, verdict.partition], ["run", "2024-01-29"]);
  await (await orchestrator.ticker()).tick();
  const [tick] = await get("/ticks/automation?limit=1", schemas.Ticks);
  assertEquals([tick?.outcome, tick?.runs], ["requested", [1]]);
  const after = await get("/automation/t/days", schemas.Verdict);
  assertEquals(after.evaluations?.map(({ run }) => run), [1]);
  assertEquals(await get("/ticks/t%2Fnightly", schemas.Ticks), []);
  for (const path of ["/ticks/t%2Fnone", "/automation/t/none", "/automation/t/days?partition=2024-02-31"]) {
    assertEquals((await ask(path)).status, 404, path);
  }
});

Deno.test("partitions of the past are previewed, begun, paused and cancelled", async () => {
  const { get, post } = await asking();
  const told = await post("/backfills/preview", DAYS, schemas.BackfillPreview);
  assertEquals([told.status, told.body.partitions, told.body.requests], [200, 3, 0]);
  assertEquals(await get("/backfills", schemas.Backfills), []);
  const begun = await post("/backfills", DAYS, schemas.BegunBackfill);
  assertEquals([begun.status, begun.body.id, begun.body.waitsForWorker], [201, 1, true]);
  const turned = async (turn: string) => {
    const { status, body, detail } = await post(`/backfills/1/${turn}`, undefined, schemas.TurnedBackfill);
    return [status, status === 200 ? body.status : detail];
  };
  assertEquals(await turned("pause"), [200, "paused"]);
  assertEquals(await turned("resume"), [200, "running"]);
  assertEquals(await turned("cancel"), [200, "cancelled"]);
  assertEquals(await turned("resume"), [
    409,
    'turning backfill 1 to "resume": found it cancelled, wanted one that has not ended',
  ]);
  const [listed] = await get("/backfills", schemas.Backfills);
  assertEquals([listed?.status, listed?.total], ["cancelled", 3]);
  assertEquals((await post("/backfills/2/pause", undefined, schemas.TurnedBackfill)).status, 404);
  assertEquals((await post("/backfills/1/end", undefined, schemas.TurnedBackfill)).status, 400);
  const none = await post("/backfills", { ...DAYS, only: ["failed"] }, schemas.BegunBackfill);
  assertEquals([none.status, none.body.id, none.body.partitions], [200, null, 0]);
  const odd = await post("/backfills", { ...DAYS, from: "soon" }, schemas.BegunBackfill);
  assertMatch(odd.detail!, /found "soon"/);
});

Deno.test("alerts are those that go on or ended lately, or all", async () => {
  const { get, state } = await asking();
  const episode = { subject: "t/days", severity: "error", message: "late", opened: 0, closed: null } as const;
  await state.alerts.begin({ ...episode, key: "late:1", rule: "late" }, ["file"]);
  const [alert] = await get("/alerts", schemas.Alerts);
  assertEquals([alert?.key, alert?.deliveries], ["late:1", [{
    channel: "file",
    at: null,
    outcome: "waiting",
  }]]);
  await state.alerts.end("late:1", 1, "over");
  assertEquals(await get("/alerts", schemas.Alerts), []);
  assertEquals((await get("/alerts?all=true", schemas.Alerts)).map(({ closed }) => closed), [
    "1970-01-01T00:00:00.001Z",
  ]);
});
