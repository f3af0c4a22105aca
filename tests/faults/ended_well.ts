import { assert, assertEquals } from "@std/assert";
import { TICKS } from "../../core/mod.ts";
import { held, looking, madeAtOnce } from "./at_once.ts";
import { contentOf } from "./content.ts";
import { assertRuns, assertSound } from "./kills.ts";
import type { Place } from "./place.ts";
import type { StartOptions } from "./program.ts";
import type { Surrounded } from "./surrounded.ts";
import { pause, until } from "./until.ts";

interface Run {
  readonly id: number;
  readonly status: string;
}

interface Alert {
  readonly key: string;
  readonly rule: string;
  readonly subject: string;
  readonly message: string;
  readonly deliveries: readonly { readonly outcome: string }[];
}

/** Resolves once no run is open, and no backfill. */
export async function still(place: Place): Promise<void> {
  await until("all runs to end", async () => {
    await pause(500);
    const runs: readonly Run[] = await place.ask(["runs"]);
    if (runs.some(({ status }) => status === "queued" || status === "running")) return false;
    return (await place.ask(["backfills"])).every(({ status }: Run) => status === "succeeded");
  });
}

/** Does what has become due until nothing is. */
export async function finish(place: Place, options: Partial<StartOptions>): Promise<void> {
  for (let round = 1;; round++) {
    const { json } = await assertRuns(place, ["daemon", "--once", "--json"], "what is due", options);
    if (json.runs.length === 0) return;
    assert(round < 3, JSON.stringify(json.runs));
  }
}

/** The content but for the list of locations, which says when each reported last. */
export async function madeOf(place: Place): Promise<Record<string, string>> {
  const { "vietnam/locations": _, ...content } = await contentOf(place);
  return content;
}

/**
 * Whatever befell its daemons: all is made and made once, nothing of them is left, and people were told of each thing once.
 *
 * @param refused What a run that was refused its answers failed with. @default none was
 */
export async function assertEndedWell(
  lake: Surrounded,
  { from, content, told, options, refused }: {
    /** The first day that is made. */
    readonly from: string;
    /** That of a lake that was made in one run. */
    readonly content: Readonly<Record<string, string>>;
    readonly told: string;
    readonly options: Partial<StartOptions>;
    readonly refused?: RegExp;
  },
): Promise<void> {
  const { place } = lake;
  assertEquals((await place.run(["plan", "--from", from, "--json"], options)).json.steps, [], told);
  assertEquals(await madeOf(place), content, told);
  assertEquals([...await madeAtOnce(place), ...held(place)], [], told);
  assertEquals(await looking(place, (state) => state.leaders(TICKS)), [], told);
  await assertSound(place, told);
  assertEquals(await endedOtherwise(place, refused), [], told);
  await assertTold(lake, told);
}

/** The runs that did not succeed although nothing was refused them. */
async function endedOtherwise(place: Place, refused: RegExp | undefined): Promise<unknown[]> {
  const runs: readonly Run[] = await place.ask(["runs", "--limit", "100000"]);
  const others = runs.filter(({ status }) => status !== "succeeded").map(async ({ id, status }) => {
    const { errors } = await place.ask(["runs", "show", String(id)]);
    const isRefused = status === "failed" && errors.some(({ message }: Error) => refused?.test(message));
    return isRefused ? [] : [{ id, status, errors }];
  });
  return (await Promise.all(others)).flat();
}

/** Each cause was one episode, and each message of it arrived, its end after its beginning. */
async function assertTold({ place, hook: { got } }: Surrounded, told: string): Promise<void> {
  const alerts: readonly Alert[] = await place.ask(["alerts", "--all"]);
  const owed = alerts.flatMap(({ key, deliveries }) =>
    deliveries.map(({ outcome }, i) => `${i === 0 ? "opened" : "closed"} ${key} ${outcome}`)
  );
  const arrived = [...new Set(got.map(({ event, key }) => `${event} ${key} delivered`))];
  assertEquals(owed.toSorted(), arrived.toSorted(), told);
  // A daemon is missed whenever nobody asks for some minutes: of fast ones, each time that none lives.
  // Bad air is a cause of its own for each day: the days of a fast clock pass while the test does.
  const causes = alerts.filter(({ rule }) => rule !== "daemon").map(({ rule, subject, message }) =>
    [rule, subject, ...rule === "pm25" ? [/ on (\S+),/.exec(message)?.[1]] : []].join(" ")
  );
  assertEquals(causes.toSorted(), [...new Set(causes)].toSorted(), `${told}: ${JSON.stringify(alerts)}`);
  const first = (event: string, key: string) =>
    got.findIndex((each) => each.event === event && each.key === key);
  for (const { event, key } of got) {
    if (event === "closed") assert(first("opened", key) < first("closed", key), `${told}: ${key}`);
  }
}
