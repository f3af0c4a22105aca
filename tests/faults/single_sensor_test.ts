import { assertEquals, assertMatch } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { type Fault, Server } from "./server.ts";
import { sensorOf } from "./tampered.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-01"];
const SENSOR = 50_000_003;
const dataset = generated({ sensors: 6, quirks: false });
const ROWS = "SELECT DISTINCT sensor_id FROM raw_db.openaq_raw ORDER BY ALL";

const HEADERS = { "content-type": "application/json", "x-airgraph-source": "simulated:1" };

/** Half of an answer, then the connection breaks. */
const breaking: Fault = () => {
  const half = new TextEncoder().encode(`{"meta":{},"results":[`.padEnd(100_000));
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(half);
      controller.error(new Error("broken"));
    },
  });
  return new Response(body, { headers: HEADERS });
};

/** A tenth of a megabyte that unpacks to a hundred. */
const bomb: Fault = () => {
  let left = 100;
  const megabyte = new Uint8Array(2 ** 20).fill(32);
  const zeros = new ReadableStream({
    pull: (controller) => left-- > 0 ? controller.enqueue(megabyte) : controller.close(),
  });
  return new Response(zeros.pipeThrough(new CompressionStream("gzip")), {
    headers: { ...HEADERS, "content-encoding": "gzip" },
  });
};

for (
  const [what, fault, says] of [
    ["breaks off", breaking, /broke off after \d+ bytes, wanted a whole answer$/],
    ["is far too large", bomb, /answered more than 64 MiB, wanted less$/],
  ] as const
) {
  Deno.test(`an answer that ${what} for one sensor is that sensor's trouble`, async () => {
    await using server = new Server({ dataset });
    await using place = await Place.make(server.env);
    server.fault = (request) =>
      sensorOf(new URL(request.url)) === SENSOR ? fault(request) : server.honest(request);
    const { code, stderr, json } = await place.run([...COMMAND, "--json"]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(json.warnings[0], new RegExp(`^vietnam/raw_prod: sensor ${SENSOR} is set aside`));
    assertMatch(json.warnings[0], says);
    const sensors = await place.ask(["inspect", ROWS]);
    assertEquals(sensors.length, 5);
    assertEquals(await leftovers(place), []);
  });
}
