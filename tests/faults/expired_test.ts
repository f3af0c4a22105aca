import { assertEquals, assertMatch } from "@std/assert";
import { DAY } from "../../core/mod.ts";
import { shiftedClock } from "./clocks.ts";
import { filesBelow } from "./content.ts";
import { RANGE } from "./fixed_server.ts";
import { assertRuns } from "./kills.ts";
import { Place } from "./place.ts";

const MATERIALIZE = ["materialize", "vietnam/dev_mart", ...RANGE];
const PLAN = ["plan", ...MATERIALIZE.slice(1)];
const LATER = { preload: [shiftedClock(8 * DAY)] };

Deno.test("a damaged day whose hours have expired comes back by the very commands that are told", async () => {
  // The built-in stations have the clock of the program.
  await using place = await Place.make({ PIPELINE_ENV: "dev" });
  await assertRuns(place, ["materialize", ...RANGE], "at first");
  await assertRuns(place, ["prune"], "a week later", LATER);
  const [mart] = [...filesBelow(`${place.lake}/aq_dev/marts`)].filter((path) => path.includes("2024-03-02"));
  const whole = await Deno.readFile(mart!);
  await Deno.writeFile(mart!, new Uint8Array([...whole, 0]));

  const inspect = ["inspect", "SELECT count(*) FROM dev_db.vietnam"];
  for (const command of [MATERIALIZE, inspect]) {
    const { code, stderr } = await place.run(command, LATER);
    assertEquals([command[0], code], [command[0], 1]);
    assertMatch(stderr, /has expired: make it again with "deno task materialize [^"]+ --force", then this/);
  }
  const status = await place.run(["status", "vietnam/dev_mart", ...RANGE], LATER);
  const planned = await place.run(PLAN, LATER);
  assertEquals(adviceIn(status.stdout), adviceIn(planned.stdout));
  await assertRuns(place, adviceIn(planned.stdout), "the advice", LATER);
  await assertRuns(place, MATERIALIZE, "then this", LATER);
  assertEquals(await Deno.readFile(mart!), whole);
  assertMatch((await place.run(PLAN, LATER)).stdout, /nothing to do/);
  assertEquals((await place.run(inspect, LATER)).code, 0);
});

function adviceIn(text: string): string[] {
  return /make it again with "deno task ([^"]+)"/.exec(text)![1]!.split(" ");
}
