import { assertEquals } from "@std/assert";
import { contentOf, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const MARCH = ["--from", "2024-03-01", "--to", "2024-03-31"];
const MAY = ["--from", "2024-05-01", "--to", "2024-05-31"];

Deno.test("one run at a time asks OpenAQ: another month waits for its turn, says so, and is made then", async () => {
  await using server = new Server();
  await using place = await Place.make(server.env);
  assertEquals((await place.run(["materialize", "--from", "2024-01-01", "--to", "2024-01-01"])).code, 0);
  const answers = Promise.withResolvers<void>();
  const asked = { march: 0, may: 0 };
  server.fault = async (request) => {
    if (request.url.includes("datetime_from=2024-05")) asked.may++;
    if (request.url.includes("datetime_from=2024-03")) {
      asked.march++;
      await answers.promise;
    }
    return await server.honest(request);
  };
  const march = place.start(["materialize", ...MARCH]);
  await until("March's questions", () => asked.march > 0 || march.over);
  const may = place.start(["materialize", ...MAY]);
  await may.says(/vietnam\/raw_prod 2024-05.* waits for run 2 to leave "openaq"/);
  assertEquals([asked.may, march.over], [0, false]);
  answers.resolve();
  const ended = await Promise.all([march.ended, may.ended]);
  assertEquals(ended.map(({ code, stderr }) => ({ code, stderr })), Array(2).fill({ code: 0, stderr: "" }));
  for (const month of [MARCH, MAY]) assertEquals((await place.ask(["plan", ...month])).steps, []);
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
