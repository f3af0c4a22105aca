import { fromFileUrl, join } from "@std/path";
import { until } from "../faults/until.ts";
import { Program } from "../faults/program.ts";

const GRAPH = fromFileUrl(new URL("troubled_graph.ts", import.meta.url));
const REAL = fromFileUrl(new URL("../../../shared/openaq/v3", import.meta.url));
const DAY = 86_400_000;

/** The month that is looked at: that of the real answers, or else a late one of the simulated stations. */
export const MONTH = { from: "2018-01-01", to: "2018-01-31" };

/** A lake in a folder of its own, worked on and served by processes of this program; dispose of it. */
export class Lake implements AsyncDisposable {
  /** Where its pages are. */
  url = "";
  readonly #programs: Program[] = [];

  private constructor(readonly folder: string, readonly env: Record<string, string>) {}

  /** A month of the real answers of 2018, one of whose hours was corrected since, so that its day is stale. */
  static async real(): Promise<Lake> {
    const lake = await Lake.#in({ OPENAQ_API_KEY: "any", OPENAQ_RATE_PER_MINUTE: "1000" });
    return await lake.#filled(async () => {
      const isThere = await Deno.stat(REAL).then(() => true, () => false);
      if (!isThere) console.log(`no real answers in "${REAL}": simulated stations answer in their place`);
      const replay = isThere ? ["--replay", REAL] : [];
      lake.env.OPENAQ_API_URL = await lake.#serves(["simulate", "--port", "0", ...replay]);
      await lake.does("materialize", "--from", MONTH.from, "--to", MONTH.to);
      const body = JSON.stringify({
        sensor: isThere ? 21632 : 50000001,
        datetime: "2018-01-03T07:00:00Z",
        value: 42,
      });
      const answer = await fetch(`${lake.env.OPENAQ_API_URL}/_simulator/measurements`, {
        method: "POST",
        body,
      });
      if (!answer.ok) throw new Error(`correcting an hour: found ${answer.status} ${await answer.text()}`);
      await answer.body?.cancel();
      await lake.does("materialize", "vietnam/raw_prod", "--partition", "2018-01-03T07", "--force");
      await lake.does("pause", "automation"); // it would mend by itself what a newcomer is to find
      await lake.#lives();
    });
  }

  /** No lake at all: a web server that waits for one. */
  static async none(): Promise<Lake> {
    const lake = await Lake.#in({});
    return await lake.#filled(async () => {
      lake.url = await lake.#serves(["web", "--port", "0"]);
    });
  }

  /** A lake with partitions that failed, are blocked, late, stale, missing, at work and queued, and alerts open. */
  static async troubled(): Promise<Lake> {
    const first = new Date(Date.now() - 40 * DAY).toISOString().slice(0, 10);
    const day = (place: number) => new Date(Date.parse(first) + place * DAY).toISOString().slice(0, 10);
    const lake = await Lake.#in({ GRAPH, FIRST_DAY: first });
    return await lake.#filled(async () => {
      await lake.tries("materialize", "group:mill");
      await lake.tries("materialize", "bakery/towns", "--partition", "Hà Nội");
      lake.env.HARVEST = "2";
      await lake.tries("materialize", "mill/grain", "--partition", day(38), "--force");
      await lake.#lives();
      await lake.post("/api/runs", { selection: "bakery/oven" });
      await lake.post("/api/runs", { selection: "mill/flour", partitions: [day(34)], force: true });
      await lake.post("/api/backfills", { selection: "mill/grain", from: first, to: day(9) });
      await lake.post("/api/backfills/1/pause");
    });
  }

  static async #in(env: Readonly<Record<string, string>>): Promise<Lake> {
    const folder = await Deno.makeTempDir({ prefix: "airgraph-browser-" });
    return new Lake(folder, { LAKE_URL: join(folder, "lake"), ...env });
  }

  async #filled(fill: () => Promise<void>): Promise<Lake> {
    try {
      await fill();
      return this;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.reverse()) program.signal("SIGKILL");
    await Promise.allSettled(this.#programs.map(({ ended }) => ended));
    await Deno.remove(this.folder, { recursive: true });
  }

  /** Runs a command to its end. @throws Unless it ends with 0 */
  async does(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.tries(...args);
    if (code !== 0) throw new Error(`"${args.join(" ")}" ended with ${code}: ${stderr}`);
  }

  /** Runs a command to its end, whatever comes of it. */
  async tries(...args: readonly string[]) {
    return await this.#start(args).ended;
  }

  /** Asks for something through the API. */
  async post(path: string, body?: unknown) {
    const headers = { "content-type": "application/json", origin: this.url };
    const answer = await fetch(this.url + path, {
      method: "POST",
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`posting to ${path}: found ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }

  /** Serves it by a daemon, once that has it open. */
  async #lives(): Promise<void> {
    this.url = await this.#serves(["daemon", "--port", "0", "--grace", "0"]);
    await until("the daemon to have the lake open", () => answers(`${this.url}/readyz`));
  }

  /** Starts a program that serves. @returns Its address */
  async #serves(args: readonly string[]): Promise<string> {
    const program = this.#start(args);
    const address = /http:\/\/127\.0\.0\.1:\d+/;
    await program.says(address);
    return address.exec(program.stdout)![0];
  }

  #start(args: readonly string[]): Program {
    const program = new Program(args, { cwd: this.folder, env: { NO_COLOR: "1", ...this.env } });
    this.#programs.push(program);
    return program;
  }
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer.ok;
}
