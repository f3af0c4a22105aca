import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { pauseOf } from "../../../core/automation/pauses.ts";
import { daily, definer, eager, from, identity, schedule, sensor } from "../../../core/mod.ts";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { contents, NOON } from "../../core/lab.ts";
import { declared } from "../served.ts";
import { shown } from "./shown.ts";

const { asset } = definer<null>();
const days = daily({ start: "2024-01-28" });
const raw = asset({ key: "t/raw", partitions: days, automation: eager(), ...contents({}) });
const mart = asset({
  key: "t/mart",
  partitions: days,
  automation: eager(),
  deps: { raw: from(raw, identity) },
  ...contents({}),
});
const automations = {
  schedules: [schedule({ name: "shop/nightly", cron: "0 3 * * *", selection: ["t/raw"] })],
  sensors: [sensor({
    name: "shop/looks",
    description: "looks for files",
    every: { minutes: 5 },
    sense: () => ({ skip: "" }),
  })],
};

const opened = () => shown([raw, mart], { automations, cron: new CronerCron() });

Deno.test("what asks by itself is listed with its state, when it asks next, and its last tick", async () => {
  const { get, state } = await opened();
  const before = await get("/automation");
  assertEquals(before.status, 200);
  assertMatch(before.text, /Nobody looks after them now: no daemon is at work/);
  assertMatch(before.text, /shop\/nightly schedule on in 15 h not yet Pause/);
  assertMatch(before.text, /shop\/looks looks for files sensor on now not yet Pause/);
  await state.noteTick({
    name: "shop/looks",
    at: NOON - 60_000,
    outcome: "failed",
    detail: "found no answer",
    runs: [],
  });
  assertMatch((await get("/automation")).text, /shop\/looks .* failed 1 min ago found no answer/);
});

Deno.test("something is paused and resumed once it was said what that does", async () => {
  const { get, post, state } = await opened();
  const path = "/acts/pause?name=shop%2Fnightly";
  assertMatch((await get(path)).text, /Pause shop\/nightly It asks for nothing until it is resumed/);
  assertEquals(await post("/acts/pause", { name: "shop/nightly" }), {
    status: 303,
    location: "/automation/shop/nightly",
  });
  assertEquals((await pauseOf(state.keyValue, "shop/nightly"))?.paused, true);
  assertMatch((await get("/automation")).text, /shop\/nightly schedule paused – not yet Resume/);
  assertMatch((await get(path)).text, /It is so already/);
  assertMatch((await get(`${path}&resume=true`)).text, /It asks again at its times/);
  await post("/acts/pause", { name: "shop/nightly", resume: "true" });
  assertEquals((await pauseOf(state.keyValue, "shop/nightly"))?.paused, false);
  assertEquals((await post("/acts/pause", { name: "other" })).status, 400);
});

Deno.test("ticks are told page by page, with the runs that they asked for", async () => {
  const { get, state } = await opened();
  for (let place = 0; place < 60; place++) {
    await state.noteTick({
      name: "shop/nightly",
      at: NOON - place,
      outcome: "requested",
      detail: `due ${place}`,
      runs: [place + 1],
    });
  }
  const first = await get("/automation/shop/nightly");
  assertMatch(first.text, /Cron 0 3 \* \* \* Time zone UTC Missed times the last one is caught up on/);
  assertMatch(first.text, /asked for runs #60 due 59/);
  assertNotMatch(first.text, /due 9\b/);
  const older = /href="([^"]*before=\d+)"/.exec(first.html)![1]!;
  assertMatch((await get(older)).text, /#10 due 9\b/);
  assertMatch((await get("/automation/shop/looks")).text, /Every 5 min .* It has not ticked yet/);
  const none = await get("/automation/shop/other");
  assertEquals([none.status, none.text.includes("Nothing asks by this name")], [404, true]);
});

