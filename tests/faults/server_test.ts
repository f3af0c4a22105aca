import { assert, assertEquals, assertMatch } from "@std/assert";
import { filesBelow, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { type Fault, Server } from "./server.ts";

/** A port that nobody else is given while no one listens there. */
const LASTING = 20_000 + Deno.pid % 10_000;
const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-02"];

const answering = (status: number, headers: Record<string, string> = {}): Fault => () =>
  Response.json({ detail: "it is broken" }, { status, headers });

/** Half of an answer, then the connection ends. */
const truncated: Fault = () => {
  const half = new TextEncoder().encode(`{"meta":{},"results":[{"id`);
  return new Response(half, {
    headers: { "content-type": "application/json", "x-airgraph-source": "simulated:1" },
  });
};

/** Until nobody waits for it any more. */
const silent: Fault = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())));

interface Case {
  readonly what: string;
  /** Undefined: nobody listens. */
  readonly fault?: Fault;
  /** In seconds; else so long that a busy machine's answers are in time. */
  readonly timeout?: number;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    what: "429 to everything",
    fault: answering(429, {
      "x-ratelimit-limit": "60",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1",
    }),
    says: /answered 429/,
  },
  { what: "408 to everything", fault: answering(408), says: /answered 408/ },
  { what: "500 to everything", fault: answering(500), says: /answered 500/ },
  {
    what: "401 to everything",
    fault: answering(401),
    says: /answered 401.*, wanted a valid OPENAQ_API_KEY$/,
  },
  { what: "garbage", fault: () => new Response("<html>oops"), says: /answered "<html>oops", wanted JSON$/ },
  { what: "half of an answer", fault: truncated, says: /answered ".*", wanted JSON$/ },
  {
    what: "nothing at all",
    fault: silent,
    timeout: 1,
    says: /did not answer, wanted an answer within 1 s$/,
  },
  { what: "connection refused", says: /connection refused.*, wanted an answer within 60 s$/ },
];

Deno.test("a server that fails, however it does: one line that says how; later the same command completes", async () => {
  await Promise.all(cases.map(fails));
});

async function fails({ what, fault, timeout = 30, says }: Case): Promise<void> {
  let server = new Server(fault === undefined ? { port: LASTING } : {});
  const { port, env: { OPENAQ_API_KEY: key } } = server;
  await using place = await Place.make(server.env);
  try {
    assertEquals((await place.run(["materialize", "vietnam/locations"])).code, 0, what);
    if (fault === undefined) await server[Symbol.asyncDispose]();
    else server.fault = fault;

    const { code, errors, stdout, stderr } = await place.run([...COMMAND, "--force"], {
      env: { API_REQUEST_TIMEOUT: `${timeout}` },
    });
    assertEquals(code, 1, `${what}: ${stderr}`);
    const [first, ...rest] = errors;
    assertMatch(first!, says, what);
    for (const line of rest) assertMatch(line, /: needs vietnam\//, what);
    assertEquals(await leftovers(place), [], what);
    assert(![stdout, stderr].some((text) => text.includes(key!)), `${what}: the key was shown`);

    if (fault === undefined) server = new Server({ port });
    else server.fault = undefined;
    const again = await place.run(COMMAND);
    assertEquals({ code: again.code, stderr: again.stderr }, { code: 0, stderr: "" }, what);
    assertEquals(await place.ask(["plan", ...COMMAND.slice(1)]), { steps: [] }, what);
    assertEquals(await leftovers(place), [], what);
    assertEquals(await filesWith(place.folder, key!), [], what);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

Deno.test("a new lake with a server that fails is not begun, and is as soon as that answers", async () => {
  const faults: [Server["fault"], number][] = [
    [answering(502), 1],
    [answering(401), 2],
    [() => new Response("<html>oops"), 2],
  ];
  for (const [fault, wanted] of faults) {
    await using server = new Server();
    await using place = await Place.make(server.env);
    server.fault = fault;
    const { code, errors } = await place.run(COMMAND);
    assertEquals([code, errors.length], [wanted, 1], errors.join("\n"));
    assertMatch(
      errors[0]!,
      /^asking "http:.*" what it is: it answered \d+( without JSON)?, wanted (OpenAQ's API|a valid OPENAQ_API_KEY)$/,
    );
    server.fault = undefined;
    const again = await place.run(COMMAND);
    assertEquals({ code: again.code, stderr: again.stderr }, { code: 0, stderr: "" });
  }
});

/** The files that hold the text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of filesBelow(folder)) {
    if (new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
