import { assert, assertEquals, assertMatch } from "@std/assert";
import { MINUTE } from "../../core/mod.ts";
import { shiftedClock, toMidHour } from "./clocks.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

interface Message {
  readonly event: string;
  readonly rule: string;
  readonly subject: string;
  readonly message: string;
  readonly key: string;
}

Deno.test("a source that answers 500 is one alert until it answers again, and is asked once a minute meanwhile", async () => {
  const midHour = toMidHour();
  let shift = midHour;
  const got: Message[] = [];
  const hook = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    got.push(await request.json());
    return new Response();
  });
  await using server = new Server({ clock: { now: () => Date.now() + shift } });
  await using place = await Place.make({
    ...server.env,
    DEFAULT_LOOKBACK_DAYS: "1",
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${hook.addr.port}/`,
  });
  const daemon = async (later: number) => {
    shift = midHour + later;
    const before = server.requests;
    const { code, stderr } = await place.run(["daemon", "--once"], { preload: [shiftedClock(shift)] });
    return { code, stderr, requests: server.requests - before };
  };
  const told = () => {
    const heads = got.splice(0).filter(({ rule }) => rule !== "pm25")
      .map(({ event, rule, subject }) => `${event} ${rule} ${subject}`);
    return heads.toSorted();
  };
  try {
    assertEquals((await daemon(0)).code, 0);
    assertEquals(told(), []);

    server.fault = () => {
      const headers = { Date: new Date(Date.now() + shift).toUTCString() };
      return new Response('{"detail": "boom"}', { status: 500, headers });
    };
    const hour = 61 * MINUTE;
    const failed = await daemon(hour);
    assertEquals(failed.code, 1);
    assertMatch(failed.stderr, /answered 500 "boom"/);
    const messages = [...got];
    assertEquals(told().filter((each) => !each.startsWith("opened failure ")), ["opened source openaq"]);
    assert(messages.every(({ message }) => !message.includes("a-key-for-tests")));

    // Only a probe asks, and it is too early for another.
    const early = await daemon(hour + MINUTE / 2);
    assertEquals([early.requests, told()], [0, []]);
    const still = await daemon(hour + 2 * MINUTE);
    assertEquals([still.requests, told()], [1, []]);

    server.fault = undefined;
    const back = await daemon(hour + 4 * MINUTE);
    const [opened, closed] = [messages, [...got]].map((those) => those.find(({ rule }) => rule === "source"));
    assertEquals(told(), ["closed source openaq"]);
    assert(back.requests > 1, "what failed for it is asked again at once");
    assertEquals(closed?.key, opened?.key);
    const alerts = await place.ask(["alerts"]);
    const [source] = alerts.filter(({ rule }: Message) => rule === "source");
    assertEquals([typeof source.closed, source.deliveries.length], ["string", 2]);
  } finally {
    await hook.shutdown();
  }
});
