import { type Admission, type AnyAsset, type Automations, graph, Pulse } from "../../../core/mod.ts";
import { webApp } from "../../../web/app.ts";
import { lab, type LabOptions, NOON } from "../../core/lab.ts";
import { fakeClock } from "../../fake_clock.ts";

/** The pages over a lab. `get` answers a page as a viewer reads it; `post` what a form's answer leads to. */
export async function shown(
  assets: readonly AnyAsset[],
  { automations, admission, rules = [], ...options }: LabOptions & {
    readonly automations?: Automations;
    readonly admission?: Admission;
    readonly rules?: readonly string[];
  } = {},
) {
  const { clock = fakeClock(NOON, { auto: true }) } = options;
  const made = await lab(assets, { ...options, clock });
  const { orchestrator, state } = made;
  const app = webApp({
    pulse: new Pulse(clock),
    lookbackDays: 7,
    lake: () => ({
      orchestrator,
      state,
      graph: graph(assets),
      requests: () => 0,
      limited: () => 0,
      ruleNames: () => Promise.resolve(rules),
      ...(automations && { declaredAutomations: () => Promise.resolve(automations) }),
    }),
    hindrance: () => Promise.resolve(undefined),
    process: {
      version: "1",
      runtime: "deno",
      speed: 1,
      started: NOON,
      memory: () => 0,
      now: () => clock.now(),
    },
  }, { ...(admission && { admission }) });
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.request(path, { headers });
    const html = await response.text();
    return { status: response.status, html, text: textOf(html), headers: response.headers };
  };
  const post = async (path: string, fields: Readonly<Record<string, string>>) => {
    const csrf = /name="csrf" value="([^"]+)"/.exec((await get("/design")).html)![1]!;
    const response = await app.request(path, {
      method: "POST",
      headers: { origin: "http://localhost" },
      body: new URLSearchParams({ csrf, ...fields }),
    });
    return { status: response.status, location: response.headers.get("location") };
  };
  const work = async () => {
    for await (const _ of orchestrator.work());
  };
  return { ...made, app, get, post, work };
}

/** The text of a page's content, a space between its parts. */
export function textOf(html: string): string {
  const content = /<main[^>]*>(.*)<\/main>/s.exec(html)?.[1] ?? html;
  return content.replaceAll(/<(title|option)\b[^>]*>.*?<\/\1>/gs, " ").replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&").replaceAll(/\s+/g, " ").trim();
}
