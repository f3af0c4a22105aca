import { assertEquals, assertRejects } from "@std/assert";
import { Webhook } from "../../../adapters/alerts/webhook/webhook.ts";
import { channelContract, MESSAGE } from "./channel_contract.ts";

/** A receiver of webhooks on loopback; dispose of it. */
function receiver(answer: () => Response = () => new Response(null, { status: 204 })) {
  // deno-lint-ignore no-explicit-any
  const got: { body: any; id: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    got.push({ body: await request.json(), id: request.headers.get("Idempotency-Key") });
    return answer();
  });
  const url = `http://127.0.0.1:${server.addr.port}/hook/hidden-secret`;
  return { got, url, [Symbol.asyncDispose]: () => server.shutdown() };
}

channelContract("webhook", () => {
  const end = receiver();
  let down = false;
  const fetch_ = (request: Request) =>
    fetch(down ? new Request("http://127.0.0.1:1/hidden-secret", request) : request);
  return Promise.resolve({
    channel: new Webhook({ url: end.url, fetch: fetch_ }),
    arrived: () =>
      Promise.resolve(end.got.map(({ body: { event, rule, subject, message }, id }) => ({
        event,
        rule,
        subject,
        message,
        id: id!,
      }))),
    fail: () => Promise.resolve(void (down = true)),
    [Symbol.asyncDispose]: () => end[Symbol.asyncDispose](),
  });
});

const { signal } = new AbortController();

Deno.test("webhook: generic JSON has the episode's key in both messages", async () => {
  await using end = receiver();
  await new Webhook({ url: end.url }).send(MESSAGE, signal);
  assertEquals(end.got[0]!.body, { ...MESSAGE, at: "2024-01-02T03:04:05Z" });
});

Deno.test("webhook: Slack is given a text in which nothing is markup", async () => {
  await using end = receiver();
  const webhook = new Webhook({ url: end.url, format: "slack" });
  await webhook.send(MESSAGE, signal);
  await webhook.send({ ...MESSAGE, severity: "error" }, signal);
  await webhook.send({ ...MESSAGE, event: "closed" }, signal);
  const texts = end.got.map(({ body }) => body.text as string);
  assertEquals(
    texts[0],
    ":large_yellow_circle: *pm25 Thành phố &lt;Huế&gt; &amp; co* opened at 2024-01-02T03:04:05Z\n" +
      'found "87.5 µg/m³", wanted 50\u2028or less',
  );
  assertEquals(texts.map((text) => text.split(" ")[0]), [
    ":large_yellow_circle:",
    ":red_circle:",
    ":large_green_circle:",
  ]);
});

Deno.test("webhook: what is not taken is told with what was answered; nobody is sent on", async () => {
  await using refusing = receiver(() => new Response("no\n  such channel", { status: 404 }));
  await using moved = receiver(() =>
    new Response(null, { status: 302, headers: { Location: "http://127.0.0.1:1/" } })
  );
  await assertRejects(
    () => new Webhook({ url: refusing.url }).send(MESSAGE, signal),
    Error,
    'posting to the webhook: it answered 404 "no such channel", wanted 200',
  );
  await assertRejects(
    () => new Webhook({ url: moved.url }).send(MESSAGE, signal),
    Error,
    "it answered 302, wanted 200",
  );
});

Deno.test("webhook: one that does not answer is let go of by the signal", async () => {
  const waiting = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked.resolve();
    return waiting.promise;
  });
  const ended = new AbortController();
  const sending = new Webhook({ url: `http://127.0.0.1:${server.addr.port}` }).send(MESSAGE, ended.signal);
  const rejected = assertRejects(() => sending, Error, "enough");
  await asked.promise;
  ended.abort(new Error("enough"));
  await rejected;
  waiting.resolve(new Response());
  await server.shutdown();
});
