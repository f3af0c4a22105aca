import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Place } from "../faults/place.ts";
import type { Ended, Program } from "../faults/program.ts";
import { until } from "../faults/until.ts";

const GRAPH = fromFileUrl(new URL("./own_graph.ts", import.meta.url));
const WEB = ["web", "--port", "0"];

/** `web` as a process that serves; dispose of it. */
class Serving implements AsyncDisposable {
  private constructor(readonly program: Program, readonly url: string) {}

  static async start(place: Place, args: readonly string[] = WEB, env = {}): Promise<Serving> {
    const program = place.start(args, { env });
    await program.says(/serves at .+\n/);
    return new Serving(program, /serves at (\S+)/.exec(program.stdout)![1]!);
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<[status: number, text: string]> {
    const answer = await fetch(`${this.url}${path}`, { headers });
    return [answer.status, await answer.text()];
  }

  /** Resolves once it answers so. */
  async answers(path: string, wanted: RegExp): Promise<void> {
    await until(`${path} to answer ${wanted}`, async () => wanted.test((await this.get(path))[1]));
  }

  /** @returns How it ended, and after how many milliseconds. */
  async end(
    signal: Deno.Signal,
  ): Promise<Pick<Ended, "code" | "stdout" | "stderr"> & { readonly took: number }> {
    const began = performance.now();
    this.program.signal(signal);
    const { code, stdout, stderr } = await this.program.ended;
    return { code, stdout, stderr, took: performance.now() - began };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.program.signal("SIGKILL");
    await this.program.ended;
  }
}

Deno.test("web serves an empty folder, opens the lake as soon as one is made, and ends when it is told to", async () => {
  await using place = await Place.make({ GRAPH });
  await using web = await Serving.start(place);
  const none = 'no lake is made yet: "deno task daemon" or "deno task materialize" makes it';
  assertEquals(await web.get("/readyz"), [503, `${none}\n`]);
  assertEquals(await web.get("/healthz"), [200, "ok\n"]);
  assertEquals((await web.get("/api/assets"))[0], 503);
  assertMatch((await web.get("/metrics"))[1], /^airgraph_leads 0$/m);
  await web.program.says(new RegExp(none));
  assertEquals([...Deno.readDirSync(place.folder)], []);

  assertEquals((await place.run(["materialize", "*"])).code, 0);
  await web.program.says(/the lake is open\n/);
  assertEquals(await web.get("/readyz"), [200, 'ok\nno daemon is at work: "deno task daemon" does it\n']);
  const [, assets] = await web.get("/api/assets");
  assert(JSON.parse(assets).length > 0);
  assertMatch((await web.get("/metrics"))[1], /^airgraph_runs\{status="succeeded"\} 1$/m);

  const live = await fetch(`${web.url}/api/live`);
  const { code, stderr, stdout, took } = await web.end("SIGTERM");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /Z ended\n$/);
  assert(took < 2_000, `found ${took} ms`);
  await live.text().catch(() => {});
});

for (const signal of ["SIGINT", "SIGHUP"] as const) {
  Deno.test(`web that waits for a lake ends with 0 at ${signal}`, async () => {
    await using place = await Place.make({ GRAPH });
    await using web = await Serving.start(place);
    const { code, took } = await web.end(signal);
    assertEquals(code, 0);
    assert(took < 2_000, `found ${took} ms`);
  });
}

Deno.test("what others make is seen, and a state that is replaced or gone is opened again", async () => {
  await using place = await Place.make({ GRAPH });
  assertEquals((await place.run(["materialize", "*"])).code, 0);
  assertEquals((await place.run(["state", "backup", "copy.sqlite"])).code, 0);
  await using web = await Serving.start(place);
  await web.program.says(/the lake is open\n/);
  assertEquals((await place.run(["materialize", "*", "--force"])).code, 0);
  await web.answers("/metrics", /^airgraph_runs\{status="succeeded"\} 2$/m);
  assertEquals((await place.run(["state", "restore", "copy.sqlite"])).code, 0);
  await web.program.says(
    /was moved, removed or replaced, .+ opened again in 1\.0 s\n(.*\n)*.*the lake is open\n/,
  );
  await web.answers("/metrics", /^airgraph_runs\{status="succeeded"\} 1$/m);

  await Deno.rename(place.state, `${place.state}.away`);
  await web.answers("/readyz", /moved or removed|is gone/);
  await Deno.rename(`${place.state}.away`, place.state);
  await web.answers("/readyz", /^ok\n/);
  assertEquals((await web.end("SIGTERM")).code, 0);
});

