import { assert, assertEquals } from "@std/assert";
import { HOUR } from "../../core/mod.ts";
import { Place } from "./place.ts";
import { until } from "./until.ts";

const DAEMON = ["daemon", "--port", "0", "--speed", "3600"];

Deno.test("a lake that lives faster goes on from its own time, for the next daemon and for every command", async () => {
  await using place = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  const last = async () => {
    const { assets } = await place.ask(["status", "vietnam/raw_prod"]);
    return Date.parse(assets[0].lastMaterialized);
  };
  const made = async (after: number) => {
    await until(`an hour asked after ${after}`, async () => await last() > after, 60_000);
    return await last();
  };
  const began = Date.now();
  const first = place.start(DAEMON);
  await first.says(/run 1 .*succeeded/);
  const before = await made(began + HOUR);
  first.signal("SIGKILL");
  await first.ended;
  const { assets: [raw] } = await place.ask(["status", "vietnam/raw_prod"]);
  assert(raw.partitions.total >= 25, JSON.stringify(raw.partitions));

  const next = place.start(DAEMON);
  const after = await made(before + HOUR);
  assert(after > began + 2 * HOUR);
  next.signal("SIGTERM");
  const { code, stderr } = await next.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  // What was asked for before an hour began may wait for that hour.
  await until("all to be made", async () => {
    const { runs } = (await place.run(["daemon", "--once", "--json"])).json;
    return runs.length === 0;
  }, 60_000);
  assertEquals((await place.ask(["plan"])).steps, []);
});

Deno.test("real data do not come faster", async () => {
  await using place = await Place.make({ OPENAQ_API_KEY: "a-key-for-tests" });
  const { code, stdout, stderr } = await place.run(DAEMON);
  assertEquals([code, stdout], [2, ""]);
  assertEquals(
    stderr,
    "starting the daemon: found --speed beside a source that does not live faster, " +
      "wanted the built-in stations: no OPENAQ_API_KEY, no OPENAQ_API_URL\n",
  );
});
