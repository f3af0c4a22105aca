import { FILES_INTACT, type Intent, type NewEvent, type State } from "../../../core/mod.ts";
import fc from "fast-check";
import { DAYS, HOURS, materialized, REQUEST } from "./build.ts";
import type { Harness } from "./harness.ts";

/** How many partitions and runs commands speak of, and how many workers there are at a time. */
export const PARTITIONS = 8, RUNS = 4, WORKERS = 3;

/** A state with its workers; what it numbers freely (claims, values) is named by its place here. */
export class Bench {
  readonly #harness: Harness;
  readonly #workers: { name: string; state: State }[] = [];
  readonly #tokens: number[] = [];
  readonly #versions: number[] = [0];
  #names = 0;

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  async start(): Promise<void> {
    for (let slot = 0; slot < WORKERS; slot++) await this.replace(slot);
  }

  async replace(slot: number): Promise<void> {
    const name = `worker ${this.#names++}`;
    this.#workers[slot] = { name, state: await this.#harness.worker(name) };
  }

  async kill(slot: number): Promise<void> {
    await this.#harness.kill(this.#workers[slot]!.name);
    await this.replace(slot);
  }

  state(slot: number): State {
    return this.#workers[slot]!.state;
  }

  /** The token at a place, counted around; one never given where there is none. */
  token(place: number): number {
    return this.#tokens[place % this.#tokens.length] ?? -1;
  }

  placeOfToken(token: number): number {
    return this.#tokens.push(token) - 1;
  }

  version(place: number): number {
    return this.#versions[place % this.#versions.length]!;
  }

  placeOfVersion(version: number): number {
    const known = this.#versions.indexOf(version);
    return known >= 0 ? known : this.#versions.push(version) - 1;
  }
}

/** Something to do with a state, and what it answers. */
export interface Command {
  toString(): string;
  run(bench: Bench): Promise<unknown>;
}

const slot = fc.nat(WORKERS - 1);
const place = fc.nat(99);
const partition = fc.nat(PARTITIONS - 1);
const range = fc.tuple(partition, partition).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const asset = fc.constantFrom(HOURS, HOURS, DAYS);
const run = fc.option(fc.integer({ min: 1, max: RUNS }));
const pool = fc.record({ pool: fc.constantFrom("p", "q"), most: fc.integer({ min: 1, max: 2 }) });
const at = fc.nat(1_000);
const checks = fc.array(
  fc.record({
    check: fc.constantFrom("a", "b", FILES_INTACT),
    severity: fc.constant("warning" as const),
    passed: fc.boolean(),
  }),
  { maxLength: 2 },
);

const made = fc.record({
  partition,
  asset,
  run,
  at,
  checks,
  dataVersion: fc.constantFrom("x", "0".repeat(32)),
})
  .map((given) => materialized(given.partition, given));
const common = fc.record({ asset, run, at });
const spanning = fc.tuple(common, range).map(([common, range]) => ({ ...common, ...range }));
const event: fc.Arbitrary<NewEvent> = fc.oneof(
  made,
  made,
  made,
  spanning.map((over): NewEvent => ({ kind: "wiped", ...over })),
  spanning.map((over): NewEvent => ({ kind: "expired", ...over })),
  spanning.map((over): NewEvent => ({ kind: "failed", ...over, reason: "error", message: `${over.from}` })),
  spanning.map((over): NewEvent => ({ kind: "due", ...over, detail: "asked" })),
  fc.record({ asset, run, at, partition, of: fc.integer({ min: 1, max: 12 }), checks })
    .map((given): NewEvent => ({ kind: "checked", ...given })),
);
const intent: fc.Arbitrary<Intent> = made.map((event) => ({ event, replacements: [], measured: [] }));

function command<T>(name: string, given: fc.Arbitrary<T>, act: (bench: Bench, given: T) => Promise<unknown>) {
  return given.map((of): Command => ({
    toString: () => `${name} ${fc.stringify(of)}`,
    run: (bench) => act(bench, of),
  }));
}

