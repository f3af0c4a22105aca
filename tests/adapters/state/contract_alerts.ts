import { assertEquals } from "@std/assert";
import type { Alerts, Episode } from "../../../core/mod.ts";
import type { Harness } from "./harness.ts";

const EPISODE: Omit<Episode, "closed"> = {
  key: "source:openaq:1",
  rule: "source",
  subject: "openaq",
  severity: "error",
  message: "found nobody there",
  opened: 100,
};

/** Episodes, and what channels are owed of them. */
export function describeAlerts(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (alerts: [Alerts, Alerts], harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      const [a, b] = [await harness.worker("a"), await harness.worker("b")];
      await body([a.alerts, b.alerts], harness);
    });

  const deliveries = async (alerts: Alerts) =>
    (await alerts.episodes(9)).map((each) =>
      each.deliveries.map(({ channel, event, at, outcome }) => [channel, event, at, outcome])
    );

  test("an episode begins once, whoever sees it, and owes each channel a message", async ([a, b]) => {
    assertEquals([await a.open(), await a.episodes(9), await a.take("file")], [[], [], undefined]);
    const began = await Promise.all([
      a.begin(EPISODE, ["file", "webhook", "file"]),
      b.begin({ ...EPISODE, key: "source:openaq:2" }, ["file", "webhook"]),
    ]);
    assertEquals(began.filter((each) => each).length, 1);
    assertEquals((await b.open()).map(({ rule, subject, closed }) => [rule, subject, closed]), [
      ["source", "openaq", null],
    ]);
    assertEquals(await a.owed(), { file: 1, webhook: 1 });
    assertEquals(await deliveries(b), [[["file", "opened", null, "waiting"], [
      "webhook",
      "opened",
      null,
      "waiting",
    ]]]);
  });

  test("another rule or subject is another episode; a key is never given twice", async ([a]) => {
    assertEquals(await a.begin(EPISODE, []), true);
    assertEquals(await a.begin({ ...EPISODE, rule: "late", key: "late:openaq:1" }, []), true);
    assertEquals(await a.begin({ ...EPISODE, subject: "other", key: "source:other:1" }, []), true);
    assertEquals(await a.end(EPISODE.key, 200, "over"), true);
    assertEquals(await a.begin(EPISODE, []), false);
    assertEquals(await a.begin({ ...EPISODE, key: "source:openaq:3", opened: 300 }, []), true);
    assertEquals((await a.episodes(2)).map(({ key }) => key), ["source:openaq:3", "source:other:1"]);
  });

  test("episodes are read page by page, of one rule, and counted by when they began", async ([a]) => {
    await a.begin(EPISODE, []);
    await a.begin({ ...EPISODE, rule: "late", key: "late", opened: 200, severity: "warning" }, []);
    await a.begin({ ...EPISODE, subject: "other", key: "other", opened: 300, severity: "error" }, []);
    const keys = async (...[limit, filter]: Parameters<Alerts["episodes"]>) =>
      (await a.episodes(limit, filter)).map(({ key }) => key);
    assertEquals(await keys(9, { before: "other" }), ["late", EPISODE.key]);
    assertEquals(await keys(1, { before: "other" }), ["late"]);
    assertEquals(await keys(9, { rule: EPISODE.rule }), ["other", EPISODE.key]);
    assertEquals(await keys(9, { rule: EPISODE.rule, before: "late" }), [EPISODE.key]);
    assertEquals(await keys(9, { before: "unknown" }), []);
    await a.end("late", 400, "over");
    assertEquals(await keys(9, { open: true }), ["other", EPISODE.key]);
    assertEquals(await keys(9, { open: true, before: "other" }), [EPISODE.key]);
    assertEquals(await keys(9, { since: 400 }), ["other", "late", EPISODE.key]);
    assertEquals(await keys(2, { since: 401 }), ["other", EPISODE.key]);
    assertEquals(await a.countsBetween([200, 300, 301]), [{ warning: 1, error: 0 }, {
      warning: 0,
      error: 1,
    }]);
    assertEquals(await a.countsBetween([200, 301], EPISODE.rule), [{ warning: 0, error: 1 }]);
    assertEquals(await a.countsBetween([]), []);
  });

  test("messages that rest are left, with the ends of their episodes", async ([a]) => {
    await a.begin(EPISODE, ["file"]);
    await a.begin({ ...EPISODE, subject: "other", key: "other" }, ["file"]);
    const first = (await a.take("file"))!;
    await a.settle(first.id, 1, "refused");
    await a.end(EPISODE.key, 200, "over");
    const second = (await a.take("file", [first.id]))!;
    assertEquals([second.key, await a.take("file", [first.id])], ["other", undefined]);
    await a.settle(second.id, 2, null);
    assertEquals([await a.take("file", [first.id]), (await a.take("file"))?.id], [undefined, first.id]);
  });

  test("a message is one worker's until it is settled, and is then delivered or tried again", async ([a, b]) => {
    await a.begin(EPISODE, ["file"]);
    const taken = (await a.take("file"))!;
    const { opened: at, ...told } = EPISODE;
    assertEquals(taken, { id: taken.id, event: "opened", ...told, at });
    assertEquals([await b.take("file"), await a.take("file"), await a.take("webhook")], [
      undefined,
      undefined,
      undefined,
    ]);
    await a.settle(taken.id, 150, "answered 500, wanted 200");
    assertEquals(await b.owed(), { file: 1 });
    assertEquals((await b.episodes(1))[0]!.deliveries, [
      { channel: "file", event: "opened", at: 150, outcome: "failed", detail: "answered 500, wanted 200" },
    ]);
    assertEquals((await b.take("file"))?.id, taken.id);
    await b.settle(taken.id, 160, null);
    assertEquals(await a.owed(), {});
    assertEquals([await a.take("file"), await b.take("file")], [undefined, undefined]);
    await a.settle(taken.id, 170, "too late to say so");
    assertEquals(await deliveries(a), [[["file", "opened", 160, "delivered"]]]);
  });

  test("a message of a worker that is no more is another's, and none is lost", async ([a, b], harness) => {
    await a.begin(EPISODE, ["file"]);
    const taken = await a.take("file");
    assertEquals(await b.take("file"), undefined);
    await harness.kill("a");
    assertEquals(await b.take("file"), taken);
  });

  test("what was tried the least comes first, so that one that is refused holds up no other", async ([a]) => {
    await a.begin(EPISODE, ["file"]);
    await a.settle((await a.take("file"))!.id, 1, "refused");
    await a.begin({ ...EPISODE, subject: "b", key: "b" }, ["file"]);
    await a.begin({ ...EPISODE, subject: "c", key: "c" }, ["file"]);
    const order = [];
    for (let i = 0; i < 3; i++) {
      const taken = (await a.take("file"))!;
      order.push(taken.key);
      await a.settle(taken.id, 2, null);
    }
    assertEquals(order, ["b", "c", EPISODE.key]);
  });

  test("an end is told after the beginning, to those that were owed that", async ([a, b]) => {
    await a.begin(EPISODE, ["file"]);
    await a.change(EPISODE.key, { severity: "warning", message: "found it slow" });
    const ends = await Promise.all([a, b].map((each) => each.end(EPISODE.key, 500, "over")));
    assertEquals(ends.sort(), [false, true]);
    await a.change(EPISODE.key, { severity: "error", message: "found after its end" });
    const first = (await a.take("file"))!;
    assertEquals([first.event, first.severity, first.message, await b.take("file")], [
      "opened",
      "error",
      EPISODE.message,
      undefined,
    ]);
    await a.settle(first.id, 502, "refused");
    assertEquals((await b.take("file"))?.event, "opened");
    await b.settle(first.id, 503, null);
    const last = (await b.take("file"))!;
    assertEquals([last.event, last.key, last.severity, last.message, last.at], [
      "closed",
      EPISODE.key,
      "warning",
      "over",
      500,
    ]);
    await b.settle(last.id, 504, null);
    const [episode] = await a.episodes(1);
    assertEquals([episode!.message, episode!.closed, episode!.deliveries.length], ["found it slow", 500, 2]);
    assertEquals(await a.end("nobody's", 1, "over"), false);
  });

  test("what has ended and is delivered is forgotten after its time, nothing else", async ([a]) => {
    for (const key of ["delivered", "owed", "open", "young"]) {
      await a.begin({ ...EPISODE, key, subject: key }, key === "owed" ? ["file"] : []);
      if (key !== "open") await a.end(key, key === "young" ? 900 : 200, "over");
    }
    assertEquals([await a.forget(500, "only"), await a.forget(500), await a.forget(500)], [1, 1, 0]);
    assertEquals((await a.episodes(9)).map(({ key }) => key), ["young", "open", "owed"]);
  });
}