Deno.test("why an asset or a partition is asked for, or not, is told as a tree", async () => {
  const { get, orchestrator, materialize } = await opened();
  const missing = await get("/automation?asset=t/mart&partition=2024-01-31");
  assertMatch(missing.text, /t\/mart 2024-01-31 : It would be asked for now : missing/);
  assertMatch(missing.text, /yes eager yes missing or stale yes missing/);
  await materialize();
  const { text } = await get("/automation?asset=t/mart&partition=2024-01-31");
  assertMatch(text, /It is not asked for now : not missing, not stale .* no eager/);
  assertStringIncludes(text, "Nothing is kept of it yet.");
  assertMatch((await get("/automation?asset=t/mart")).text, /t\/mart : It is not asked for now/);
  assertMatch((await get("/automation?asset=t/none")).text, /There is no asset "t\/none"/);
  const odd = await get("/automation?asset=t/mart&partition=x");
  assertEquals(odd.status, 400);
  assertMatch(odd.text, /judging .*"x"/);
  assertNotMatch(odd.html, /data-follows/, "what is refused does not follow the lake");
  const future = await get("/automation?asset=t/mart&partition=2024-02-01");
  assertEquals(future.status, 200);
  assertMatch(future.text, /It is not asked for now : it does not exist yet/);
  await orchestrator.refresh();
});

Deno.test("the newest evaluations of assets lead to what came of them", async () => {
  const { get, orchestrator } = await opened();
  await (await orchestrator.ticker()).tick();
  const { text } = await get("/automation/automation");
  assertMatch(text, /asked for runs #1/);
  assertMatch(text, /Newest evaluations by asset .*t\/raw .*#1 missing/);
  assertMatch((await get("/automation?asset=t/raw&partition=2024-01-31")).text, /Led to: #1/);
});

Deno.test("what was queued is not done by that: the journal says how its run stands by now", async () => {
  const { get, app, work, post } = await shown(declared());
  const asked = await app.request("/api/runs", {
    method: "POST",
    headers: { "content-type": "application/json", origin: "http://localhost" },
    body: JSON.stringify({ selection: "t/raw", partitions: ["2024-01-30"] }),
  });
  assertEquals(asked.status, 201);
  const { text, html } = await get("/audit");
  assertMatch(text, /materialize run 1 selection t\/raw partitions \["2024-01-30"\] .* queued run #1 queued/);
  assertStringIncludes(html, 'href="/runs/1"');
  await work();
  assertMatch((await get("/audit")).text, /queued run #1 failed/);
  await post("/acts/retry", { run: "1" });
  assertMatch((await get("/audit")).text, /retry run 1 by 2 .* queued run #2 queued/);
  await post("/acts/backfill", { selection: "t/mart", from: "2024-01-28", to: "2024-01-29" });
  assertMatch((await get("/audit")).text, /began backfill 1 going on/);
  const { text: after } = await get("/audit");
  assertNotMatch(after, /\) done/);
});

Deno.test("acts over the web stand in a journal", async () => {
  const { get, post, state } = await opened();
  assertMatch((await get("/audit")).text, /Nobody has asked for anything over the web/);
  const act = { at: NOON, address: "127.0.0.1", detail: { run: 5 }, message: "" } as const;
  await state.acts.note({ ...act, act: "cancel", role: "operate", outcome: "done" });
  await state.acts.note({
    ...act,
    act: "sign in",
    role: null,
    outcome: "refused",
    message: "<b>no such token</b>",
  });
  const { text, html } = await get("/audit");
  assertMatch(text, /sign in run 5 127.0.0.1 \(not admitted\) refused <b>no such token<\/b>/);
  assertMatch(text, /cancel run 5 127.0.0.1 \(may act\) asked for the end of run #5 \(forgotten\)/);
  assertStringIncludes(html, "&lt;b&gt;no such token");
  await post("/acts/pause", { name: "shop/nightly" });
  assertMatch((await get("/audit")).text, /pause name shop\/nightly \S+ \(may act\) done/);
});
