import {
  examineLake,
  type Holding,
  type KeyValue,
  readMark,
  requireSources,
  StateError,
} from "../core/mod.ts";
import { isThere, requireWritable } from "../adapters/sdk/files/place.ts";
import { lockFolderOf } from "../adapters/state/locks.ts";
import type { Config } from "../config.ts";
import type { LookOptions } from "../sources/openaq/first_look.ts";
import type { Groups } from "./project.ts";
import { SHORTEST_MASKED } from "./secrets.ts";
import { askingAsset } from "./source.ts";
import { emptyState, openState } from "./state.ts";
import { isShared, isStateThere, shownState } from "./state_place.ts";
import { openStorage } from "./storage.ts";
import { lineOf, systemClock } from "./system.ts";
import { tracedFetch } from "./traced/fetch.ts";
import { openTracer } from "./traced/tracer.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Reports the configuration, the versions of the libraries, and whether services can be reached. `tell` hears of long probes. */
export async function* examine(
  config: Config,
  groups: Groups,
  signal: AbortSignal,
  tell: (name: string, line: string) => void,
): AsyncIterable<Finding> {
  const { environment, lake, state, graph, openaq, lookbackDays, mask } = config;
  const fact = (name: string, detail: string): Finding => ({ name, ok: true, detail: mask(detail) });
  yield fact("PIPELINES", config.pipelines.join(","));
  yield fact("PIPELINE_ENV", environment);
  yield fact("LAKE_URL", lake);
  yield fact("STATE_URL", await shownState(state));
  if (graph !== null) yield fact("GRAPH", graph);
  const asksOpenAQ = askingAsset(groups.pipelines) !== undefined;
  if (asksOpenAQ) {
    yield fact("OPENAQ_API_URL", openaq.url ?? "the built-in simulated stations");
    yield fact("OPENAQ_API_KEY", keyShown(openaq.key));
    yield fact("OPENAQ_COUNTRY_ID", String(openaq.countryId));
    yield fact("OpenAQ's pace", `${openaq.perMinute} requests a minute, ${openaq.perHour} an hour`);
    yield fact("API_REQUEST_TIMEOUT", `${openaq.timeout} s`);
  }
  yield fact("DEFAULT_LOOKBACK_DAYS", String(lookbackDays));
  yield fact("alerts", channelsShown(config));

  const failed = (name: string, error: unknown): Finding => {
    signal.throwIfAborted();
    return { name, ok: false, detail: mask(lineOf(error)) };
  };
  const attempt = async (name: string, look: () => string | Promise<string>): Promise<Finding> => {
    try {
      return fact(name, await look());
    } catch (error) {
      return failed(name, error);
    }
  };
  yield await attempt("airgraph", airgraphVersion);
  yield fact("deno", Deno.version.deno);
  yield await attempt("duckdb", duckdbVersion);
  yield await attempt("sqlite", sqliteVersion);
  const graphed = await attempt("graph", () => graphShown(groups));
  yield graphed;
  yield await attempt("lake", () => writable(config));
  const opened = await attempt("state", () => stateAndLake(config, groups));
  yield opened;
  if (opened.ok) {
    yield await attempt("claims", () => claims(config));
    if (graphed.ok) {
      yield await attempt("records", () => records(config, groups));
      yield* await externals(config, groups, signal).catch((error) => [failed("external", error)]);
    }
  }
  if (!asksOpenAQ) return;
  yield await attempt(
    "openaq",
    () => openaqAnswer(config, { clock: systemClock, signal, tell: (line) => tell("openaq", mask(line)) }),
  );
}

/** Where people are told of what is wrong, without what is secret of it. */
function channelsShown({ alerts: { webhook, smtp, file } }: Config): string {
  const channels = [
    ...(webhook === null ? [] : [`a webhook (${webhook.format})`]),
    ...(smtp === null ? [] : [`mail to ${smtp.to.join(", ")}`]),
    ...(file === null ? [] : [`"${file}"`]),
  ];
  return channels.length === 0 ? "nobody is told" : `${channels.join(", ")}: try \`alerts test\``;
}

function keyShown(key: string | null): string {
  if (key === null) return "none";
  return key.length < SHORTEST_MASKED ? "***, too short to be masked in messages" : "***";
}

async function airgraphVersion(): Promise<string> {
  const { default: { version } } = await import("../deno.json", { with: { type: "json" } });
  const { migrations } = await import("../adapters/state/sqlite/migrations.ts");
  return `${version}, state's schema ${migrations.length}`;
}

async function duckdbVersion(): Promise<string> {
  const { version } = await import("duckdb");
  return version();
}

async function sqliteVersion(): Promise<string> {
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(":memory:");
  try {
    return String(db.prepare("SELECT sqlite_version() AS version").get()!.version);
  } finally {
    db.close();
  }
}

