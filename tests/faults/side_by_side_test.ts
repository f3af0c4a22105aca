import { assert, assertEquals } from "@std/assert";
import { contentOf, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

const MARCH = ["--from", "2024-03-01", "--to", "2024-03-31"];
const MAY = ["--from", "2024-05-01", "--to", "2024-05-31"];
const PAIRS = 5;
/** About as long as OpenAQ takes for a page, in milliseconds. */
const ANSWERS_WITHIN = 300;

Deno.test("two months at once take less than 1.4 times one alone", async () => {
  await using server = new Server({ latency: ANSWERS_WITHIN });
  await using begun = await Place.make(server.env);
  assertEquals((await begun.run(["materialize", "--from", "2024-01-01", "--to", "2024-01-01"])).code, 0);
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const [one, two] = [await timed(begun, [MARCH]), await timed(begun, [MARCH, MAY])];
    console.log(`one ${Math.round(one)} ms, two ${Math.round(two)} ms: ${(two / one).toFixed(2)} times`);
    ratios.push(two / one);
  }
  const ratio = ratios.toSorted((a, b) => a - b)[PAIRS >> 1]!;
  assert(ratio < 1.4, `found ${ratio.toFixed(2)} times in the middle, wanted less than 1.4`);
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

/** How long the months take at once, on a copy of the lake, in milliseconds. */
async function timed(lake: Place, months: readonly string[][]): Promise<number> {
  await using place = await lake.copy();
  const started = performance.now();
  const ended = await Promise.all(months.map((month) => place.run(["materialize", ...month])));
  const took = performance.now() - started;
  for (const { code, stderr } of ended) assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(await leftovers(place), []);
  return took;
}
