import { assert, assertEquals, assertMatch } from "@std/assert";
import { api } from "../../web/api/api.ts";
import { PROBLEM, Problem } from "../../web/api/problem.ts";
import * as schemas from "../../web/api/schemas.ts";
import { served } from "./served.ts";

Deno.test("the API tells how the lake stands, and what would be done and why", async () => {
  const { get, materialize } = await served();
  const before = await get("/status?selection=t/mart", schemas.Status);
  assertEquals(before.assets.map(({ key, partitions }) => [key, partitions.missing]), [["t/mart", 4]]);
  await materialize();
  const { assets } = await get("/status?from=2024-01-29", schemas.Status);
  assertEquals(
    assets.map((
      { key, partitions: { total, fresh, failed, blocked } },
    ) => [key, total, fresh, failed, blocked]),
    [
      ["t/raw", 3, 2, 1, 0],
      ["t/mart", 3, 2, 0, 1],
    ],
  );
  const { steps } = await get("/plan?all=true", schemas.Plan);
  assertEquals(steps.map(({ asset, from, hindrance }) => [asset, from, hindrance?.state]), [
    ["t/raw", "2024-01-30", "failed"],
    ["t/mart", "2024-01-30", "blocked"],
  ]);
  const forced = await get("/plan?selection=t/raw&from=2024-01-28&to=2024-01-28&force=true", schemas.Plan);
  assertEquals(forced.steps.map(({ state, causes }) => [state, causes[0]?.kind]), [["fresh", "forced"]]);
});

Deno.test("the API tells of assets, of ranges of their states, and of a partition", async () => {
  const { get, materialize } = await served();
  await materialize();
  assertEquals((await get("/assets", schemas.Assets)).map(({ key }) => key), ["t/raw", "t/mart"]);
  const detail = await get("/assets/t/raw", schemas.AssetDetail);
  assertEquals([detail.key, detail.downstream], ["t/raw", ["t/mart"]]);
  assertMatch(detail.code, /^[0-9a-f]+$/);
  assertEquals((await get("/assets/t/raw/states?all=true", schemas.States)).ranges, [
    { from: "2024-01-28", to: "2024-01-29", state: "fresh" },
    { from: "2024-01-30", to: "2024-01-30", state: "failed" },
    { from: "2024-01-31", to: "2024-01-31", state: "fresh" },
  ]);
  const made = await get("/assets/t/raw/2024-01-29", schemas.Partition);
  assertEquals([made.state, made.causes, made.events.map(({ kind, rows }) => [kind, rows])], [
    "fresh",
    [],
    [["materialized", 3]],
  ]);
  const failed = await get("/assets/t/raw/2024-01-30", schemas.Partition);
  assertEquals([failed.state, failed.hindrance?.message, failed.events[0]?.kind], [
    "failed",
    "found no answer, wanted one",
    "failed",
  ]);
});

Deno.test("the API tells of runs, their steps, and their logs after a line", async () => {
  const { get, materialize, state } = await served();
  await materialize();
  const ranges = [{ asset: "t/mart", from: null, to: null }];
  await state.enqueue({ command: "materialize", ranges, parent: 1 }, 0);
  const numbers = async (query: string) => (await get(`/runs${query}`, schemas.Runs)).map(({ id }) => id);
  assertEquals(await numbers(""), [2, 1]);
  assertEquals(await numbers("?status=failed"), [1]);
  assertEquals(await numbers("?asset=t/raw"), [1]);
  assertEquals(await numbers("?parent=1"), [2]);
  assertEquals(await numbers("?before=2&limit=1"), [1]);
  const { run, steps } = await get("/runs/1", schemas.RunDetail);
  assertEquals([run.status, steps.length > 0], ["failed", true]);
  assertEquals(
    steps.filter(({ failed }) => failed > 0).map(({ asset, from, outcome }) => [asset, from, outcome]),
    [
      ["t/raw", "2024-01-30", "failed"],
    ],
  );
  const [line] = await get("/runs/1/logs", schemas.Logs);
  assertEquals([line?.message, line?.fields], ["asking", { days: 1 }]);
  const later = await get(`/runs/1/logs?after=${line!.line}`, schemas.Logs);
  assertEquals(later[0]?.line, line!.line + 1);
});

Deno.test("the API tells of events in order, of one asset or of all", async () => {
  const { get, materialize } = await served();
  await materialize();
  const all = await get("/events?limit=3", schemas.Events);
  assertEquals(all.map(({ seq }) => seq), [1, 2, 3]);
  const later = await get("/events?after=3&asset=t/mart", schemas.Events);
  assert(later.length > 0 && later.every(({ asset, seq }) => asset === "t/mart" && seq > 3));
});

Deno.test("what happens is told live, and from where one was", async () => {
  const { app, materialize, orchestrator } = await served();
  const read = async (init?: RequestInit) => {
    const gone = new AbortController();
    const { body } = await app.request("/live", { ...init, signal: gone.signal });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    return {
      async until(pattern: RegExp) {
        while (!pattern.test(text)) {
          const { value, done } = await reader.read();
          if (done) break;
          text += value;
        }
        return text;
      },
      async [Symbol.asyncDispose]() {
        await reader.cancel();
        gone.abort();
      },
    };
  };
  await using live = await read();
  assertMatch(await live.until(/id: 0\n/), /event: changes\ndata: \[\]\nid: 0\n/);
  await materialize();
  await orchestrator.refresh();
  const raw = '{"kind":"materialized","asset":"t/raw","from":"2024-01-28","to":"2024-01-29"}';
  assert((await live.until(new RegExp(`id: ${orchestrator.seq}\n`))).includes(raw));
  await using again = await read({ headers: { "last-event-id": "1" } });
  const rest = await again.until(new RegExp(`id: ${orchestrator.seq}\n`));
  assert(rest.includes('"from":"2024-01-29","to":"2024-01-29"') && !rest.includes(raw), rest);
  await using beyond = await read({ headers: { "last-event-id": "9999" } });
  await beyond.until(new RegExp(`id: ${orchestrator.seq}\n`));
});