/** The graph, loaded with every source file, as a command would. */
async function graphShown(groups: Groups): Promise<string> {
  const { graph, readSourceFile } = groups.project();
  await requireSources(graph, readSourceFile);
  return `${graph.assets.length} assets`;
}

async function writable(config: Config): Promise<string> {
  const storage = await openStorage(config);
  await storage.requireWritable();
  return await storage.exists() ? "can be written" : "is not there yet, can be made";
}

async function stateAndLake(config: Config, { content }: Groups): Promise<string> {
  if (!isShared(config.state)) {
    if (await isThere(config.state)) {
      const { requireWhole } = await import("../adapters/state/sqlite/read.ts");
      await requireWhole(config.state);
    }
    await requireWritable(lockFolderOf(config.state));
  }
  const marked = await readMark({
    storage: await openStorage(config),
    state: await shownState(config.state),
  });
  const state = await openState(config.state, "read");
  try {
    const sources = Object.values(await examineLake(state, marked, content) ?? {});
    const [newest] = await state.runs(1);
    const runs = newest === undefined ? "no runs yet" : `${newest.id} runs`;
    return sources.length === 0 ? runs : `${runs}, the lake holds data of ${sources.join(" and ")}`;
  } finally {
    await state.close();
  }
}

/** @throws If workers that are no more left claims behind, with what settles them. */
async function claims(config: Config): Promise<string> {
  const state = await openState(config.state, "read");
  try {
    const holdings = await state.holdings();
    const left = holdings.filter(({ alive }) => !alive);
    if (left.length === 0) return holdings.length === 0 ? "none" : holdings.map(holdingLine).join(", ");
    const frees = new Set(
      left.filter(({ place }) => place !== null).map(({ run }) => `"runs release ${run}"`),
    );
    const settle = ["the next materialize", ...frees].join(" or ");
    throw new Error(`${left.map(holdingLine).join(", ")}: found nobody at work on it, wanted ${settle}`);
  } finally {
    await state.close();
  }
}

/** @throws If something beside the lake's files is not as the state says, with what settles it. */
async function records(config: Config, groups: Groups): Promise<string> {
  const { pipelines } = groups.project();
  const { store, publisher } = await openStorage(config);
  const state = await openState(config.state, "read");
  try {
    const context = { state, store, publisher, now: systemClock.now() };
    const found = (await Promise.all(pipelines.map(({ look, examine = look }) => examine?.(context) ?? [])))
      .flat();
    if (found.length === 0) return "agree with the state";
    throw new Error(found.map(({ asset, message }) => `${asset}: ${message}`).join("; "));
  } finally {
    await state.close();
  }
}

/** A finding on each asset that others write and that is looked for, as each run looks. */
async function externals(config: Config, groups: Groups, signal: AbortSignal): Promise<Finding[]> {
  const project = groups.project();
  const assets = new Set(
    project.graph.assets.filter(({ observe }) => observe !== null).map(({ key }) => key),
  );
  if (assets.size === 0) return [];
  const { openLake } = await import("./lake.ts");
  await using lake = await openLake(config, { project, access: "read", warn: () => {} });
  const { seen } = await lake.orchestrator.look({ assets, lookbackDays: 0 }, signal);
  return seen.map(({ asset, failure, warnings }) => {
    const told = warnings.map(({ partition, message }) => partition ? `${partition}: ${message}` : message);
    const detail = failure ?? ["can be looked at", ...told].join("; ");
    return { name: asset, ok: failure === undefined, detail: config.mask(detail) };
  });
}

function holdingLine({ run, asset, place }: Holding): string {
  const worker = place === null ? "" : ` of process ${place.pid} on ${place.host}`;
  return `run ${run}${worker} holds ${asset}`;
}

async function openaqAnswer(config: Config, options: LookOptions): Promise<string> {
  const { url } = config.openaq;
  if (url === null) return "the built-in simulated stations answer";
  const { askSource } = await import("../sources/openaq/first_look.ts");
  const given = { ...options, fetch: tracedFetch(await openTracer(config.mask), fetch) };
  const look = await keepingPace(config.state, (kv) => askSource({ ...config.openaq, url }, kv, given));
  if ("error" in look) throw look.error;
  return `${look.source} answers`;
}

/** Counts a request in the state that is there; one that cannot be written counts nothing. */
async function keepingPace<T>(path: string, look: (kv: KeyValue) => Promise<T>): Promise<T> {
  try {
    const state = await openState(path, await isStateThere(path) ? "write" : "read");
    try {
      return await look(state.keyValue);
    } finally {
      await state.close();
    }
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    return await look((await emptyState()).keyValue);
  }
}
