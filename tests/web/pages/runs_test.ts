import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { NOON } from "../../core/lab.ts";
import { declared } from "../served.ts";
import { boundsOf } from "../../../web/parts/run.tsx";
import { shown } from "./shown.ts";

const ALL = "selection=*&all=true";

Deno.test("where nothing has run, the list says what to do", async () => {
  const { get } = await shown(declared());
  const { status, text, html } = await get("/runs");
  assertEquals(status, 200);
  assertStringIncludes(text, "Nothing has run yet");
  assertStringIncludes(html, 'href="/acts/materialize?selection=*"');
});

Deno.test("runs are listed with what, by whom, and what they came to, and counted by day", async () => {
  const { get, post, work, materialize } = await shown(declared());
  await materialize();
  await post("/acts/materialize", Object.fromEntries(new URLSearchParams(ALL)));
  const queued = await get("/runs");
  assertMatch(
    queued.text,
    /#2 queued waits: no daemon is at work: \S+ .* materialize \S.* somebody at these pages/,
  );
  await work();
  const { text, html } = await get("/runs");
  assertMatch(text, /#1 failed materialize .* somebody at a terminal .* 1 failed 1 blocked/);
  assertMatch(html, /title="2024-02-01 \(today\): failed 2"/);
  assertMatch(html, /<a href="\/runs\/1" aria-label="#1 failed, /);
});

Deno.test("the list is narrowed by status, command, asset and day, and read page by page", async () => {
  const { get, state } = await shown(declared());
  const ranges = [{ asset: "t/raw", from: null, to: null }];
  const day = 86_400_000;
  const first = Date.UTC(2024, 0, 10);
  for (let place = 0; place < 60; place++) {
    const run = await state.beginRun({ command: "check", ranges }, first + (place % 2) * day);
    await state.endRun(run, place === 7 ? "failed" : "succeeded", null, first + day);
  }
  const ids = async (query: string) =>
    [...(await get(`/runs?${query}`)).html.matchAll(
      /<td class=""><a class="key nowrap" href="\/runs\/(\d+)"/g,
    )].map(
      (
        [, id],
      ) => Number(id),
    );
  const all = await ids("");
  assertEquals([all.length, all[0], all.at(-1)], [50, 60, 11]);
  assertEquals((await ids("before=11")).length, 10);
  assertEquals(await ids("status=failed"), [8]);
  assertEquals((await ids("from=2024-01-10&to=2024-01-10")).length, 30);
  assertEquals(await ids("asset=t/mart"), []);
  assertEquals(await ids("command=wipe&status="), []);
  assertEquals((await ids("sort=run"))[0], 11);
  assertStringIncludes((await get("/runs?command=wipe")).text, "No run is like this");
  for (const odd of ["before=x", "from=2024-13-01", "from=x", "status=x&command=x"]) {
    assertEquals((await get(`/runs?${odd}`)).status, 400, odd);
  }
});

Deno.test("an asset that nobody has registered yet leads to its runs: none", async () => {
  // As pages have it that only ask for runs: they register nothing.
  const unregistered = () => Promise.resolve([]);
  const { get } = await shown(declared(), {
    state: (state) => Object.assign(state, { assets: unregistered }),
  });
  const [, link] = /<a href="(\/runs\?asset=[^"]+)"/.exec((await get("/assets/t/mart")).html)!;
  const { status, text } = await get(link!);
  assertEquals(status, 200);
  assertStringIncludes(text, "No run is like this");
});

Deno.test("a run tells what went wrong first, and shows its steps and its log", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  const { status, text, html } = await get("/runs/1");
  assertEquals(status, 200);
  assertMatch(text, /Run #1 failed .*What went wrong Failed t\/raw 2024-01-30 found no answer, wanted one/);
  assert(text.indexOf("What went wrong") < text.indexOf("What was asked for"));
  assertStringIncludes(html, 'href="/assets/t/raw/2024-01-30"');
  assertMatch(html, /aria-label="Step 3, t\/raw 2024-01-30, failed, /);
  assertMatch(html, /fill="url\(#over-failed\)"/);
  assertMatch(text, /Log .*info asking \{"days":1\}/);
  assertNotMatch((await get("/runs/1?level=error")).text, /info asking/);
  assertMatch((await get("/runs/1?step=1")).text, /Log of step 1 .*info asking/);
  assertStringIncludes((await get("/runs/1?step=99")).text, "Nothing was logged like this.");
  assertMatch(html, /data-no-lines="true" hidden=""/);
  assertMatch(
    html,
    /class="axis[^>]*><span>2024-02-01 12:00:00\.000<.*<span>12:00:00\.\d{3}</,
    "a run of no second",
  );
});

Deno.test("the log is read on from a line, and says whether it may grow", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  const whole = await get("/runs/1/logs?after=0");
  assertMatch(whole.html, /^<ol class="log".*id="line-1"/s);
  assertEquals(whole.headers.get("airgraph-open"), "0");
  assertNotMatch((await get("/runs/1/logs?after=1")).html, /id="line-1"/);
  assertEquals((await get("/runs/9/logs?after=0")).status, 404);
});

