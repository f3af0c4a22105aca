import { assertEquals } from "@std/assert";
import { openApp } from "../../../app.ts";
import type { Peer } from "../../../app/listen.ts";
import { Pulse } from "../../../core/mod.ts";
import { webApp } from "../../../web/app.ts";
import { CommandLine, settledDay } from "../../cli/command_line.ts";
import { fakeClock } from "../../fake_clock.ts";

/** The pages over a lake of the built-in stations, of which one day is made; dispose of it. */
export async function lakeOfADay(day = settledDay()) {
  const command = await CommandLine.open();
  assertEquals((await command.run(["materialize", "--from", day, "--to", day])).code, 0);
  const app = await openApp({ env: {}, cwd: command.cwd });
  const lake = await app.lake("read");
  const tables = await app.tables();
  const broke: string[] = [];
  const web = webApp({
    pulse: new Pulse(fakeClock(Date.parse(day))),
    lookbackDays: 7,
    lake: () => lake,
    hindrance: () => Promise.resolve(undefined),
    process: {
      version: "1",
      runtime: "deno",
      speed: 1,
      started: 0,
      memory: () => 0,
      now: () => lake.orchestrator.now,
    },
    tables,
  }, { broke: (line) => void broke.push(line) });
  return {
    command,
    day,
    lake,
    tables,
    /** Lines on answers that failed for no fault of who asked. */
    broke,
    /** Asks for a page. @returns Its status, its text and, without marks, what one reads. */
    async get(path: string, init?: RequestInit) {
      const response = await web.request(path, init);
      const html = await response.text();
      return { status: response.status, headers: response.headers, html, read: readOf(html) };
    },
    request: web.request,
    fetch: (request: Request, peer: Peer) => web.fetch(request, peer),
    async [Symbol.asyncDispose]() {
      await tables[Symbol.asyncDispose]();
      await lake[Symbol.asyncDispose]();
      await command[Symbol.asyncDispose]();
    },
  };
}

/** What somebody reads of a page: its text without marks, in one line. */
export function readOf(html: string): string {
  return html.replaceAll(/<(script|style|head)\b[\s\S]*?<\/\1>/g, "").replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&").replaceAll(/\s+/g, " ");
}
