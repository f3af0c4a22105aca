import { assertEquals } from "@std/assert";
import { DAY, iso } from "../../core/mod.ts";
import { shiftedClock, toMidHour } from "./clocks.ts";
import { assertEndedWell, finish, madeOf, still } from "./ended_well.ts";
import { Gate } from "./gate.ts";
import { assertRuns } from "./kills.ts";
import { live } from "./lives.ts";
import { Mortal } from "./mortal.ts";
import { Surrounded } from "./surrounded.ts";
import { pause, until } from "./until.ts";

const DAEMON = ["daemon", "--port", "0"];
/** For how long a leader is stopped, in milliseconds: for a moment, and until another leads in its place. */
const STOPS = [5_000, 45_000];
/** Who gives no sign of life for so long is deposed, within a few more seconds. */
const DEPOSED = 30_000;

Deno.test("a leader is stopped with answers under way, and continued: nothing is lost, and nothing made twice", async () => {
  const shift = toMidHour();
  const time = { now: () => Date.now() + shift };
  const options = { preload: [shiftedClock(shift)] };
  const day = (ago: number) => iso(time.now() - ago * DAY).slice(0, 10);
  const backfill = (
    from: number,
    to: number,
  ) => ["backfill", "+vietnam/prod_mart", "--from", day(from), "--to", day(to), "--yes"];
  await using once = await Surrounded.make(time);
  await assertRuns(once.place, ["materialize", "--from", day(5), "--to", day(0)], "all in one run", options);
  const wanted = { from: day(5), content: await madeOf(once.place), options };

  await live(STOPS, async (stop) => {
    const told = `stopped for ${stop} ms`;
    await using lake = await Surrounded.make(time);
    const { place, server } = lake;
    await assertRuns(place, ["materialize", "vietnam/locations"], told, options);
    await assertRuns(place, backfill(5, 4), told, options);
    await using daemons = new AsyncDisposableStack();
    const begin = () => daemons.use(new Mortal({ place, args: DAEMON, ...options })).program;
    const gate = new Gate(server, 12);
    const first = begin();
    await until("questions under way", () => gate.held > 0);
    const second = begin();
    await second.says(/another daemon asks/);
    first.signal("SIGSTOP");
    gate.open();
    await assertRuns(place, backfill(3, 2), told, options);
    await pause(stop);
    if (stop > DEPOSED) await second.says(/leads: asks/);
    first.signal("SIGCONT");
    await still(place);
    for (const program of [first, second]) {
      program.signal("SIGTERM");
      const { code, stderr, stdout } = await program.ended;
      assertEquals({ code, stderr }, { code: 0, stderr: "" }, `${told}: ${stdout}`);
    }
    await finish(place, options);
    await assertEndedWell(lake, { ...wanted, told });
  });
});
