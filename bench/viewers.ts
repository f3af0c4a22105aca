import { lines } from "./lines.ts";

/**
 * How pages and a backfill get on with each other: a daemon fills a lake of simulated stations, first with nobody looking,
 * then with viewers who follow it as browsers do, each with a page of its own. Prints one line of JSON.
 *
 * Usage: `deno run -A bench/viewers.ts [VIEWERS] [SECONDS]`, at most 90 and 120; loopback alone.
 */
const [viewers = 50, seconds = 30] = Deno.args.map(Number);
if (!(viewers >= 0 && viewers <= 90 && seconds > 0 && seconds <= 120)) {
  throw new Error(`measuring viewers: found ${viewers} and ${seconds} s, wanted at most 90 and 120 s`);
}
/** As often as a page is asked for again at most, and how long the last news may take, in milliseconds. */
const LEAST = 1_000, LATE = 5_000;
/** So long an answer is waited for, a state of the daemon, and its end, in milliseconds: nobody waits for ever. */
const ANSWER = 20_000, STATE = 60_000, END = 10_000;
const PAGES = [
  "/",
  "/lineage",
  "/assets",
  "/assets/vietnam/raw_prod",
  "/assets/vietnam/prod_mart",
  "/checks",
  "/alerts",
  "/runs",
  "/automation",
  "/backfills",
];

async function measured(daemon: Deno.ChildProcess) {
  const told = lines(daemon.stdout);
  let url: string | undefined;
  while (url === undefined) url = JSON.parse((await told.next()).value!).url;
  (async () => {
    for await (const _ of told);
  })();
  await until(
    "the daemon to be ready",
    async () => await isOk(`${url}/readyz`) && await isOk(`${url}/api/assets`),
  );
  const asked = await fetch(`${url}/api/backfills`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ selection: "vietnam/*", from: "2018-01-01", to: "2024-12-31" }),
    signal: AbortSignal.timeout(STATE),
  });
  if (!asked.ok) throw new Error(`beginning a backfill: found ${asked.status}: ${await asked.text()}`);
  await asked.text();
  const start = await newest(url);
  await until("the backfill to begin", async () => await newest(url) > start);

  const alone = await eventsPerSecond(url);
  const over = new AbortController();
  const all = Array.from({ length: viewers }, (_, place) => new Viewer(url, PAGES[place % PAGES.length]!));
  const watching = Promise.allSettled(all.map((each) => each.watch(over.signal)));
  const watched = await eventsPerSecond(url);
  const last = await newest(url);
  await until("the last news", () => Promise.resolve(all.every(({ seq }) => seq >= last)), LATE).catch(
    () => {},
  );
  over.abort();
  await watching;
  const took = all.flatMap((each) => each.took).sort((a, b) => a - b);
  const at = (share: number) => Math.round(took[Math.floor(took.length * share)] ?? 0);
  return {
    viewers,
    seconds,
    eventsPerSecond: { alone: Math.round(alone), watched: Math.round(watched) },
    pages: took.length,
    pageMs: { median: at(0.5), p95: at(0.95), most: Math.round(took.at(-1) ?? 0) },
    failedPages: all.reduce((sum, { failed }) => sum + failed, 0),
    news: all.reduce((sum, { news }) => sum + news, 0),
    missed: all.filter(({ seq }) => seq < last).length,
  };
}

async function until(what: string, holds: () => Promise<boolean>, most = STATE): Promise<void> {
  const end = performance.now() + most;
  while (!await holds().catch(() => false)) {
    if (performance.now() > end) {
      throw new Error(`waiting for ${what}: found it not within ${most / 1_000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function isOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER) });
  await response.bytes();
  return response.ok;
}

/** The number of the newest event. */
async function newest(url: string): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(ANSWER)]);
  const reader = (await fetch(`${url}/api/live`, { signal })).body!.getReader();
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("following the lake: found the end, wanted the newest event");
    text += decoder.decode(value, { stream: true });
    const [, seq] = /^id: (\d+)\n/m.exec(text) ?? [];
    if (seq === undefined) continue;
    over.abort();
    return Number(seq);
  }
}

async function eventsPerSecond(url: string): Promise<number> {
  const [before, start] = [await newest(url), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return (await newest(url) - before) / (performance.now() - start) * 1_000;
}

/** One who has a page open, which is asked for again as `web/browser/live.js` does. */
class Viewer {
  seq = 0;
  news = 0;
  failed = 0;
  readonly took: number[] = [];
  #wanted = false;

  constructor(readonly url: string, readonly page: string) {}

  async watch(signal: AbortSignal): Promise<void> {
    await this.#view(signal);
    const response = await fetch(`${this.url}/api/live`, { signal });
    const views = this.#views(signal);
    for await (const line of lines(response.body!)) {
      if (!line.startsWith("id: ")) continue;
      this.seq = Number(line.slice("id: ".length));
      this.news++;
      this.#wanted = true;
    }
    await views;
  }

  async #views(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = performance.now() + LEAST;
      if (this.#wanted) {
        this.#wanted = false;
        await this.#view(signal);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    }
  }

  /** One that is not answered in time has failed; whoever leaves waits for none. */
  async #view(signal: AbortSignal): Promise<void> {
    const start = performance.now();
    try {
      const either = AbortSignal.any([signal, AbortSignal.timeout(ANSWER)]);
      const response = await fetch(`${this.url}${this.page}`, { signal: either });
      await response.bytes();
      if (!response.ok) this.failed++;
    } catch {
      if (signal.aborted) return;
      this.failed++;
    }
    this.took.push(performance.now() - start);
  }
}

const folder = await Deno.makeTempDir({ prefix: "airgraph-viewers-" });
const daemon = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "main.ts", "daemon", "--port", "0", "--json"],
  env: { LAKE_URL: `${folder}/lake` },
  stdout: "piped",
  stderr: "null",
}).spawn();
/** Whatever happens, it ends. */
const late = Promise.withResolvers<never>();
const timer = setTimeout(
  () => late.reject(new Error("measuring viewers: found no end in time, wanted one")),
  (2 * seconds + 90) * 1_000,
);
try {
  console.log(JSON.stringify(await Promise.race([measured(daemon), late.promise])));
} finally {
  clearTimeout(timer);
  daemon.kill("SIGTERM");
  const killing = setTimeout(() => daemon.kill("SIGKILL"), END);
  await daemon.status;
  clearTimeout(killing);
  await Deno.remove(folder, { recursive: true });
}
Deno.exit();
