import { assertEquals } from "@std/assert";
import type { Call } from "./calls.ts";
import { damages, leftovers } from "./content.ts";
import { type Choice, liveUntilMet } from "./lives.ts";
import type { Place } from "./place.ts";
import type { Ended, StartOptions } from "./program.ts";
import type { Tracer } from "./tracer.ts";

/** A command, killed. */
export interface Kill {
  readonly command: readonly string[];
  readonly call: Call;
  readonly options?: Partial<StartOptions>;
}

/** Lets a command be killed at calls of each choice, in a copy of the lake each, then looks at what follows. */
export async function killedAtEach(
  { trace, lake, choices, random, command, options }: {
    readonly trace: Tracer;
    readonly lake: Place;
    readonly choices: readonly Choice<Call>[];
    readonly random: () => number;
  } & Omit<Kill, "call">,
  then: (place: Place, told: string) => Promise<void>,
): Promise<void> {
  await liveUntilMet(choices, random, async (call) => {
    await using place = await lake.copy();
    const ended = await killAt(trace, place, { command, call, ...options && { options } });
    await then(place, toldOf(ended, call));
    return ended.signal === "SIGKILL";
  });
}

/** Runs the command until it is about to make the call, or to its end if it does not make it. */
export async function killAt(trace: Tracer, place: Place, { command, call, options }: Kill): Promise<Ended> {
  const { preload = [], ...stopping } = trace.stopping(place, call);
  return await place.run(command, {
    ...options,
    ...stopping,
    preload: [...options?.preload ?? [], ...preload],
  });
}

export function toldOf({ signal }: Ended, { name, path, nth }: Call): string {
  return `${signal === null ? "not killed" : "killed"} at ${name} ${nth} of "${path}"`;
}

/** Nothing is left over, nothing is lost, and every file is what the state names. */
export async function assertSound(place: Place, told: string): Promise<void> {
  assertEquals([...await leftovers(place), ...await damages(place)], [], told);
}

/** Ends with 0 and without a word to stderr. */
export async function assertRuns(
  place: Place,
  command: readonly string[],
  told: string,
  options: Partial<StartOptions> = {},
): Promise<Ended> {
  const ended = await place.run(command, options);
  assertEquals({ code: ended.code, stderr: ended.stderr }, { code: 0, stderr: "" }, told);
  return ended;
}
