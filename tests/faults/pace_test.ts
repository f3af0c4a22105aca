import { assert, assertEquals } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const MINUTE = 60_000;
const PER_MINUTE = 60;

Deno.test("60 requests a minute over more than 90, by runs of which two are killed, are never more in any minute", async () => {
  const dataset = generated({ sensors: 90, quirks: false });
  await using server = new Server({ dataset, limits: { perMinute: PER_MINUTE, perHour: 2_000 } });
  const arrived: number[] = [];
  server.seen = () => arrived.push(performance.now());
  const env = { OPENAQ_RATE_PER_MINUTE: `${PER_MINUTE}`, OPENAQ_RATE_PER_HOUR: "2000" };
  await using place = await Place.make({ ...server.env, ...env });
  const command = ["materialize", "--from", "2024-03-01", "--to", "2024-03-01"];
  for (const requests of [1, 30]) {
    const program = place.start(command);
    await until(`${requests} requests`, () => server.requests >= requests || program.over);
    program.signal("SIGKILL");
    assertEquals((await program.ended).signal, "SIGKILL");
  }
  const { code, stderr } = await place.run(command);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(server.statuses, new Map([[200, server.requests]]));
  assert(server.requests > 90, `found ${server.requests} requests`);
  for (const [i, at] of arrived.entries()) {
    const within = arrived.slice(i).filter((other) => other < at + MINUTE).length;
    assert(within <= PER_MINUTE, `found ${within} requests within a minute`);
  }
  const took = arrived.at(-1)! - arrived[0]!;
  console.log(`${arrived.length} requests in ${Math.round(took / 1_000)} s`);
  assert(took < 2 * MINUTE, "a minute more was waited than is needed");
});
