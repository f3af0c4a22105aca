import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { NOON } from "../../core/lab.ts";
import { declared } from "../served.ts";
import { shown } from "./shown.ts";

const HOUR = 3_600_000;
const EPISODE = {
  key: "late t/raw 1",
  rule: "late",
  subject: "t/raw",
  severity: "error",
  message: "found 2 partitions late",
  opened: NOON - 2 * HOUR,
} as const;

Deno.test("where nothing was ever wrong, the page says where it would show", async () => {
  const { get } = await shown(declared());
  const { status, text } = await get("/alerts");
  assertEquals(status, 200);
  assertMatch(text, /Nothing was ever wrong What is wrong shows here/);
});

Deno.test("open alerts come first, then all of them, with whom they were told to", async () => {
  const { get, state: { alerts } } = await shown(declared());
  await alerts.begin(EPISODE, ["webhook", "file"]);
  await alerts.begin({ ...EPISODE, key: "2", rule: "source", subject: "openaq", severity: "warning" }, []);
  await alerts.end("2", NOON - HOUR, "answers again");
  const message = (await alerts.take("webhook"))!;
  await alerts.settle(message.id, NOON - HOUR, "found HTTP 500");
  await alerts.settle((await alerts.take("file"))!.id, NOON - HOUR, null);
  const { text, html } = await get("/alerts");
  assertMatch(text, /Open error late t\/raw since 2024-02-01 10:00:00 .* found 2 partitions late/);
  assertMatch(text, /webhook, beginning: failed, is tried again 1 h ago found HTTP 500/);
  assertMatch(text, /file, beginning: delivered 1 h ago/);
  assertMatch(text, /Messages that are still owed webhook: 1/);
  assertMatch(text, /warning source openaq found 2 partitions late 1 h nobody/);
  assertMatch(text, /error late t\/raw .* 2 h goes on/);
  assertMatch(html, /title="2024-02-01 \(today\): errors 1, warnings 1"/);
  assertStringIncludes(html, 'href="/assets/t/raw"');
});

Deno.test("alerts are narrowed by rule, and read page by page", async () => {
  const { get, state: { alerts } } = await shown(declared());
  for (let place = 0; place < 60; place++) {
    await alerts.begin({
      ...EPISODE,
      key: `a&b ${place}`,
      opened: NOON - place * 1_000,
      message: `no ${place}.`,
    }, []);
    await alerts.end(`a&b ${place}`, NOON, "over");
  }
  await alerts.begin({ ...EPISODE, key: "other", rule: "source", subject: "openaq" }, []);
  const first = await get("/alerts?rule=late");
  assertMatch(first.text, /No alert of the rule "late" is open/);
  assertMatch(first.text, /no 59\./);
  assertNotMatch(first.text, /no 9\.|openaq/);
  assertMatch(first.html, /<option value="source"[^>]*>source/);
  const older = /href="([^"]*before=[^"]*)"/.exec(first.html)![1]!.replaceAll("&amp;", "&");
  const second = await get(older);
  assertMatch(second.text, /no 9\..*no 0\./);
  assertNotMatch(second.text, /no 10\./);
  assertEquals((await get("/alerts?rule=none")).status, 400);
});

Deno.test("a rule that is not declared, and by which nothing was ever found, is refused", async () => {
  const { get, state: { alerts } } = await shown(declared(), { rules: ["failure", "late"] });
  await alerts.begin({ ...EPISODE, rule: "formerly" }, []);
  const { status, text } = await get("/alerts?rule=lat");
  assertEquals(status, 400);
  assertStringIncludes(text, 'reading "rule": found "lat", wanted one of failure, late');
  for (const rule of ["late", "formerly", ""]) assertEquals((await get(`/alerts?rule=${rule}`)).status, 200);
});
