import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { untraced } from "../../core/mod.ts";
import { namesOnly } from "../../app/traced/query.ts";
import { openTracer } from "../../app/traced/tracer.ts";
import { Place } from "../faults/place.ts";
import { Server } from "../faults/server.ts";
import { Collector } from "../adapters/tracer/collector.ts";

const GRAPH = fromFileUrl(import.meta.resolve("./tracing_graph.ts"));

Deno.test("a run is traced: its steps, and in them the requests and statements, without what is secret", async () => {
  await using collector = new Collector();
  await using server = new Server();
  await using place = await Place.make({
    ...server.env,
    OPENAQ_API_KEY: "a-very-secret-key",
    DEFAULT_LOOKBACK_DAYS: "1",
    ...collector.env,
  });
  const { code, stderr } = await place.run(["materialize"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });

  const [run, ...more] = collector.named("run");
  assertEquals(more, []);
  assertEquals([run!.parent, run!.attributes["airgraph.run"], run!.status], ["", 1, 0]);
  const own = collector.spans.filter(({ trace }) => trace === run!.trace);
  assertEquals(own.filter((span) => collector.path(span)[0] !== "run"), []);
  const paths = new Set(own.map((span) => collector.path(span).join(" > ")));
  for (
    const path of [
      "run > step vietnam/locations > GET",
      "run > step vietnam/raw_prod > GET",
      "run > step vietnam/prod_mart > transform marts/vietnam",
      "run > step view/aq_prod.pm25_by_day > bind aq_prod.pm25_by_day",
    ]
  ) assert(paths.has(path), `found no "${path}" among ${[...paths].join("\n")}`);

  const [raw] = collector.named("step vietnam/raw_prod");
  const { "airgraph.partitions.count": partitions, "airgraph.asset": asset } = raw!.attributes;
  assertEquals([asset, raw!.attributes["airgraph.outcome"]], ["vietnam/raw_prod", "succeeded"]);
  assertEquals(raw!.attributes["airgraph.partitions.materialized"], partitions);

  const requests = own.filter(({ name }) => name === "GET");
  const first = requests.find((span) => collector.path(span).length === 3)!;
  assertEquals(first.kind, 3);
  assertEquals(first.attributes["http.request.method"], "GET");
  assertEquals(first.attributes["http.response.status_code"], 200);
  assertEquals(first.attributes["server.port"], server.port);
  assert(String(first.attributes["url.full"]).startsWith(`http://127.0.0.1:${server.port}/v3/`));
  // Each request is told once: not by the runtime, too.
  assertEquals(collector.spans.filter(({ scope, kind }) => scope === "deno" && kind === 3), []);
  assertEquals(collector.named("GET").length, server.requests);
  const [statement] = collector.named("transform marts/vietnam");
  assertEquals(statement!.attributes["db.system.name"], "duckdb");
  assert(!collector.text.includes("a-very-secret-key"));
});

Deno.test("a password in a URL is told nowhere, whoever asks", async () => {
  await using collector = new Collector();
  await using server = new Server();
  await using place = await Place.make({
    ...server.env,
    OPENAQ_API_URL: `http://somebody:a-password-of-a-url@127.0.0.1:${server.port}`,
    DEFAULT_LOOKBACK_DAYS: "1",
    ...collector.env,
  });
  for (const args of [["doctor"], ["materialize", "vietnam/locations"]]) await place.run(args);
  assert(collector.named("GET").length > 1);
  assert(!collector.text.includes("a-password-of-a-url"));
});

Deno.test("a request that fails marks its span, and the step and the run that fail with it", async () => {
  await using collector = new Collector();
  await using server = new Server();
  await using place = await Place.make({ ...server.env, DEFAULT_LOOKBACK_DAYS: "1", ...collector.env });
  server.fault = (request) =>
    request.url.includes("/locations") ? new Response("{}", { status: 422 }) : server.honest(request);
  const { code } = await place.run(["materialize", "vietnam/locations"]);
  assertEquals(code, 1);
  const [asked, step, run] = ["GET", "step vietnam/locations", "run"].map((name) =>
    collector.named(name).find(({ status }) => status === 2)
  );
  assertEquals(asked?.attributes["error.type"], "422");
  assertEquals(asked?.message, "answered 422");
  assertEquals([step?.attributes["error.type"], run?.attributes["error.type"]], ["failed", "failed"]);
  assert(step?.message.includes("422"), step?.message);
  assert(run?.message.startsWith("vietnam/locations: "), run?.message);
});

