import { assertEquals } from "@std/assert";
import { contentOf, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const MARCH = ["--from", "2024-03-01", "--to", "2024-03-31"];
const MAY = ["--from", "2024-05-01", "--to", "2024-05-31"];

Deno.test("a month is made from end to end while another run's month waits for answers", async () => {
  await using server = new Server();
  await using place = await Place.make(server.env);
  assertEquals((await place.run(["materialize", "--from", "2024-01-01", "--to", "2024-01-01"])).code, 0);
  const may = Promise.withResolvers<void>();
  let held = 0;
  server.fault = async (request) => {
    if (request.url.includes("datetime_from=2024-03")) {
      held++;
      await may.promise;
    }
    return await server.honest(request);
  };
  const waiting = place.start(["materialize", ...MARCH]);
  await until("March's questions", () => held > 0 || waiting.over);
  const { code, stderr } = await place.run(["materialize", ...MAY]);
  assertEquals({ code, stderr, over: waiting.over }, { code: 0, stderr: "", over: false });
  assertEquals((await place.ask(["plan", ...MAY])).steps, []);
  may.resolve();
  const late = await waiting.ended;
  assertEquals({ code: late.code, stderr: late.stderr }, { code: 0, stderr: "" });
  assertEquals((await place.ask(["plan", ...MARCH])).steps, []);
  assertEquals(await leftovers(place), []);
});

Deno.test("of two runs over the same month, each partition is made by one", async () => {
  await using server = new Server({ latency: 20 });
  await using place = await Place.make(server.env);
  const [a, b] = await Promise.all(
    [MARCH, MARCH].map((month) => place.run(["materialize", ...month, "--json"])),
  );
  assertEquals([a!.code, b!.code], [0, 0], a!.stderr + b!.stderr);
  const made = (key: string) =>
    [a, b].flatMap((ended) => ended!.json.assets).filter((asset: { key: string }) => asset.key === key)
      .reduce((sum: number, asset: { materialized: number }) => sum + asset.materialized, 0);
  const counts = ["vietnam/locations", "vietnam/raw_prod", "vietnam/dev_mart", "vietnam/prod_mart"].map(made);
  assertEquals(counts, [1, 744, 31, 31]);
  assertEquals(await leftovers(place), []);

  await using other = await Place.make(server.env);
  assertEquals((await other.run(["materialize", ...MARCH])).code, 0);
  const { "vietnam/locations": _, ...content } = await contentOf(place);
  const { "vietnam/locations": __, ...wanted } = await contentOf(other);
  assertEquals(content, wanted);
});
