import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { OpenTelemetryTracer } from "../../../adapters/tracer/opentelemetry/tracer.ts";
import { Collector } from "./collector.ts";
import { tracerContract } from "./contract.ts";

tracerContract("opentelemetry", () => new OpenTelemetryTracer({ version: "1", mask: (text) => text }));

Deno.test("a collector is told of spans by a process that ends at once, and of nothing secret", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("ok"),
  );
  await using collector = new Collector();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", fromFileUrl(import.meta.resolve("./spans_child.ts"))],
      `http://127.0.0.1:${server.addr.port}`,
    ],
    env: collector.env,
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [7, ""]);

  const told = collector.spans.map(({ name }) => name);
  assert(!told.includes("idle") && !told.includes("left"), told.join(", "));
  const path = (name: string) => collector.path(collector.named(name)[0]!);
  assertEquals(path("held"), ["holds", "held"]);
  assertEquals(path("after"), ["after"], "what goes on after a span that was left out");
  assertEquals(path("elsewhere"), ["named", "elsewhere"]);
  const [fails, throws, values] = ["fails", "throws", "values"].map((name) => collector.named(name)[0]!);
  assertEquals([fails!.status, fails!.message, fails!.attributes], [2, "found *** there", {
    "error.type": "odd",
  }]);
  assertEquals([throws!.status, throws!.message], [2, "found ***"]);
  assertEquals(throws!.attributes, { "error.type": "RangeError" });
  assertEquals(values!.attributes, { whole: 3, part: 0.5, yes: true, list: ["***"], text: "***" });
  assertEquals(path("asks within"), ["asks", "asks within"]);
  // The runtime tells of those requests alone that no span of ours tells.
  assertEquals(collector.named("GET").map((span) => collector.path(span)), [["does not ask", "GET"]]);
  assert(!collector.text.includes("a-secret"));
});