Deno.test("a port that is taken ends web with 1 and a line; an address that others reach wants a token", async () => {
  await using place = await Place.make({ GRAPH });
  await using web = await Serving.start(place);
  const { port } = new URL(web.url);
  const second = await place.run(["web", "--port", port]);
  assertEquals(second.code, 1);
  assertEquals(second.errors.length, 1);
  assertMatch(
    second.stderr,
    new RegExp(
      `^serving at 127\\.0\\.0\\.1:${port}: .+, wanted a port that is free, or another by --port\n$`,
    ),
  );
  const asJson = await place.run(["web", "--port", port, "--json"]);
  assertEquals([asJson.code, Object.keys(asJson.json)], [1, ["errors"]]);
  const wide = await place.run(WEB, { env: { WEB_HOST: "0.0.0.0" } });
  assertEquals([wide.code, wide.stdout], [2, ""]);
  assertMatch(wide.stderr, /^WEB_TOKEN: found none beside WEB_HOST "0\.0\.0\.0"/);
});

Deno.test("with a token web asks who asks, says who signed in, and tells the token nobody", async () => {
  await using place = await Place.make({ GRAPH });
  const WEB_TOKEN = "a-token-of-those-who-may-act";
  await using web = await Serving.start(place, WEB, { WEB_TOKEN, WEB_HOST: "::1" });
  assertMatch(web.url, /^http:\/\/\[::1\]:\d+$/);
  assertEquals((await web.get("/metrics"))[0], 401);
  assertEquals((await web.get("/metrics", { authorization: `Bearer ${WEB_TOKEN}` }))[0], 200);
  const [, csrf] = /name="csrf" value="([^"]+)"/.exec((await web.get("/sign-in"))[1])!;
  const signIn = async (token: string) => {
    const body = new URLSearchParams({ csrf: csrf!, token });
    const answer = await fetch(`${web.url}/sign-in`, {
      method: "POST",
      body,
      headers: { origin: web.url },
      redirect: "manual",
    });
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals([await signIn("made-up\n2026-01-01 web: operate at ::1"), await signIn(WEB_TOKEN)], [
    403,
    303,
  ]);
  const { stdout, stderr } = await web.end("SIGTERM");
  assertEquals(stderr, "");
  assertMatch(stdout, /Z web: somebody at ::1: sign in: refused: no such token\n/);
  assertMatch(stdout, /Z web: operate at ::1: sign in\n/);
  assert(!stdout.includes(WEB_TOKEN) && !stdout.includes("made-up"));
});

Deno.test("with --json web tells its events as data, with --log json its acts", async () => {
  await using place = await Place.make({ GRAPH });
  const program = place.start([...WEB, "--json", "--log", "json"], {
    env: { WEB_TOKEN: "a-token-of-those-who-may-act" },
  });
  await program.says(/"event":"waiting"/);
  const { url } = JSON.parse(program.stdout.split("\n")[0]!);
  await fetch(`${url}/metrics`, { headers: { authorization: "Bearer made-up" } }).then((answer) =>
    answer.body?.cancel()
  );
  const page = await fetch(`${url}/sign-in`).then((answer) => answer.text());
  const [, csrf] = /name="csrf" value="([^"]+)"/.exec(page)!;
  const body = new URLSearchParams({ csrf: csrf!, token: "made-up" });
  await fetch(`${url}/sign-in`, { method: "POST", body, headers: { origin: url } }).then((each) =>
    each.body?.cancel()
  );
  program.signal("SIGTERM");
  const { code, stdout, errors } = await program.ended;
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line).event);
  assertEquals([code, events], [0, ["listening", "waiting", "ended"]]);
  const acts = errors.map((line) => JSON.parse(line)).filter(({ message }) => message === "act");
  assertEquals(acts.map(({ level, act, address, outcome, why }) => ({ level, act, address, outcome, why })), [
    { level: "warn", act: "sign in", address: "127.0.0.1", outcome: "refused", why: "no such token" },
  ]);
});
