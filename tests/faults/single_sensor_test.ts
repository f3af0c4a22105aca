import { assertEquals, assertMatch } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf } from "./tampered.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-01"];
const SENSOR = 50_000_003;
const dataset = generated({ sensors: 6, quirks: false });
const ROWS = "SELECT DISTINCT sensor_id FROM raw_db.openaq_raw ORDER BY ALL";

const HEADERS = { "content-type": "application/json", "x-airgraph-source": "simulated:1" };

/** The change made to an honest answer. */
type Change = (answer: Response) => Response | Promise<Response>;

/** Half of an answer, then the connection breaks. */
const breaking: Change = () => {
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
const bomb: Change = () => {
  let left = 100;
  const megabyte = new Uint8Array(2 ** 20).fill(32);
  const zeros = new ReadableStream({
    pull: (controller) => left-- > 0 ? controller.enqueue(megabyte) : controller.close(),
  });
  return new Response(zeros.pipeThrough(new CompressionStream("gzip")), {
    headers: { ...HEADERS, "content-encoding": "gzip" },
  });
};

/** An honest answer, changed by its text. */
const changed =
  (change: (text: string) => BodyInit | Promise<BodyInit>, more: HeadersInit = {}): Change =>
  async (answer) => new Response(await change(await answer.text()), { headers: { ...HEADERS, ...more } });

/** An answer that is packed, and ends before the packing does. */
const cutOff = changed(async (text) => {
  const packed = new Response(text).body!.pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  return bytes.subarray(0, bytes.length - 4);
}, { "content-encoding": "gzip" });

/** The results, and then none. */
const resultsTwice = changed((text) =>
  text.replace(/"found":\d+/, '"found":0').replace(/}$/, ',"results":[]}')
);

for (
  const [what, fault, says] of [
    ["breaks off", breaking, /broke off after \d+ bytes, wanted a whole answer$/],
    ["is far too large", bomb, /answered more than 64 MiB, wanted less$/],
    ["is packed and cut off", cutOff, /broke off after \d+ bytes, wanted a whole answer$/],
    ["has its results twice", resultsTwice, /answered with two of "results" in one object, wanted one$/],
  ] as const
) {
  Deno.test(`an answer that ${what} for one sensor is that sensor's trouble`, async () => {
    await using server = new Server({ dataset });
    await using place = await Place.make(server.env);
    server.fault = async (request) => {
      const answer = await server.honest(request);
      return sensorOf(new URL(request.url)) === SENSOR ? await fault(answer) : answer;
    };
    const { code, stderr, json } = await place.run([...COMMAND, "--json"]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(json.warnings[0], new RegExp(`^vietnam/raw_prod: sensor ${SENSOR} is set aside`));
    assertMatch(json.warnings[0], says);
    const sensors = await place.ask(["inspect", ROWS]);
    assertEquals(sensors.length, 5);
    assertEquals(await leftovers(place), []);
  });
}
