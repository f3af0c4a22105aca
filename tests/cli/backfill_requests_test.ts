import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../sources/openaq/simulator/simulated.ts";
import { CommandLine } from "./command_line.ts";

/** Simulated stations on loopback that count what they are asked for within a window; dispose of it. */
class Stations implements AsyncDisposable {
  asked = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(from: string, to: string) {
    const [first, last] = [Date.parse(from), Date.parse(to)];
    const answer = simulatedOpenAQ({ dataset: generated({ seed: 1, sensors: 8 }), clock: { now: Date.now } });
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { searchParams: query } = new URL(request.url);
      const until = Date.parse(query.get("datetime_to") ?? "");
      if (until > first && until <= last) this.asked++;
      return answer(request);
    });
  }

  get env(): Record<string, string> {
    return {
      OPENAQ_API_URL: `http://127.0.0.1:${this.#server.addr.port}`,
      OPENAQ_API_KEY: "a-key-for-tests",
      OPENAQ_RATE_PER_MINUTE: "60000",
      OPENAQ_RATE_PER_HOUR: "2000000",
      DEFAULT_LOOKBACK_DAYS: "1",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const RAW = "+vietnam/raw_prod";

/** The requests of one run over a range, and those of a backfill of it, with what this said of them. */
async function compared(from: string, to: string, some?: readonly string[]) {
  const counts: number[] = [];
  let told = { partitions: 0, requests: 0 };
  for (const isBackfill of [false, true]) {
    await using stations = new Stations(from, "2025-01-01");
    const { env } = stations;
    await using line = await CommandLine.open();
    const run = async (...args: string[]) => {
      const ran = await line.run([...args, "--json"], { env });
      assertEquals([ran.code, ran.stderr.replace(/^note: no daemon .*\n/, "")], [0, ""]);
      return ran.json;
    };
    if (some !== undefined) {
      await run("materialize", RAW, "--from", from, "--to", to);
      await run("wipe", "vietnam/raw_prod", ...some.flatMap((key) => ["--partition", key]));
      stations.asked = 0;
    }
    if (isBackfill) {
      told = await run("backfill", RAW, "--from", from, "--to", to, "--only", "missing", "--yes");
      await run("daemon", "--once");
      const [backfill] = await run("backfills");
      assertEquals([backfill.status, backfill.done], ["succeeded", told.partitions]);
    } else await run("materialize", RAW, "--from", from, "--to", to);
    counts.push(stations.asked);
  }
  const [one, batches] = counts as [number, number];
  return { one, batches, told };
}

/** Sensors that report more often than by the hour take more pages than can be said before. */
function isLeast(told: number, actual: number): void {
  assert(told <= actual && told >= 0.6 * actual, `it said ${told} of ${actual}`);
}

Deno.test("a month that is backfilled takes as many requests as one run, and says about how many", async () => {
  const { one, batches, told } = await compared("2024-01-01", "2024-01-31");
  assertEquals(batches, one);
  isLeast(told.requests, batches);
});

Deno.test("what is longer than a batch takes a third more at most", async () => {
  const { one, batches, told } = await compared("2024-01-15", "2024-03-05");
  assert(one > 10);
  assertLessOrEqual(batches, 1.3 * one);
  isLeast(told.requests, batches);
});

Deno.test("once hours are known, sensors that report more often are counted, too", async () => {
  const [from, to] = ["2024-01-01", "2024-02-09"];
  await using stations = new Stations(from, "2025-01-01");
  await using line = await CommandLine.open();
  const run = async (...args: string[]) => (await line.run([...args, "--json"], { env: stations.env })).json;
  await run("materialize", RAW, "--from", "2024-02-10", "--to", "2024-02-10");
  const told = await run("backfill", RAW, "--from", from, "--to", to, "--yes");
  stations.asked = 0;
  await run("materialize", RAW, "--from", from, "--to", to);
  assert(
    Math.abs(told.requests - stations.asked) <= 0.1 * stations.asked,
    `${told.requests} of ${stations.asked}`,
  );
  assertEquals((await run("backfills"))[0].done, told.partitions);
});

Deno.test("so do hours that lie apart", async () => {
  const some = ["01-03T04", "01-20T07", "01-20T08", "02-11T00", "02-17T23"].map((key) => `2024-${key}`);
  const { one, batches } = await compared("2024-01-01", "2024-02-17", some);
  assert(one > 0);
  assertLessOrEqual(batches, 1.3 * one);
});
