import { assertEquals } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../sources/openaq/simulator/simulated.ts";
import { leftovers } from "./content.ts";
import { fast } from "./fast_clock.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { pause, until } from "./until.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-02"];

Deno.test("a process that is stopped while it asks loses no sensor", async () => {
  // What is patient for a minute of the wall clock is patient for three seconds here.
  const since = Date.now();
  const clock = { now: () => fast(Date.now(), since) };
  const preload = `${import.meta.resolve("./fast_clock.ts")}?since=${since}`;
  const dataset = generated();
  await using server = new Server({ dataset, clock });
  await using place = await Place.make({ ...server.env, API_REQUEST_TIMEOUT: "5" });

  const honest = simulatedOpenAQ({ dataset, clock });
  const over = new AbortController();
  let held = 0;
  server.fault = (request) => {
    if (!request.url.includes("/measurements") || held >= 8) return honest(request);
    held++;
    return new Promise((resolve) =>
      over.signal.addEventListener("abort", () => resolve(new Response(null, { status: 500 })))
    );
  };
  const program = place.start([...COMMAND, "--json"], { preload: [preload] });
  await until("eight questions under way", () => held === 8);
  program.signal("SIGSTOP");
  await pause(10_000);
  program.signal("SIGCONT");
  const { code, stderr, json } = await program.ended;
  over.abort();
  assertEquals({ code, stderr, warnings: json.warnings }, { code: 0, stderr: "", warnings: [] });

  await using undisturbed = await Place.make(server.env);
  await undisturbed.run(COMMAND);
  const count = "SELECT count(*) AS n, count(DISTINCT sensor_id) AS sensors FROM raw_db.openaq_raw";
  assertEquals(await place.ask(["inspect", count]), await undisturbed.ask(["inspect", count]));
  // Asked by a clock as fast: for another, the answers are from a time that has not come.
  const { json: plan } = await place.run(["plan", ...COMMAND.slice(1), "--json"], { preload: [preload] });
  assertEquals(plan.steps, []);
  assertEquals(await leftovers(place), []);
});
