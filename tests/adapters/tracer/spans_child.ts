import { OpenTelemetryTracer } from "../../../adapters/tracer/opentelemetry/tracer.ts";

const tracer = new OpenTelemetryTracer({
  version: "1",
  mask: (text) => text.replaceAll("a-secret", "***"),
});
const { span } = tracer;
const trace = span.bind(tracer);
const url = Deno.args[0]!;

await trace("idle", {}, async (span) => await span.omit());
await trace("holds", {}, async (span) => {
  span.omit();
  await trace("held", {}, async () => {});
});
await trace("fails", {}, async (span) => {
  span.omit();
  await span.fail("odd", "found a-secret\n  there");
});
let later = Promise.resolve();
const { promise: over, resolve: end } = Promise.withResolvers<void>();
await trace("left", {}, async (span) => {
  later = over.then(() => trace("after", {}, async () => {}));
  await span.omit();
});
end();
await later;
await trace("values", {
  attributes: { whole: 3, part: 0.5, yes: true, list: ["a-secret"], text: "a-secret" },
}, async () => {});
const named = await trace("named", {}, () => Promise.resolve(tracer.current()));
await trace("elsewhere", { parent: named }, async () => {});
await trace("asks", { asks: true }, async () => {
  await (await fetch(`${url}/a-secret`)).text();
  await trace("asks within", { asks: true }, async () => {
    await (await fetch(`${url}/a-secret`)).text();
  });
});
await trace("does not ask", {}, async () => {
  await (await fetch(`${url}/seen`)).text();
});
await trace("throws", {}, () => Promise.reject(new RangeError("found a-secret"))).catch(() => {});
Deno.exit(7);
