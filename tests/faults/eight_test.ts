import { assert, assertEquals } from "@std/assert";
import { contentOf } from "./content.ts";
import { fixedServer } from "./fixed_server.ts";
import { assertRuns, assertSound } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { until } from "./until.ts";

const EIGHT = 8;
const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-10"];

Deno.test("of eight processes at once half are killed: the others and one more make everything once", async () => {
  const random = seeded(chosenSeed());
  const { content, requests } = await undisturbed();
  await using server = fixedServer({ latency: 20 });
  await using place = await Place.make(server.env);
  const programs = Array.from({ length: EIGHT }, () => place.start(COMMAND));
  // Who came first works, and the others wait.
  const victims = programs.slice(0, EIGHT / 2);
  for (const [i, victim] of victims.entries()) {
    const at = requests * (i + random()) / victims.length;
    await until("requests", () => server.requests >= at || programs.every(({ over }) => over));
    victim.signal("SIGKILL");
  }
  for (const [i, ended] of (await Promise.all(programs.map(({ ended }) => ended))).entries()) {
    if (ended.signal === "SIGKILL") continue;
    assertEquals({ code: ended.code, stderr: ended.stderr }, { code: 0, stderr: "" }, `process ${i}`);
  }
  await assertRuns(place, COMMAND, "the last");
  assertEquals(await contentOf(place), content);
  await assertSound(place, "the last");
  console.log(`${server.requests} requests, undisturbed ${requests}`);
  const most = 1.3 * requests + EIGHT; // each asks what the source is
  assert(server.requests <= most, `found ${server.requests} requests, wanted at most ${most}`);

  async function undisturbed() {
    await using server = fixedServer();
    await using place = await Place.make(server.env);
    await assertRuns(place, COMMAND, "undisturbed");
    return { content: await contentOf(place), requests: server.requests };
  }
});
