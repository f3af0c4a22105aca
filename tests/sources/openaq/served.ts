import { type Clock, SECOND } from "../../../core/mod.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { type Pace, unpaced } from "../../../sources/openaq/pace.ts";
import type { HistoryParts } from "../../../sources/openaq/question.ts";
import { memoryKeyValue, memoryLog, memorySpool } from "./parts.ts";

export type Handler = (request: Request) => Promise<Response>;

/** A client of the handler, with everything that a history works with in memory. */
export function served(
  handler: Handler,
  clock: Clock,
  { pace = unpaced, key }: { pace?: Pace; key?: string } = {},
) {
  const log = memoryLog();
  const client = new OpenAQ({
    url: "http://openaq.test/",
    key,
    fetch: handler,
    clock,
    random: () => 0.5,
    log,
    pace,
    timeout: 30 * SECOND,
  });
  return { client, kv: memoryKeyValue(), spool: memorySpool(), clock, log } satisfies HistoryParts;
}

/** A handler that answers JSON with a status. */
export function answering(status: number, body: unknown, headers: HeadersInit = {}): Handler {
  return () => Promise.resolve(new Response(JSON.stringify(body), { status, headers }));
}

export const NOW = Date.UTC(2026, 0, 15, 7, 20);