Deno.test("what cannot be meant, is not there or is not open is a problem in one line", async () => {
  const { ask } = await served();
  for (
    const [path, status, detail] of [
      ["/status?selection=t/none", 400, 'selecting "t/none": found no asset "t/none" at position 1'],
      ["/status?from=soon", 400, /found "soon", wanted a month, a date or a time/],
      ["/status?all=true&from=2024-01-01", 400, /found all beside from or to/],
      ["/runs?limti=3", 400, /^reading the request: .*limti/],
      ["/status?form=2024", 400, /^reading the request: .*form/],
      ["/status?all=perhaps", 400, /reading "all"/],
      ["/assets/t/none", 404, /found none, wanted one of the graph/],
      ["/assets/t/raw/2024-02-31", 404, /found partition "2024-02-31"/],
      ["/assets/t/raw/_", 404, /found no partition/],
      ["/assets/t/none/states", 404, /found none/],
      ["/runs/0", 400, /reading "id"/],
      ["/runs/1e99", 400, /reading "id"/],
      ["/runs/7", 404, /found no such run/],
      ["/runs/7/logs", 404, /found no such run/],
      ["/runs?limit=100000", 400, /reading "limit"/],
      ["/events?after=-1", 400, /reading "after"/],
      ["/nothing", 404, /found no/],
    ] as const
  ) {
    const { status: found, type, body } = await ask(path);
    assertEquals([found, type], [status, PROBLEM], path);
    assertEquals(Problem.parse(body), body);
    if (typeof detail === "string") assertEquals(body.detail, detail);
    else assertMatch(body.detail, detail, path);
  }
  const { app } = await served();
  const put = await app.request("/runs", { method: "PUT" });
  assertEquals([put.status, put.headers.get("allow")], [405, "GET, HEAD, POST"]);
  const closed = await api({ lake: () => undefined, lookbackDays: 7 }).request("/status");
  assertEquals([closed.status, Problem.parse(await closed.json()).status], [503, 503]);
});

Deno.test("every route is described, with each of its answers", async () => {
  const { ask } = await served();
  const { body } = await ask("/openapi.json");
  assertEquals(body.openapi, "3.1.0");
  assertEquals(Object.keys(body.paths).sort(), [
    "/alerts",
    "/assets",
    "/assets/{group}/{name}",
    "/assets/{group}/{name}/states",
    "/assets/{group}/{name}/{partition}",
    "/automation/{group}/{name}",
    "/backfills",
    "/backfills/preview",
    "/backfills/{id}/{turn}",
    "/datasource.csv",
    "/datasource.json",
    "/events",
    "/live",
    "/pauses",
    "/plan",
    "/preview",
    "/query",
    "/runs",
    "/runs/{id}",
    "/runs/{id}/cancel",
    "/runs/{id}/logs",
    "/runs/{id}/retry",
    "/schedules",
    "/sensors",
    "/status",
    "/tables",
    "/tables/{database}/{file}",
    "/ticks/{name}",
  ]);
});

Deno.test("refusals that any route may answer are described, as is what limits what is sent", async () => {
  const { body } = await (await served()).ask("/openapi.json");
  const operations = Object.values(body.paths as Record<string, Record<string, Operation>>).flatMap((path) =>
    Object.entries(path)
  );
  assert(operations.length > 25);
  for (const [method, { summary, responses }] of operations) {
    const named = Object.keys(responses).map(Number);
    const wanted = [400, 401, 403, 414, 429, 431, 503, 504, ...method === "get" ? [] : [408, 413]];
    assertEquals(wanted.filter((status) => !named.includes(status)), [], summary);
    for (const [status, { $ref, content }] of Object.entries(responses)) {
      const found = $ref === undefined ? content : body.components.responses[$ref.split("/").at(-1)!].content;
      if (Number(status) >= 400) assertEquals(Object.keys(found!), [PROBLEM], `${summary}: ${status}`);
    }
  }
  const { Refused504 } = body.components.responses;
  assertEquals(Refused504.description, "the answer took too long");
});

interface Operation {
  readonly summary: string;
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

Deno.test("a run says what it waits for, among others and by itself", async () => {
  const { state, clock, get, post } = await served();
  await post("/runs", { selection: "t/raw", partitions: ["2024-01-29"] }, schemas.Asked);
  const codes = { "t/raw": 99, "t/mart": 99 };
  await state.lead("ticks t", clock.now(), undefined, { note: { speed: 1, codes, automations: [] } });
  const { run } = await get("/runs/1", schemas.RunDetail);
  assertEquals(run.waits?.for, "code");
  assertMatch(run.waits!.message, /^t\/raw: the daemon has other code of it/);
  assertEquals((await get("/runs", schemas.Runs)).map(({ waits }) => waits), [run.waits]);
});
