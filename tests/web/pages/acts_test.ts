import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { definer, staticKeys } from "../../../core/mod.ts";
import { contents } from "../../core/lab.ts";
import { declared } from "../served.ts";
import { shown } from "./shown.ts";

const { asset } = definer<null>();

Deno.test("materializing says what it would make and why, before anything is queued", async () => {
  const { get, post, state, work } = await shown(declared());
  const path = "/acts/materialize?selection=t/raw&from=2024-01-28&to=2024-01-29";
  const { text, html } = await get(path);
  assertMatch(text, /What will happen 2 partitions .*no requests to a source/);
  assertMatch(text, /t\/raw 2024-01-28 … 2024-01-29 2 missing/);
  assertMatch(html, /<button type="submit" class="main">Materialize: 2 partitions/);
  const both = "/acts/materialize?selection=*&from=2024-01-28&to=2024-01-28";
  assertMatch((await get(both)).text, /t\/raw 2024-01-28 1 .*t\/mart 2024-01-28 1/);
  assertMatch((await get(`${both}&step-sort=asset`)).text, /t\/mart 2024-01-28 1 .*t\/raw 2024-01-28 1/);
  assertEquals(await state.runs(9), []);
  const { status, location } = await post("/acts/materialize", {
    selection: "t/raw",
    from: "2024-01-28",
    to: "2024-01-29",
  });
  assertEquals([status, location], [303, "/runs/1"]);
  assertEquals((await state.run(1))!.run.status, "queued");
  await work();
  assertMatch((await get(path)).text, /There is nothing to do/);
  const [act] = await state.acts.list({ limit: 1 });
  assertEquals([act!.act, act!.detail["run"], act!.outcome], ["materialize", 1, "done"]);
});

Deno.test("what cannot be meant is said in a line, and nothing can be asked for", async () => {
  const { get, post, state } = await shown(declared());
  for (
    const query of [
      "",
      "selection=t/none",
      "selection=t/raw&from=2024-99",
      "selection=*&from=2024-01&all=true",
      "selection=t/raw&partitions=2024-1-28",
    ]
  ) {
    const { status, html } = await get(`/acts/materialize?${query}`);
    assertEquals(status, query === "" ? 200 : 400, query);
    assertMatch(html, /class="notice bad"/, query);
    assertNotMatch(html, /<button type="submit" class="main">/, query);
  }
  assertEquals((await post("/acts/materialize", { selection: "t/none" })).status, 400);
  assertEquals(await state.runs(9), []);
});

Deno.test("wiping and rolling back say what goes", async () => {
  const { get, post, materialize, work } = await shown(declared());
  await materialize();
  const { text, html } = await get("/acts/wipe?selection=t/raw&partitions=2024-01-28");
  assertMatch(text, /t\/raw 1 partition 2024-01-28/);
  assertMatch(html, /class="grave">Wipe: 1 partition</);
  await post("/acts/wipe", { selection: "t/raw", partitions: "2024-01-28" });
  await work();
  assertStringIncludes((await get("/assets/t/raw")).html, "<title>2024-01-28: missing</title>");
  assertMatch((await get("/acts/wipe?selection=t/raw")).text, /found no range/);
  assertMatch(
    (await get("/acts/rollback?selection=t/raw&partitions=2024-01-29")).text,
    /There is nothing to do/,
  );
});

Deno.test("a backfill says its batches before it begins", async () => {
  const { get, post, state } = await shown(declared());
  assertMatch((await get("/acts/backfill?selection=t/raw")).text, /found no beginning/);
  const { text } = await get("/acts/backfill?selection=t/raw&from=2024-01-28");
  assertMatch(text, /4 partitions , in one batch, no requests to a source t\/raw 4 partitions/);
  const { location } = await post("/acts/backfill", { selection: "t/raw", from: "2024-01-28" });
  assertEquals(location, "/backfills/1");
  assertEquals((await state.backfills.list()).length, 1);
});

Deno.test("a key that has spaces is one partition", async () => {
  const towns = asset({ key: "t/towns", partitions: staticKeys(["Hà Nội", "Huế"]), ...contents({}) });
  const { get, post, state } = await shown([towns]);
  const query = new URLSearchParams({ selection: "t/towns", partitions: "Hà Nội" });
  assertMatch(
    (await get(`/acts/materialize?${query}`)).text,
    /What will happen 1 partition .*t\/towns Hà Nội/,
  );
  assertEquals((await post("/acts/materialize", Object.fromEntries(query))).status, 303);
  assertEquals((await state.run(1))!.run.request.partitions, ["Hà Nội"]);
  query.set("partitions", " Huế  Huế ");
  assertMatch((await get(`/acts/materialize?${query}`)).text, /What will happen 1 partition .*t\/towns Huế/);
});

Deno.test("what would be blocked can be taken along with what it reads", async () => {
  const { get, post, work } = await shown(declared());
  const { text, html } = await get("/acts/materialize?selection=t/mart&partitions=2024-01-28");
  assertMatch(text, /would be blocked: .* Take along what it reads/);
  assertMatch(html, /name="selection" value="\+t\/mart"/);
  assertMatch(html, /class="main">Take along/);
  assertMatch(html, /class="second">Materialize: 1 partition</);
  assertNotMatch((await get("/acts/materialize?selection=%2Bt/mart")).text, /Take along/);
  await post("/acts/materialize", { selection: "t/raw", partitions: "2024-01-28" });
  await work();
  const some = await get("/acts/materialize?selection=t/mart&from=2024-01-28&to=2024-01-29");
  assertMatch(some.html, /class="">Take along/);
  assertMatch(some.html, /class="main">Materialize: 2 partitions</);
});