Deno.test("a run that goes on shows the step at work and how far it is, and can be cancelled", async () => {
  const { get, post, state, clock } = await shown(declared());
  const run = await state.beginRun({
    command: "materialize",
    ranges: [{ asset: "t/raw", from: "2024-01-28", to: "2024-01-31" }],
  }, clock.now());
  const days = (await state.assets()).find(({ key }) => key === "t/raw")!;
  assertEquals(days.partitions.type, "daily");
  const from = Date.UTC(2024, 0, 28) / 86_400_000;
  await state.claim(run, "t/raw", [{ from, to: from + 3 }], { step: 1, at: clock.now() });
  const page = await get(`/runs/${run}`);
  assertMatch(page.text, /Run #1 running .*At work now t\/raw 2024-01-28 … 2024-01-31/);
  assertStringIncludes(page.text, "0 of up to 4 partitions made");
  assertMatch(page.html, /data-log="\/runs\/1\/logs\?"/);
  assertMatch(page.html, /src="\/static\/log-/);
  assertMatch(page.text, /Nothing has been logged yet; lines appear as they are written\.$/);
  assertMatch((await get(`/acts/cancel?run=${run}`)).text, /Who works on it is asked to end/);
  assertEquals(await post("/acts/cancel", { run: String(run) }), { status: 303, location: "/runs/1" });
  assertEquals(await state.isCancelled(run), true);
});

Deno.test("a run that went on after its worker died began with its first step", async () => {
  const { get, state } = await shown(declared());
  const ranges = [{ asset: "t/raw", from: "2024-01-28", to: "2024-01-28" }];
  // As the worker that took it over has it.
  const run = await state.beginRun({ command: "materialize", ranges }, NOON + 3_600_000);
  const from = Date.UTC(2024, 0, 28) / 86_400_000;
  await state.claim(run, "t/raw", [{ from, to: from }], { step: 1, at: NOON });
  await state.endRun(run, "succeeded", null, NOON + 7_200_000);
  assertMatch((await get(`/runs/${run}`)).text, /Begun 2024-02-01 12:00:00 .*Took 2 h\b/);
});

Deno.test("a run that was put back into the queue waits since then, not since its first step began", async () => {
  const { get, state } = await shown(declared());
  const ranges = [{ asset: "t/raw", from: "2024-01-28", to: "2024-01-28" }];
  const { run } = await state.enqueue({ command: "materialize", ranges }, NOON - 60_000);
  const from = Date.UTC(2024, 0, 28) / 86_400_000;
  await state.claim(run, "t/raw", [{ from, to: from }], { step: 1, at: NOON - 3_600_000 });
  assertMatch((await get(`/runs/${run}`)).text, /Run #1 queued .*Queued 2024-02-01 11:59:00 /);
});

Deno.test("a queued run leaves the queue when it is cancelled, and one that ended stays", async () => {
  const { get, post, state } = await shown(declared());
  await post("/acts/materialize", { selection: "t/raw" });
  assertMatch((await get("/runs/1")).text, /Run #1 queued .*Now waits: no daemon is at work/);
  assertMatch((await get("/acts/cancel?run=1")).text, /It has not begun.*Cancel the run/);
  await post("/acts/cancel", { run: "1" });
  assertEquals((await state.run(1))!.run.status, "cancelled");
  const again = await get("/acts/cancel?run=1");
  assertMatch(again.text, /nothing to cancel, as it has ended: cancelled/);
  assertNotMatch(again.text, /Cancel the run/);
});

Deno.test("a retry says what it would make before it is queued, and the chain is shown on both runs", async () => {
  const { get, post, work, materialize } = await shown(declared());
  await materialize();
  const preview = await get("/acts/retry?run=1");
  assertMatch(preview.text, /t\/raw 1 partition 2024-01-30 t\/mart 1 partition 2024-01-30/);
  assertStringIncludes(preview.text, "Retry 2 partitions");
  assertEquals(await post("/acts/retry", { run: "1" }), { status: 303, location: "/runs/2" });
  assertMatch((await get("/runs/1")).text, /Retried by #2 queued/);
  assertMatch((await get("/runs/2")).text, /somebody at a terminal , retries #1/);
  await work();
  assertMatch((await get("/runs/1")).text, /Retried by #2 failed/);
});

Deno.test("a run that there is not is not found", async () => {
  const { get, post } = await shown(declared());
  for (const id of ["9", "0", "x", "1e3", "99999999999999999999"]) {
    const { status, text } = await get(`/runs/${id}`);
    assertEquals(status, 404, id);
    assertStringIncludes(text, "There is no such run");
  }
  assertEquals((await get("/acts/cancel?run=9")).status, 400);
  assertEquals((await post("/acts/retry", { run: "x" })).status, 400);
});

Deno.test("who may only look sees what an act would do, and no button that does it", async () => {
  const admission = { token: "a".repeat(40), readToken: "b".repeat(40), hosts: [], anyAddress: false };
  const { app, get, state, materialize } = await shown(declared(), { admission });
  await materialize();
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const { text } = await get("/acts/retry?run=1", as(admission.readToken));
  assertMatch(text, /t\/raw 1 partition .* You may look, and not change anything/);
  assertNotMatch(text, /Retry 2 partitions/);
  assertMatch((await get("/acts/retry?run=1", as(admission.token))).text, /Retry 2 partitions/);
  const body = new URLSearchParams({ run: "1" });
  const headers = as(admission.readToken);
  assertEquals((await app.request("/acts/retry", { method: "POST", body, headers })).status, 403);
  assertEquals((await state.runs(9)).length, 1);
});

Deno.test("an act that came too late is in the journal as refused, not as done", async () => {
  const { post, state, materialize } = await shown(declared());
  await materialize({ partitions: ["2024-01-28"] });
  await post("/acts/cancel", { run: "1" });
  await post("/acts/retry", { run: "1" });
  const acts = await state.acts.list({ limit: 2 });
  assertEquals(acts.map(({ act, outcome }) => [act, outcome]), [["retry", "refused"], ["cancel", "refused"]]);
  assertMatch(acts[1]!.message, /^it had ended: succeeded$/);
});

Deno.test("a page whose address cannot be meant says so", async () => {
  const { get } = await shown(declared());
  for (
    const [path, wanted] of [
      ["/runs?status=nope", /reading "status": found "nope", wanted one of running, /],
      ["/runs?from=2018-13-01", /reading "from": found "2018-13-01", wanted a date/],
      ["/runs?to=2018-02-30", /reading "to": found "2018-02-30", wanted a date/],
      ["/runs?before=x", /reading "before": found "x", wanted a whole number/],
      ["/assets/t/raw?at=2018-13", /reading "at": found "2018-13", wanted a year/],
      ["/assets/t/raw?at=soon", /reading "at": found "soon", wanted a year/],
    ] as const
  ) {
    const { status, text } = await get(path);
    assertEquals(status, 400, path);
    assertMatch(text, wanted);
  }
  assertEquals((await get("/runs?status=&from=&to=")).status, 200);
  assertEquals((await get("/assets/t/raw?at=2024-01-28")).status, 400);
});

Deno.test("an address with a slash too many leads to the page", async () => {
  const { app } = await shown(declared());
  const { status, headers } = await app.request("/assets/t/raw/?at=2024");
  assertEquals([status, headers.get("location")], [301, "http://localhost/assets/t/raw?at=2024"]);
  assertEquals((await app.request("/nowhere/x/y/z/")).status, 301);
  assertEquals((await app.request("/")).status, 200);
});

Deno.test("a run's days are those of all its assets", () => {
  const of = (...ranges: readonly (readonly [string, string | null, string | null])[]) =>
    boundsOf(ranges.map(([asset, from, to]) => ({ asset, from, to })));
  assertEquals(
    of(["t/raw", "2018-01-03T00", "2018-01-03T23"], ["t/mart", "2018-01-03", "2018-01-03"]),
    "2018-01-03T00 … 2018-01-03T23",
  );
  assertEquals(
    of(["t/raw", "2018-01-03T00", "2018-01-03T23"], ["t/mart", "2018-01-05", "2018-01-05"]),
    "2018-01-03T00 … 2018-01-05",
  );
  assertEquals(of(["t/all", null, null], ["t/mart", "2018-01-05", "2018-01-06"]), "2018-01-05 … 2018-01-06");
  assertEquals(of(["t/towns", "b", "b"], ["t/mart", "2018-01-05", "2018-01-06"]), "b");
});
