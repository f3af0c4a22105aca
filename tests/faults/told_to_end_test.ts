import { assert, assertEquals } from "@std/assert";
import { DAY, iso } from "../../core/mod.ts";
import { held, looking } from "./at_once.ts";
import { shiftedClock, toMidHour } from "./clocks.ts";
import { leftovers } from "./content.ts";
import { assertEndedWell, finish, madeOf, still } from "./ended_well.ts";
import { assertRuns } from "./kills.ts";
import { Mortal } from "./mortal.ts";
import { type Phase, phases } from "./phases.ts";
import { Surrounded } from "./surrounded.ts";

const DAEMON = ["daemon", "--port", "0"];
/** The oldest day that is made, counted from today. */
const OLDEST = 3;
/** How long it may take to end where nothing is waited for, in milliseconds, on a machine that is busy with much else. */
const SOON = 20_000;

const shift = toMidHour();
const time = { now: () => Date.now() + shift };
const options = { preload: [shiftedClock(shift)] };
const day = (ago: number) => iso(time.now() - ago * DAY).slice(0, 10);
const BACKFILL = ["backfill", "+vietnam/prod_mart", "--from", day(OLDEST), "--to", day(2), "--yes"];
/** What a lake comes to that is made in one run. */
let content: Promise<Readonly<Record<string, string>>> | undefined;

for (const phase of phases) {
  Deno.test(`a daemon that is told to end ${phase.name} ends, and the next goes on`, async () => {
    await using lake = await Surrounded.make(time);
    const { place } = lake;
    const told = phase.name;
    await assertRuns(place, ["materialize", "vietnam/locations"], told, options);
    await assertRuns(place, BACKFILL, told, options);
    await end(lake, phase);

    await using daemons = new AsyncDisposableStack();
    const next = daemons.use(new Mortal({ place, args: DAEMON, ...options })).program;
    await next.says(/leads: asks/);
    await still(place);
    next.signal("SIGTERM");
    const { code, stderr } = await next.ended;
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, told);
    await finish(place, options);
    content ??= madeInOneRun();
    await assertEndedWell(lake, { from: day(OLDEST), content: await content, options, told });
  });
}

async function madeInOneRun(): Promise<Readonly<Record<string, string>>> {
  await using lake = await Surrounded.make(time);
  await assertRuns(lake.place, ["materialize", "--from", day(OLDEST), "--to", day(0)], "in one run", options);
  return await madeOf(lake.place);
}

/** Tells a daemon to end within the phase: nothing is half done, and what was begun is queued again. */
async function end(
  lake: Surrounded,
  { name: told, grace = 60, code: wanted = 0, prepare }: Phase,
): Promise<void> {
  const { place, server, hook } = lake;
  const { preload, reached, told: tell, ended } = prepare(lake);
  await using daemons = new AsyncDisposableStack();
  const { program } = daemons.use(
    new Mortal({
      place,
      args: [...DAEMON, "--grace", String(grace)],
      preload: [...options.preload, ...preload === undefined ? [] : [preload]],
    }),
  );
  await reached?.(program);
  const since = performance.now();
  if (preload === undefined) program.signal("SIGTERM");
  await tell?.(program);
  const { code, stdout, stderr } = await program.ended;
  const took = performance.now() - since;
  assertEquals({ code, stderr }, { code: wanted, stderr: "" }, `${told}: ${stdout}`);
  if (preload === undefined) assert(took < SOON, `${told}: found ${took} ms`);
  assertEquals(await looking(place, (state) => state.holdings()), [], told);
  if (wanted === 0) assertEquals([...await leftovers(place), ...held(place)], [], told);
  const runs: readonly { readonly status: string }[] = await place.ask(["runs"]);
  assertEquals(runs.filter(({ status }) => status !== "succeeded" && status !== "queued"), [], told);
  ended?.();
  server.fault = undefined;
  hook.answer = undefined;
}
