import { assert, assertEquals, assertMatch } from "@std/assert";
import { DamageError } from "../../core/mod.ts";
import { lakeOfADay } from "./pages/lake_of_a_day.ts";

const STATEMENT = `/sql?${new URLSearchParams({ q: "SELECT 1 AS one" })}`;

/** A lake whose tables answer nothing until a test lets them. */
async function waiting() {
  const made = await lakeOfADay();
  let answers = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<AbortSignal>();
  const ask = made.tables.ask.bind(made.tables);
  made.tables.ask = async (statement, options) => {
    asked.resolve(options.signal);
    await answers.promise;
    return await ask(statement, options);
  };
  return {
    made,
    asked: asked.promise,
    hold: () => void (answers = Promise.withResolvers()),
    answer: () => answers.resolve(),
    fail: (error: Error) => answers.reject(error),
  };
}

/** The texts of an answer, as they come. */
function textsOf(response: Response): AsyncIterator<string> {
  const isPacked = response.headers.get("content-encoding") === "gzip";
  const body = isPacked ? response.body!.pipeThrough(new DecompressionStream("gzip")) : response.body!;
  return body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
}

async function rest(texts: AsyncIterator<string>): Promise<string> {
  let text = "";
  for (let next = await texts.next(); !next.done; next = await texts.next()) text += next.value;
  return text;
}

Deno.test("what waits for the tables has its head sent before they answer, compressed or not", async () => {
  const { made, hold, answer } = await waiting();
  await using _ = made;
  for (
    const [path, encoding] of [
      [STATEMENT, "identity"],
      [STATEMENT, "gzip, deflate, br"],
      ["/air", "gzip, deflate, br"],
      ["/data/prod_db/vietnam", "identity"],
    ] as const
  ) {
    hold();
    const response = await made.request(path, { headers: { "accept-encoding": encoding } });
    assertEquals(response.headers.get("content-encoding"), encoding === "identity" ? null : "gzip", path);
    assertMatch(response.headers.get("content-security-policy")!, /default-src 'none'.*script-src 'self';/);
    const texts = textsOf(response);
    let head = "";
    while (!head.includes("Reading the tables …")) head += (await texts.next()).value;
    assert(head.includes("</nav>") && head.includes("<h1>") && !head.includes("</main>"), path);
    answer();
    const tail = await rest(texts);
    assertMatch(tail, /<t[dh].*<\/main>.*<\/html>$/s, path);
    assert(!/<script|style=/.test(tail), "nothing inline puts it in its place");
  }
});

Deno.test("who leaves before the answer ends the statement", async () => {
  for (const encoding of ["identity", "gzip"]) {
    const { made, asked } = await waiting();
    await using _ = made;
    const { body } = await made.request(STATEMENT, { headers: { "accept-encoding": encoding } });
    const reader = body!.getReader();
    await reader.read();
    const next = reader.read();
    const signal = await asked;
    await reader.cancel();
    await next;
    assert(signal.aborted, encoding);
  }
});

Deno.test("nothing is compressed for who says not to", async () => {
  await using made = await lakeOfADay();
  for (const [header, encoding] of [["gzip;q=0", null], ["gzip; q=0.0, br", null], ["gzip;q=0.5", "gzip"]]) {
    const response = await made.request(STATEMENT, { headers: { "accept-encoding": header! } });
    assertEquals(response.headers.get("content-encoding"), encoding, header!);
    await response.body!.cancel();
  }
});

Deno.test("what goes wrong after the head is told in the page, and in the log", async () => {
  const { made, fail } = await waiting();
  await using _ = made;
  const response = await made.request(STATEMENT);
  fail(new TypeError("<b> is broken"));
  const html = await response.text();
  assertEquals(response.status, 200);
  assertEquals(made.broke, ["answering /sql: <b> is broken"]);
  assertMatch(html, /<p class="notice bad" lang="en">&lt;b&gt; is broken<\/p>.*<\/main>.*<\/html>$/s);
});

Deno.test("a script is answered once all is there", async () => {
  await using made = await lakeOfADay();
  const { html } = await made.get("/data/prod_db/vietnam", { headers: { "sec-fetch-dest": "empty" } });
  assert(!html.includes("Reading the tables") && html.includes('data-live="preview"'));
});

Deno.test("a script is told by the status what goes wrong with the part", async () => {
  await using made = await lakeOfADay();
  const headers = { "sec-fetch-dest": "empty" };
  for (
    const [path, error, wanted] of [
      [STATEMENT, new TypeError("is broken"), 500],
      ["/air", new DamageError("is lost", undefined), 503],
    ] as const
  ) {
    made.tables.ask = () => Promise.reject(error);
    const { status, html } = await made.get(path, { headers });
    assertEquals([status, html.includes(error.message)], [wanted, true], path);
  }
  assertEquals(made.broke, ["answering /sql: is broken"], "a damaged file is no fault of the pages");
});
