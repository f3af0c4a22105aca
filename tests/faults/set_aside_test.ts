import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "@std/path";
import { DAY, HOUR, iso } from "../../core/mod.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { shiftedClock, toMidHour } from "./clocks.ts";
import { Server } from "./server.ts";

const SENSOR = 50_000_003;

interface Cause {
  readonly kind: string;
  readonly asset?: string;
  readonly detail?: string;
}
interface Step {
  readonly asset: string;
  readonly count: number;
  readonly causes: readonly Cause[];
}

for (const isLost of [false, true]) {
  const also = isLost ? ", though the state is lost in between" : "";
  Deno.test(`a sensor that goes on failing is set aside, and a day later its days are rebuilt${also}`, async () => {
    const midHour = toMidHour();
    const now = Date.now() + midHour;
    const today = { preload: [shiftedClock(midHour)] };
    const later = { preload: [shiftedClock(midHour + DAY)] };
    let shift = midHour;
    await using server = new Server({ clock: { now: () => Date.now() + shift } });
    await using place = await Place.make({ ...server.env, DEFAULT_LOOKBACK_DAYS: "3" });
    await server.fail(SENSOR, 500);

    const first = await place.run(["materialize"], today);
    assertEquals(first.code, 0, first.stderr);
    assertMatch(first.stdout, new RegExp(`warning: vietnam/raw_prod: sensor ${SENSOR} is set aside`));
    const { assets } = await place.ask(["status"]);
    const raw = assets.find(({ key }: { key: string }) => key === "vietnam/raw_prod");
    assertMatch(raw.warnings[0].message, new RegExp(`^sensor ${SENSOR} is set aside since`));
    assertEquals(
      assets.every(({ partitions }: { partitions: { failed: number } }) => partitions.failed === 0),
      true,
    );
    assertEquals(await rowsOf(place), 0);

    const next = iso(now - now % HOUR + HOUR);
    assertMatch(raw.warnings[0].message, new RegExp(`asked again after ${next}, or now by --force;`));

    // Within the hour, it is not asked again.
    await server.fail(SENSOR, null);
    if (isLost) {
      await Deno.remove(dirname(place.state), { recursive: true });
      const lost = await place.run(["state", "rebuild"], today);
      assertEquals({ code: lost.code, stderr: lost.stderr }, { code: 0, stderr: "" });
      const again = await place.run(["materialize", "not vietnam/locations", "--json"], today);
      assertEquals(again.code, 0, again.stderr);
      assert(again.json.requests <= 1, "what the lake holds is not asked, and neither is the sensor");
      assertMatch(
        JSON.stringify((await place.ask(["status"])).assets),
        new RegExp(`sensor ${SENSOR} is set aside`),
      );
    }
    assertMatch((await place.run(["materialize"], today)).stdout, /nothing to do/);

    // A day later it answers: the days that are looked back on are asked anyway, the one before is due for its sake.
    const whole = ["--from", new Date(now - 3 * DAY).toISOString().slice(0, 10)];
    shift = midHour + DAY;
    const made = await place.run(["materialize"], later);
    assertEquals({ code: made.code, stderr: made.stderr }, { code: 0, stderr: "" });
    const planned: Step[] = (await place.run(["plan", ...whole, "--json"], later)).json.steps;
    const due = planned.filter(({ asset }) => asset === "vietnam/raw_prod").flatMap(({ causes }) => causes);
    assert(due.length > 0, "nothing is due");
    for (const { kind, detail } of due) {
      assertEquals(kind, "source");
      assertMatch(detail!, new RegExp(`^sensor ${SENSOR} answers again`));
    }

    const rebuilt = await place.run(["materialize", ...whole, "--json"], later);
    assertEquals({ code: rebuilt.code, stderr: rebuilt.stderr }, { code: 0, stderr: "" });
    const days = rebuilt.json.assets.find(({ key }: { key: string }) => key === "vietnam/prod_mart");
    assert(days.materialized >= 1 && days.unchanged < days.materialized, JSON.stringify(days));
    assert(await rowsOf(place) > 48);
    assertEquals((await place.run(["plan", ...whole, "--json"], later)).json, { steps: [] });
    const after = await place.run(["status", "--json"], later);
    assert(!after.stdout.includes("set aside"), "the warning stays");
    assertEquals(await leftovers(place), []);
  });
}

/** How many raw rows of the sensor there are. */
async function rowsOf(place: Place): Promise<number> {
  const statement = `SELECT count(*) AS n FROM raw_db.openaq_raw WHERE sensor_id = ${SENSOR}`;
  return (await place.ask(["inspect", statement]))[0].n;
}