Deno.test("a queued run belongs to the tick that asked for it, and no token of a webhook is told", async () => {
  const heard: string[] = [];
  await using hooks = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    heard.push(new URL(request.url).pathname);
    return new Response("ok");
  });
  await using collector = new Collector();
  await using place = await Place.make({
    GRAPH,
    ALERT_WEBHOOK_URL: `HTTP://127.0.0.1:${hooks.addr.port}/services/T01/a-token-of-a-channel`,
    ...collector.env,
  });
  const { code } = await place.run(["daemon", "--once"]);
  assertEquals(code, 1);
  const [step] = collector.named("step t/broken");
  assertEquals(collector.path(step!), ["tick automation", "run", "step t/broken"]);
  assertEquals([step!.status, step!.message], [2, "found it broken"]);
  const [tick] = collector.named("tick automation");
  assertEquals(tick!.attributes["airgraph.runs"], ["1"]);
  assertEquals(collector.named("run")[0]!.attributes["airgraph.by"], "automation");
  // A tick in which nothing was asked for is not told.
  const idle = collector.spans.filter(({ id, name }) =>
    name.startsWith("tick ") && !collector.spans.some(({ parent }) => parent === id)
  );
  assertEquals(idle, []);

  assertEquals(heard, ["/services/T01/a-token-of-a-channel"]);
  const [post] = collector.named("POST");
  assertEquals(collector.path(post!).slice(-2), ["deliver webhook", "POST"]);
  assertEquals(post!.attributes["url.full"], `http://127.0.0.1:${hooks.addr.port}/REDACTED`);
  assert(!collector.text.includes("a-token-of-a-channel"));
});

Deno.test("whoever retries a run has a trace of its own", async () => {
  await using collector = new Collector();
  await using place = await Place.make({ GRAPH });
  await place.run(["daemon", "--once"], { env: collector.env });
  await place.run(["runs", "retry", "1"]);
  await place.run(["daemon", "--once"], { env: collector.env });
  const again = collector.named("run").find(({ attributes }) => attributes["airgraph.run"] === 2);
  assertEquals([again!.parent, again!.attributes["airgraph.retries"]], ["", 1]);
});

Deno.test("a collector that is not there fails nothing, and nothing is said of it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using place = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  const env = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const { code, stderr } = await place.run(["materialize", "vietnam/locations"], { env });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

/** The runtime waits for a collector for so long, or longer, in milliseconds. */
const LEFT_ALONE = 20_000;

Deno.test("a collector that takes what is sent and never answers fails nothing, and holds nothing up for long", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  await using place = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  const env = {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${listener.addr.port}`,
  };
  const made = place.start(["materialize", "vietnam/locations"], { env });
  await made.says(/run 1 succeeded/);
  const since = performance.now();
  const { code, stderr } = await made.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assert(performance.now() - since < LEFT_ALONE / 2, "the runtime was left to itself");
  assertEquals((await place.run(["status", "--check"], { env })).code, 1, "the command's own exit code");
  assert(taken.length > 0);
  for (const connection of taken) connection.close();
  listener.close();
  await taking;
});

Deno.test("a statement of inspect is traced by the names in it, and by how it failed", async () => {
  await using collector = new Collector();
  await using place = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  const ask = (statement: string) =>
    place.run(["inspect", statement, "--format", "csv"], { env: collector.env });
  const made = await ask("SELECT 42 AS answer, 'a secret' AS x -- and another");
  assertEquals(made.code, 0, made.stderr);
  assertEquals((await ask("SELECT 'a secret' FROM nowhere.nothing")).code, 2);
  const [well, failed, ...more] = collector.named("inspect");
  assertEquals(more, []);
  assertEquals([well!.status, well!.attributes["db.query.text"]], [0, "SELECT ? AS answer, ? AS x"]);
  assertEquals(well!.attributes["airgraph.answer.bytes"], made.stdout.length);
  assertEquals([failed!.status, failed!.attributes["error.type"]], [2, "RefusedError"]);
  assert(!/secret|another/.test(collector.text));
});

Deno.test("of a statement names are told, whatever its texts are written like", () => {
  for (
    const [statement, told] of [
      [
        `SELECT pm25, "it's" FROM t2 WHERE a = 'it''s' AND b > 1e5`,
        `SELECT pm25, "it's" FROM t2 WHERE a = ? AND b > ?`,
      ],
      [String.raw`SELECT 'a\', 'b'`, "SELECT ?, ?"],
      [String.raw`SELECT e'a\'b', $$c 'd'$$, $x$e $$ f$x$`, "SELECT ?, ?, ?"],
      ["SELECT 1 /* it's */ , 'open", "SELECT ? , ?"],
      ["x".repeat(2_000), `${"x".repeat(1_000)}…`],
    ] as const
  ) assertEquals(namesOnly(statement), told);
});

Deno.test("a check is traced as a run, with the statements that it takes", async () => {
  await using collector = new Collector();
  await using place = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  await place.run(["materialize"]);
  const { code } = await place.run(["check", "vietnam/prod_mart"], { env: collector.env });
  assertEquals(code, 0);
  const [run] = collector.named("run");
  assertEquals(run?.attributes["airgraph.command"], "check");
  assertEquals(collector.named("query audit").map((span) => collector.path(span)), [["run", "query audit"]]);
});

Deno.test("where the runtime does not trace, nothing does", async () => {
  assertEquals(await openTracer((text) => text), untraced);
});
