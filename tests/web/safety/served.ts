import { listen } from "../../../app/listen.ts";
import { type Act, type Admission, definer, graph, Pulse, type Vitals } from "../../../core/mod.ts";
import { audit } from "../../../web/safety/audit.ts";
import { Hono } from "hono";
import { serve } from "../../../web/app.ts";
import type { SafetyEnv } from "../../../web/safety/options.ts";
import { makeSafe } from "../../../web/safety/safe.ts";
import { lab, NOON } from "../../core/lab.ts";
import { fakeClock } from "../../fake_clock.ts";

const { asset } = definer<null>();
const one = asset({
  key: "t/one",
  async *materialize() {
    await null;
    yield [{ partition: 0, dataVersion: "1" }];
  },
});

export const TOKEN = "a-token-of-those-who-may-act";
export const READ_TOKEN = "a-token-of-those-who-look";
export const TOKENS: Admission = { token: TOKEN, readToken: READ_TOKEN, hosts: [], anyAddress: false };

/** An app over a lake, with acts to try, by a clock that is moved on. */
export async function safe(admission?: Admission, given: Partial<Vitals> = {}) {
  const clock = fakeClock(NOON);
  const { orchestrator, state } = await lab([one]);
  const told: Act[] = [];
  const vitals: Vitals = {
    pulse: new Pulse(clock),
    lookbackDays: 7,
    lake: () => ({ orchestrator, state, graph: graph([one]), requests: () => 0, limited: () => 0 }),
    hindrance: () => Promise.resolve(undefined),
    process: { version: "1", runtime: "deno", speed: 1, started: NOON, memory: () => 1, now: clock.now },
    ...given,
  };
  const app = new Hono<SafetyEnv>();
  makeSafe(app, vitals, {
    ...(admission && { admission }),
    told: (act) => told.push(act),
    now: clock.now,
  });
  app.post("/acts/told", async (context) => {
    await audit(context, "cancel", { run: 5 });
    return context.json({ role: context.var.role });
  });
  app.post("/acts/untold", async (context) => context.text(await context.req.text()));
  app.get("/form", (context) => context.text(context.var.csrf));
  app.get("/breaks", () => {
    throw new Error("found it broken");
  });
  const late = Promise.withResolvers<void>();
  app.get("/late", (context) => late.promise.then(() => context.text("late")));
  serve(app, vitals);
  return {
    app,
    clock,
    state,
    told,
    late: late.resolve,
    ask: asking((path, init) => app.request(path, init)),
  };
}

/** The same behind a port of this machine. */
export async function served(admission?: Admission) {
  const made = await safe(admission);
  const listening = listen((request, peer) => made.app.fetch(request, peer), {
    hostname: "127.0.0.1",
    port: 0,
  });
  if ("fault" in listening) throw new Error(listening.fault);
  const { url } = listening;
  return {
    ...made,
    url,
    port: Number(new URL(url).port),
    ask: asking((path, init) => fetch(`${url}${path}`, { redirect: "manual", ...init })),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

function asking(request: (path: string, init: RequestInit) => Response | Promise<Response>) {
  return async (path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await request(path, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
}

/** What a page of the app's own sends with a form, beside who asks. */
export const OWN_PAGE = { origin: "http://localhost", "sec-fetch-site": "same-origin" };

/** A form as browsers send it. */
export function form(
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields), headers: { ...OWN_PAGE, ...headers } };
}

/** What comes back for bytes as they are sent, until the connection ends or nothing more is to be read. */
export async function raw(port: number, text: string, until?: RegExp): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text)).catch(() => {});
  const bytes = new Uint8Array(4_096);
  let answer = "";
  for (;;) {
    const read = await connection.read(bytes).catch(() => null);
    if (read === null) return answer;
    answer += new TextDecoder().decode(bytes.subarray(0, read));
    if (until?.test(answer)) return answer;
  }
}
