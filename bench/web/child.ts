import process from "node:process";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { listen } from "../../app/listen.ts";
import { ABOVE, HOURS } from "./graph.ts";
import { paths } from "./paths.ts";
import { served, servedWide } from "./served.ts";
import { Writer } from "./state.ts";

type App = Awaited<ReturnType<typeof served>>["app"];

/** Each page is asked for so often after it was asked for first. */
const ROUNDS = 10;
const GZIP = { "accept-encoding": "gzip" };
/** So many views come first, and so many are counted. */
const BEFORE = 1_000, VIEWS = 5_000;

/** Asks for each page of the lake and of the wide graph, as a lake at work has it: before each an event was written. */
async function pages(path: string) {
  const lake = await served(path);
  const wide = await servedWide();
  const writing = await openSqliteState({ path });
  const writer = new Writer(lake.orchestrator.index.nodes.map(({ codeId }) => codeId), 5);
  let events = 0;
  const happen = async () => {
    const event = writer.event(events % ABOVE, 97 * events++ % HOURS, lake.orchestrator.seq);
    await writing.commit({ claim: null, events: [event] });
  };
  const asked = [
    ...paths().map((path) => [lake.app, path] as const),
    ...["/", "/assets", "/lineage", "/lineage?fold="].map((path) => [wide.app, path] as const),
  ];
  const took: number[] = [];
  const medians: (readonly [string, number])[] = [];
  const kilobytes: (readonly [string, number])[] = [];
  for (const [app, path] of asked) {
    kilobytes.push([path, await size(app, path)]);
    const own: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await happen();
      own.push(await timed(() => viewed(app, path)));
    }
    took.push(...own);
    medians.push([path, ordered(own)[ROUNDS / 2]!]);
  }
  const [[, largest]] = kilobytes.sort(([, a], [, b]) => b - a) as [[string, number]];
  const slowest = medians.sort(([, a], [, b]) => b - a).slice(0, 5);
  return {
    p95: ordered(took)[Math.floor(took.length * 0.95)]!,
    kilobytes: largest,
    slowest,
    kilobytesOf: kilobytes.slice(0, 5),
  };
}

/** The time that passes or, where other programs keep the machine busy meanwhile, that in which this one is at work. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const passed = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return Math.min(passed, (user + system) / 1_000);
}

/** The page as it is sent, once it has been made whole. */
async function viewed(app: App, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await app.request(path, { headers: GZIP });
  if (response.status >= 500) throw new Error(`asking for ${path}: found ${response.status}`);
  return await response.bytes();
}

/** The page with its scripts and styles, as they are sent, in thousands of bytes. */
async function size(app: App, path: string): Promise<number> {
  const sent = await viewed(app, path);
  const html = await new Response(new Blob([sent]).stream().pipeThrough(new DecompressionStream("gzip")))
    .text();
  let bytes = sent.length;
  for (const [, file] of html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
    bytes += (await viewed(app, file!)).length;
  }
  return bytes / 1_000;
}

const ordered = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** The memory, in bytes, without what nothing needs any more: when that is given back is chance. */
function resident(): number {
  (globalThis as { gc?: () => void }).gc!();
  return Deno.memoryUsage().rss;
}

/** By how many MB the memory of who serves grows with views of all pages, one after the other. */
async function growth(path: string): Promise<number> {
  const { app } = await served(path);
  const asked = paths();
  const view = async (views: number) => {
    for (let place = 0; place < views; place++) await viewed(app, asked[place % asked.length]!);
  };
  await view(BEFORE);
  const before = resident();
  await view(VIEWS);
  return Math.max(0, (resident() - before) / 1024 ** 2);
}

/** Serves a state, says where in a line, and goes on until its input ends. */
async function serve(path: string): Promise<void> {
  const { app } = await served(path);
  const listening = listen(app.fetch, { hostname: "127.0.0.1", port: 0 });
  if ("fault" in listening) throw new Error(listening.fault);
  console.log(JSON.stringify(listening.url));
  for await (const _ of Deno.stdin.readable);
}

const [what, path] = Deno.args;
if (what === "serve") await serve(path!);
else console.log(JSON.stringify(await { pages, growth }[what as "pages"](path!)));
Deno.exit();