/** The answer, or the fault as data. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    command(
      "report",
      fc.tuple(slot, fc.array(event, { maxLength: 4 })),
      (bench, [slot, events]) => bench.state(slot).commit({ claim: null, events }),
    ),
    command(
      "begin",
      fc.tuple(slot, at),
      (bench, [slot, at]) => bench.state(slot).beginRun({ ...REQUEST, selection: [String(at)] }, at),
    ),
    command(
      "end",
      fc.tuple(slot, fc.integer({ min: 1, max: RUNS }), at),
      (bench, [slot, run, at]) => bench.state(slot).endRun(run, "failed", null, at),
    ),
    command(
      "enqueue",
      fc.tuple(slot, fc.nat(2), fc.option(fc.constantFrom("a", "b"), { nil: undefined }), at),
      (bench, [slot, priority, key, at]) =>
        bench.state(slot).enqueue({ ...REQUEST, priority, ...(key !== undefined && { key }) }, at),
    ),
    command("take", fc.tuple(slot, at), (bench, [slot, at]) => bench.state(slot).take(at)),
    command(
      "got on",
      fc.tuple(slot, fc.integer({ min: 1, max: RUNS })),
      (bench, [slot, run]) => bench.state(slot).gotOn(run),
    ),
    command(
      "cancel",
      fc.tuple(slot, fc.integer({ min: 1, max: RUNS + 4 }), at),
      (bench, [slot, run, at]) => outcome(bench.state(slot).cancel(run, at)),
    ),
    command(
      "free",
      fc.tuple(slot, fc.integer({ min: 1, max: RUNS + 4 }), at),
      (bench, [slot, run, at]) => bench.state(slot).free(run, at),
    ),
    command(
      "claim",
      fc.tuple(
        slot,
        run,
        fc.array(range, { minLength: 1, maxLength: 2 }),
        fc.option(pool, { nil: undefined }),
      ),
      async (bench, [slot, run, of, pool]) => {
        const { granted, ...rest } = await bench.state(slot).claim(run ?? 1, HOURS, of, undefined, pool);
        return { ...rest, granted: granted && { ...granted, token: bench.placeOfToken(granted.token) } };
      },
    ),
    command(
      "wanted",
      fc.tuple(slot, place),
      (bench, [slot, place]) => bench.state(slot).isWanted(bench.token(place)),
    ),
    command(
      "leave",
      fc.tuple(slot, run, pool),
      (bench, [slot, run, { pool }]) => bench.state(slot).leave(run ?? 1, pool),
    ),
    command(
      "commit",
      fc.record({
        slot,
        place,
        events: fc.array(event, { maxLength: 2 }),
        intents: fc.array(intent, { maxLength: 2 }),
        reverted: fc.array(partition, { maxLength: 1 }),
        release: fc.boolean(),
      }),
      (bench, { slot, place, ...commit }) =>
        outcome(bench.state(slot).commit({ claim: bench.token(place), ...commit })),
    ),
    command(
      "release",
      fc.tuple(slot, place),
      (bench, [slot, place]) => bench.state(slot).release(bench.token(place)),
    ),
    command("kill", slot, (bench, slot) => bench.kill(slot)),
    command("close", slot, async (bench, slot) => {
      await bench.state(slot).close();
      await bench.replace(slot);
    }),
    command("recover", fc.tuple(slot, at), async (bench, [slot, at]) => {
      const adopted = await bench.state(slot).recover(at);
      return adopted.map(({ token, ...rest }) => ({ ...rest, token: bench.placeOfToken(token) }));
    }),
    command(
      "put",
      fc.tuple(slot, fc.constantFrom("k/a", "k/b"), at, place),
      (bench, [slot, key, value, place]) => bench.state(slot).keyValue.put(key, value, bench.version(place)),
    ),
    command("get", fc.tuple(slot, fc.constantFrom("k/a", "k/b")), async (bench, [slot, key]) => {
      const found = await bench.state(slot).keyValue.get(key);
      return found && { value: found.value, version: bench.placeOfVersion(found.version) };
    }),
    command(
      "delete",
      fc.tuple(slot, fc.constantFrom("k/a", "k/b")),
      (bench, [slot, key]) => bench.state(slot).keyValue.delete(key),
    ),
  ),
  { maxLength: 40 },
);
