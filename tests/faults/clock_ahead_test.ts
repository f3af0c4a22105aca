import { assertEquals, assertMatch } from "@std/assert";
import { DAY, HOUR, iso } from "../../core/mod.ts";
import { shiftedClock, toMidHour } from "./clocks.ts";
import { fixedServer } from "./fixed_server.ts";
import { assertRuns, assertSound } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";

const TABLES = {
  raw: "raw_db.openaq_raw",
  dev: "dev_db.vietnam",
  prod: "prod_db.vietnam",
};

Deno.test("after a run with a clock that is ahead and is put right, all is as if it had never been", async () => {
  const midHour = toMidHour();
  const now = Date.now() + midHour;
  const right = { preload: [shiftedClock(midHour)] };
  const yesterday = iso(now - DAY).slice(0, 10);
  const command = ["materialize", "--from", yesterday];
  const hour = iso(now - 5 * HOUR).slice(0, 13);
  const until = iso(Math.floor(now / HOUR) * HOUR);
  await using server = fixedServer({ clock: { now: () => now } });
  await using undisturbed = await Place.make(server.env);
  await assertRuns(undisturbed, command, "undisturbed", right);
  const wanted = await rowsOf(undisturbed);

  await live([10 * 60_000, 3 * HOUR, 30 * DAY], async (ahead) => {
    const told = `${ahead / HOUR} hours ahead`;
    await using place = await Place.make(server.env);
    const early = await place.run(command, { preload: [shiftedClock(midHour + ahead)] });
    if (early.code === 0) {
      await assertRuns(place, ["wipe", "vietnam/raw_prod", "--partition", hour], told, right);
    } else {
      assertMatch(
        early.stderr,
        /^asking "[^"]*" what it is: .* by this machine's clock, wanted clocks that agree\n$/,
      );
    }
    await assertRuns(place, command, told, right);
    assertEquals(await rowsOf(place), wanted, told);
    const { json: plan } = await place.run(["plan", ...command.slice(1), "--json"], right);
    assertEquals(plan, { steps: [] }, told);
    await assertSound(place, told);
  });

  /** How many rows there are of hours that are over, and the sum of their hashes. */
  async function rowsOf(place: Place) {
    return await Promise.all(
      Object.values(TABLES).map((table) => {
        const columns = table === TABLES.raw ? "* EXCLUDE (extracted_at)" : "*";
        const rows = `SELECT ${columns} FROM ${table} WHERE datetime < '${until}'`;
        return place.ask(["inspect", `SELECT count(*) AS n, sum(hash(r)) AS content FROM (${rows}) AS r`]);
      }),
    );
  }
});
