import { assert, assertEquals, assertMatch } from "@std/assert";
import { declared } from "../served.ts";
import { lakeOfADay } from "./lake_of_a_day.ts";
import { shown } from "./shown.ts";

Deno.test("a parameter that a page does not have is refused by every page, and one of who links is not", async () => {
  const { app, get } = await shown(declared());
  const paths = app.routes.filter(({ method, path }) =>
    method === "GET" && !/^\/(api|static|healthz|readyz|metrics|sign-in)/.test(path)
  )
    .map(({ path }) => path);
  const pages = [...new Set(paths)].filter((path) => !path.includes("*"));
  assert(pages.length > 25, pages.join(" "));
  for (const page of pages) {
    const path = page.replaceAll(/:\w+(\{[^}]*\})?/g, "1");
    const { status, text } = await get(`${path}?form=2018-01-01`);
    assertEquals(status, 400, path);
    assertMatch(text, /reading the address: found the parameter "form", wanted (none|one of )/, path);
    const followed = await get(`${path}?utm_source=a&fbclid=b&gclid=c`);
    assert(!/utm_source|fbclid|gclid/.test(followed.text), path);
  }
  assertMatch(
    (await get("/runs?form=2018-01-01")).text,
    /wanted one of status, command, asset, from, to, before$/,
  );
});

Deno.test("a value that cannot be meant is refused in a line that says what can", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  for (
    const [path, said] of [
      ["/checks?asset=t/rav", 'reading "asset": found "t/rav", wanted an asset of this graph'],
      ["/checks?before=2024-01-30", 'reading "before": found no "asset" beside it'],
      ["/runs?asset=t/rav", 'reading "asset": found "t/rav", wanted an asset of this lake'],
      ["/runs?from=2018-02-30", 'reading "from": found "2018-02-30", wanted a date, such as 2018-01-31'],
      [
        "/runs?from=2018-02-02&to=2018-02-01",
        'reading "from": found "2018-02-02", wanted a day up to "to" (2018-02-01)',
      ],
      ["/runs?before=1x", 'reading "before": found "1x", wanted a whole number from 1 on'],
      ["/runs?sort=nam", /reading "sort": found "nam", wanted one of /],
      ["/runs/1?level=warning", 'reading "level": found "warning", wanted one of warn, error'],
      ["/runs/1?step=one", /reading "step"/],
      ["/runs/1?line=-1", /reading "line"/],
      ["/runs/1/logs?after=soon", 'reading "after": found "soon", wanted a whole number'],
      ["/audit?before=0", /reading "before"/],
      ["/automation?asset=t/rav", /t\/rav/],
      ["/lineage?fold=tea", 'reading "fold": found "tea", wanted groups of this graph: t'],
      ["/assets?group=tea", /tea/],
      ["/assets?sort=-nam", /reading "sort": found "-nam"/],
      ["/acts/materialize?selection=*&force=yes", 'reading "force": found "yes", wanted one of true, false'],
      [
        "/acts/backfill?selection=*&from=2024-01-28&missing=1",
        'reading "missing": found "1", wanted one of true, false',
      ],
      [
        "/acts/backfill?selection=*&from=2024-01-28&missing",
        'reading "missing": found no value, wanted one of true, false',
      ],
      ["/acts/pause?name=automation&resume=no", /reading "resume": found "no"/],
    ] as const
  ) {
    const { status, text } = await get(path);
    assertEquals(status, 400, path);
    if (typeof said === "string") assert(text.includes(said), `${path}: ${text}`);
    else assertMatch(text, said, path);
  }
  for (const path of ["/runs?status=&from=&to=", "/runs/1?level=", "/lineage?fold=", "/runs?sort="]) {
    assertEquals((await get(path)).status, 200, path);
  }
});

Deno.test("a form's flag says true or false, or is not there", async () => {
  const { post, state } = await shown(declared());
  const [act, flags] = ["/acts/pause", ["true", "false", "", "no"]];
  const { status } = await post(act, { name: "automation" });
  assertEquals(status, 303);
  for (const resume of flags) {
    const isFlag = resume === "true" || resume === "false";
    assertEquals((await post(act, { name: "automation", resume })).status, isFlag ? 303 : 400, resume);
  }
  const acts = await state.acts.list({ limit: 9 });
  assertEquals(acts.filter(({ outcome }) => outcome === "done").map(({ act }) => act), [
    "pause",
    "resume",
    "pause",
  ]);
  const given = { selection: "*", from: "2024-01-28", missing: "" };
  assertEquals((await post("/acts/backfill", given)).status, 400);
  assertEquals((await state.backfills.list()).length, 0);
});

Deno.test("dates of the air and partitions of what is promoted are held to what there is", async () => {
  await using made = await lakeOfADay();
  const refused = async (path: string) => {
    const { status, read } = await made.get(path);
    assertEquals(status, 400, path);
    return read;
  };
  assertMatch(
    await refused("/promotion?until=soon"),
    /reading "until": found "soon", wanted a partition of what is/,
  );
  assertMatch(
    await refused("/air?show=series&from=2018-01-02&to=2018-01-01"),
    /reading "from": found "2018-01-02"/,
  );
  assertMatch(await refused("/air?polutant=no2"), /found the parameter "polutant"/);
  assertMatch(await refused("/alerts?rule=lat"), /found "lat", wanted one of .*late/);
  assertEquals((await made.get("/alerts?rule=late")).status, 200, "by which nothing was found yet");
});
