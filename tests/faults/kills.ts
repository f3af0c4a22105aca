import { assert, assertEquals } from "@std/assert";
import type { Call } from "./calls.ts";
import { damages, leftovers } from "./content.ts";
import { live } from "./lives.ts";
import type { Place } from "./place.ts";
import type { Ended, StartOptions } from "./program.ts";
import type { Tracer } from "./tracer.ts";

/** A command, killed. */
export interface Kill {
  readonly command: readonly string[];
  readonly call: Call;
  readonly options?: Partial<StartOptions>;
}

/** For each of the calls, lets a command be killed at it in a copy of the lake, then looks at what follows. */
export async function killedAtEach(
  trace: Tracer,
  lake: Place,
  calls: readonly Call[],
  { command, options }: Omit<Kill, "call">,
  then: (place: Place, told: string) => Promise<void>,
): Promise<void> {
  let killed = 0;
  await live(calls, async (call) => {
    await using place = await lake.copy();
    const ended = await killAt(trace, place, { command, call, ...options && { options } });
    if (ended.signal === "SIGKILL") killed++;
    await then(place, toldOf(ended, call));
  });
  console.log(`${killed} of ${calls.length} killed`);
  assert(killed >= 0.8 * calls.length, `${killed} of ${calls.length} were killed`);
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
