import { assert, assertEquals } from "@std/assert";
import { readConfig } from "../../../config.ts";
import { definer } from "../../../core/asset.ts";
import { SECOND } from "../../../core/instant.ts";
import { SourceHealth } from "../../../core/source_health.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { unpaced } from "../../../sources/openaq/pace.ts";
import { desk } from "../../core/alerts/desk.ts";
import { auto, failure, QUESTION } from "./asking.ts";
import { memoryLog } from "./parts.ts";
import { answering, type Handler } from "./served.ts";

const { asset } = definer<null>();
const { openaq: { timeout } } = await readConfig({}, "/");

/** Ends only when nobody waits for it any more. */
const silent: Handler = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

const DOWN: Readonly<Record<string, Handler>> = {
  "refuses connections": () => Promise.reject(new TypeError("connection refused")),
  "accepts them and never answers": silent,
  "answers 500": answering(500, { detail: "boom" }),
};

for (const [how, answer] of Object.entries(DOWN)) {
  Deno.test(`of a source that ${how} people are told within 90 s`, async () => {
    const clock = auto();
    const one = asset({ key: "t/one", async *materialize() {} });
    const sources: { health: SourceHealth; asset: string; probe: OpenAQ["probe"] }[] = [];
    const { alerter, state, open } = await desk([one], { sources }, { clock });
    const health = new SourceHealth("openaq", state.keyValue, clock);
    const client = new OpenAQ({
      url: "http://openaq.test",
      fetch: answer,
      clock,
      random: () => 0.5,
      log: memoryLog(),
      pace: unpaced,
      timeout: timeout * SECOND,
      health,
    });
    sources.push({ health, asset: "t/one", probe: (signal) => client.probe(signal) });
    const over = new AbortController();
    const told = Promise.withResolvers<number>();
    const daemon = async () => {
      for (;; await clock.sleep(5 * SECOND)) {
        await alerter.tick(over.signal);
        if ((await open()).length > 0) return told.resolve(clock.awake());
      }
    };
    const ticking = daemon();
    const asked = clock.awake();
    const { message } = await failure(() => client.measurements(QUESTION));
    const at = await told.promise;
    await ticking;
    assertEquals(await open(), ["source openaq"]);
    assert(at - asked <= 90 * SECOND, `found ${(at - asked) / SECOND} s after it was asked: ${message}`);
    over.abort();
    await alerter.close();
  });
}
