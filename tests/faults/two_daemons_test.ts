import { assert, assertEquals } from "@std/assert";
import { DAY, HOUR, iso } from "../../core/mod.ts";
import { heldAtOnce, madeAgain } from "./at_once.ts";
import { FastTime } from "./clocks.ts";
import { assertEndedWell, finish, madeOf, still } from "./ended_well.ts";
import { assertRuns } from "./kills.ts";
import { Mortal } from "./mortal.ts";
import { chosenSeed, seeded } from "./random.ts";
import { Surrounded } from "./surrounded.ts";
import { until } from "./until.ts";

const DAEMON = ["daemon", "--port", "0"];
/** How often each of two daemons is killed. */
const KILLS = Number(Deno.env.get("KILLS") ?? 30);
/** A minute of the machine's is an hour. */
const SPEED = 60;
/** A life lasts up to so many times as long as it takes to begin one. */
const LONGEST = 8;
/** And no longer than so many milliseconds. */
const MOST = 5_000;
/** When the first of all hours begins. */
const FIRST = Date.parse("2016-01-01T00:00:00Z");
/** The oldest day that is made, counted from today. */
const OLDEST = 12;

Deno.test("two daemons, each killed again and again under load, leave what one leaves that is left alone", async () => {
  const random = seeded(chosenSeed());
  const time = new FastTime(SPEED);
  const day = (ago: number) => iso(time.began - ago * DAY).slice(0, 10);
  const range = (from: number, to: number) => ["--from", day(from), "--to", day(to)];
  const whole = "+vietnam/prod_mart";
  const backfill = (from: number, to: number) => ["backfill", whole, ...range(from, to), "--yes"];
  /** What befalls both lakes, by the share of the deaths that are over. */
  const load: [share: number, what: readonly string[] | "refused" | "answered"][] = [
    [0, backfill(OLDEST, 10)],
    [0.15, ["materialize", ...range(3, 3)]],
    [0.25, backfill(9, 7)],
    [0.4, "refused"],
    // By force, as just after midnight that day may have been made by itself.
    [0.4, ["materialize", ...range(2, 2), "--force"]],
    [0.5, "answered"],
    [0.6, ["materialize", ...range(2, 2)]],
    [0.65, ["materialize", "vietnam/dev_mart", "--partition", day(3), "--force"]],
    [0.7, backfill(6, 5)],
    [0.85, backfill(4, 4)],
  ];
  await using killed = await Surrounded.make(time);
  await using calm = await Surrounded.make(time);
  const lakes = [killed, calm];
  const now = () => ({ preload: [time.module] });

  for (const { place } of lakes) {
    await assertRuns(place, ["materialize", "vietnam/locations"], "first", now());
  }
  await using daemons = new AsyncDisposableStack();
  const daemon = ({ place }: Surrounded) => daemons.use(new Mortal({ place, args: DAEMON, ...now() }));
  const steady = daemon(calm);
  const began = performance.now();
  await steady.program.says(/leads: asks/);
  const boot = performance.now() - began;
  const mortals = [daemon(killed), daemon(killed)];

  let [deaths, inFlight] = [0, 0];
  const failures: string[] = [];
  const befall = async (what: (typeof load)[number][1]) => {
    await Promise.all(lakes.map(async ({ place, server, hook }) => {
      if (what === "refused") {
        await still(place);
        server.fault = () => refusal(time);
      } else if (what === "answered") {
        await until("somebody to be told", () => hook.got.some(({ rule }) => rule === "source"));
        server.fault = undefined;
      } else {
        const wanted = server.fault === undefined ? 0 : 1;
        const { code, stderr } = await place.run(what, now());
        if (code !== wanted) failures.push(`"${what.join(" ")}" ended with ${code}: ${stderr}`);
      }
    }));
  };
  let befalling = Promise.resolve();
  const dies = async () => {
    while (load.length > 0 && deaths >= load[0]![0] * 2 * KILLS) {
      const what = load.shift()![1];
      befalling = befalling.then(() => befall(what));
      if (typeof what === "string") await befalling;
    }
    assertEquals(await heldAtOnce(killed.place), []);
    inFlight += killed.server.open;
    deaths++;
  };
  const life = () => random() * Math.min(MOST, LONGEST * boot);
  await Promise.all(mortals.map((mortal) => mortal.die(KILLS, life, dies)));
  await befalling;
  await Promise.all(lakes.map(({ place }) => still(place)));
  assertEquals(failures, []);
  for (const { program } of [...mortals, steady]) {
    program.signal("SIGTERM");
    const { code, stderr, stdout } = await program.ended;
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
  }

  time.slowDown();
  for (const { place } of lakes) await finish(place, now());
  await using once = await Surrounded.make(time);
  await assertRuns(
    once.place,
    ["materialize", "--from", day(OLDEST), "--to", iso(time.now()).slice(0, 10)],
    "all in one run",
    now(),
  );
  const wanted = { from: day(OLDEST), content: await madeOf(once.place), options: now(), refused: /401/ };
  await assertEndedWell(calm, { ...wanted, told: "left alone" });
  await assertEndedWell(killed, { ...wanted, told: "killed" });
  // Older hours are asked once; younger ones may have become due meanwhile.
  const below = (Date.parse(day(1)) - FIRST) / HOUR;
  assertEquals(await madeAgain(killed.place, { asset: "vietnam/raw_prod", below }), []);
  const [asked, undisturbed] = lakes.map(({ server }) => server.statuses.get(200)!);
  const most = 1.3 * undisturbed! + inFlight;
  console.log(`${asked} requests, ${undisturbed} undisturbed, ${inFlight} in flight at ${deaths} deaths`);
  assert(asked! <= most, `found ${asked} requests, wanted at most ${most}`);
});

/** An answer that is believed at once. */
function refusal(time: FastTime): Response {
  return new Response("{}", { status: 401, headers: { Date: new Date(time.now()).toUTCString() } });
}
