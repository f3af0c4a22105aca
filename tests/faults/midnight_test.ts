import { assert, assertEquals } from "@std/assert";
import { DAY, HOUR, iso, SECOND } from "../../core/mod.ts";
import { shiftedClock } from "./clocks.ts";
import { contentOf, leftovers } from "./content.ts";
import { fast } from "./fast_clock.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

/** So long after a real moment all is asked again, by clocks that have passed all those before. */
const LATER = 3.5 * HOUR;

Deno.test("a run that crosses a full hour and midnight leaves the lake as if it had not", async () => {
  const boundary = (Math.floor(Date.now() / DAY) + 1) * DAY;
  const ahead = boundary - 40 * SECOND - Date.now();
  const since = boundary - 40 * SECOND;
  let crossing = true;
  // As the program's clock: from a little before the boundary on, twenty times as fast; then plainly.
  const clock = {
    now: () => crossing ? fast(Date.now() + ahead, since) : Date.now() + ahead + LATER,
  };
  await using server = new Server({ latency: 500, clock });
  const command = ["materialize", "--from", iso(boundary - DAY).slice(0, 10), "--json"];
  await using place = await Place.make(server.env);
  const preload = [shiftedClock(ahead), `${import.meta.resolve("./fast_clock.ts")}?since=${since}`];
  const crossed = await place.run(command, { preload });
  assertEquals([crossed.code, crossed.stderr], [0, ""]);
  assert(clock.now() > boundary, "the run did not cross it");

  crossing = false;
  const later = { preload: [shiftedClock(ahead + LATER)] };
  await using other = await Place.make(server.env);
  for (const each of [place, other]) {
    const { code, stderr } = await each.run(command, later);
    assertEquals([code, stderr], [0, ""]);
  }
  // But for the list itself, which says when each location reported last.
  const { "vietnam/locations": _, ...content } = await contentOf(other);
  assertEquals({ ...await contentOf(place), "vietnam/locations": undefined }, {
    ...content,
    "vietnam/locations": undefined,
  });
  assertEquals((await place.run(["plan", ...command.slice(1)], later)).json, { steps: [] });
  assertEquals(await leftovers(place), []);
});
