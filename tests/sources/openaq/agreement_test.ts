import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import { completeness } from "../../../sources/openaq/agreement.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Handler, NOW, served } from "./served.ts";

function judged(meta: unknown, results: number, before = 0): boolean | string {
  const found = completeness({ meta }, results, { limit: 1_000, before });
  return "broken" in found ? found.broken : found.full;
}

Deno.test("a page is full by the most that its server gives, or by what it says it found", () => {
  assertEquals(judged(undefined, 7), false);
  assertEquals(judged({ found: null, limit: null }, 7), false);
  assertEquals(judged({ found: 7, limit: 1_000 }, 7), false);
  assertEquals(judged({ found: 1_007 }, 7, 1_000), false);
  assertEquals(judged({ found: "7" }, 7), false);
  assertEquals(judged({ found: 0 }, 0), false);
  assertEquals(judged({ found: 3 }, 7), false, "less than what came is nothing lost");
  assertEquals(judged({ found: ">1000", limit: 1_000 }, 1_000), true);
  assertEquals(judged({ found: 1_000 }, 1_000), true);
  assertEquals(judged({ found: ">100", limit: 100 }, 100), true);
  assertEquals(judged({ found: 878 }, 100), true);
});

Deno.test("an answer that lacks what it found, or has too much, is none", () => {
  assertEquals(judged({ found: 500 }, 0), "0 results beside meta.found: 500, wanted all of them");
  assertEquals(judged({ found: ">1000" }, 0), `0 results beside meta.found: ">1000", wanted all of them`);
  assertEquals(judged({ found: 12 }, 6), "6 results beside meta.found: 12, wanted all of them");
  assertEquals(judged({ found: 1_500 }, 7, 1_000), "7 results beside meta.found: 1500, wanted all of them");
  assertEquals(judged({}, 1_001), "1001 results, wanted at most 1000");
  assertEquals(judged({ limit: 100 }, 101), "101 results, wanted at most 100");
});

const clock = () => fakeClock(NOW, { auto: true });
const dataset = generated({ sensors: 5_000 });

Deno.test("locations of a server that gives a hundred at once are asked for by the hundred", async () => {
  const honest = simulatedOpenAQ({ dataset, clock: clock() });
  const asked: string[] = [];
  const { client } = served((request) => {
    const url = new URL(request.url);
    asked.push(url.search);
    if (Number(url.searchParams.get("limit")) > 100) url.searchParams.set("limit", "100");
    return honest(new Request(url, request));
  }, clock());
  assertEquals((await client.locations(56)).locations.length, 1_000);
  assertEquals([asked.length, asked[1]], [11, "?countries_id=56&limit=100&page=2"]);
});

Deno.test("a page that repeats the one before is a failing answer, tried again and named", async () => {
  const honest = simulatedOpenAQ({ dataset, clock: clock() });
  const repeating = (times: number): Handler => (request) => {
    const url = new URL(request.url);
    if (url.searchParams.get("page") === "2" && times-- > 0) url.searchParams.set("page", "1");
    return honest(new Request(url, request));
  };
  const once = served(repeating(1), clock()).client;
  assertEquals([(await once.locations(56)).locations.length, once.requests], [1_000, 3]);
  const always = served(repeating(Infinity), clock()).client;
  const { trouble, message } = await assertRejects(() => always.locations(56), OpenAQError);
  assertEquals([trouble, always.requests], ["failing", 1 + 3]);
  assertStringIncludes(message, `page=2" answered the page before once more, wanted another`);
});
