import { DeclarationError, RequestError } from "../errors.ts";
import type { AssetKey, RunId } from "../event.ts";
import { type Instant, type Milliseconds, MINUTE, SECOND } from "../instant.ts";
import { fromOrdinals } from "../partition/ranges.ts";
import type { Json } from "../ports/key_value.ts";
import { type RunRequest, StateError, type TickRecord } from "../ports/state.ts";
import { report } from "../run/report.ts";
import { sensorKeys } from "./names.ts";
import { partitionOf } from "../run/scope.ts";
import { messageOf, refresh, type Session } from "../run/session.ts";
import { traceable } from "../run/traced.ts";
import { show } from "../show.ts";
import { resolveRequest } from "./resolve_request.ts";
import { noteOutage, outageOver, outagesIn } from "../outages.ts";
import { pauseOf } from "./pauses.ts";
import type { LakeFiles, Sensed, Sensor } from "./sensor.ts";
import type { Tick, Ticking } from "./ticker.ts";

/** How far a sensor has come, in the state. */
export interface SensorProgress {
  readonly cursor?: Json;
  /** When it was called last. */
  readonly at: Instant;
  /** How often it failed since it last did not. */
  readonly failures: number;
}

export interface SensorOver {
  readonly session: Session;
  readonly files: LakeFiles;
  readonly lookbackDays: number;
}

/** After failures a sensor is called at least so often. */
const MOST_WAIT = 10 * MINUTE;

/** Calls a sensor when it may be called again, and requests what it found. */
export class SensorTicker implements Ticking {
  readonly name: string;
  readonly #over: SensorOver;
  readonly #sensor: Sensor;
  /** Until then it is not called, unless the clock is set back before `from`. */
  #rest: { readonly from: Instant; readonly until: Instant } | undefined;
  #isPaused = false;

  constructor(sensor: Sensor, over: SensorOver) {
    this.name = sensor.name;
    this.#over = over;
    this.#sensor = sensor;
  }

  get wakes(): Instant {
    return this.#isPaused ? Infinity : this.#rest?.until ?? -Infinity;
  }

  async tick(signal: AbortSignal): Promise<Tick> {
    const { session } = this.#over;
    const { state, clock } = session;
    const { name } = this.#sensor;
    const now = clock.now();
    const nothing: Tick = { at: now, runs: [] };
    if (this.#rests(now)) return nothing;
    this.#isPaused = (await pauseOf(state.keyValue, name))?.paused ?? false;
    if (this.#isPaused) return nothing;
    const entry = await state.keyValue.get(progressKey(name));
    const kept = entry?.value as SensorProgress | undefined;
    if (kept !== undefined) this.#rest = { from: kept.at, until: callableAt(this.#sensor, kept) };
    if (this.#rests(now)) return nothing;
    const keep = (cursor: Json | undefined, failures: number) => {
      const progress = { ...(cursor !== undefined && { cursor }), at: now, failures };
      this.#rest = { from: now, until: callableAt(this.#sensor, progress) };
      return state.keyValue.put(progressKey(name), progress, entry?.version ?? 0);
    };
    const note = (outcome: TickRecord["outcome"], detail: string, runs: readonly RunId[] = []) =>
      state.noteTick({ name, at: now, outcome, detail, runs });
    try {
      const sensed = await this.#sense(kept?.cursor, now, signal);
      const reported = await this.#report(sensed);
      for (const [pool, message] of Object.entries(sensed.down ?? {})) {
        await noteOutage(state.keyValue, pool, { message, at: now });
      }
      const requests = await this.#requests(sensed);
      if ("waits" in requests) {
        await keep(kept?.cursor, 0);
        await note("skipped", requests.waits);
        return nothing;
      }
      const queued = [];
      for (const request of requests) {
        queued.push({ ...await state.enqueue(traceable(session, request), now), request });
      }
      await keep(sensed.cursor ?? kept?.cursor, 0);
      const fresh = queued.filter(({ isNew }) => isNew);
      const runs = fresh.map(({ run, request }) => ({ run, request }));
      if (runs.length > 0 || reported > 0) {
        await note("requested", told(runs.length, reported), runs.map(({ run }) => run));
      } else {
        const known = queued.length > 0 ? "what it asks for was asked for before" : "nothing new";
        await note("skipped", sensed.skip ?? known);
      }
      return { at: now, runs };
    } catch (cause) {
      if (signal.aborted) return nothing;
      if (cause instanceof StateError) throw cause;
      await keep(kept?.cursor, (kept?.failures ?? 0) + 1);
      const failure = messageOf(session, cause);
      await note("failed", failure);
      return { ...nothing, failure };
    }
  }

  #rests(now: Instant): boolean {
    return !this.#isPaused && this.#rest !== undefined && this.#rest.from <= now && now < this.#rest.until;
  }

  /** Calls the sensor; one that takes no heed of its signal is not waited for. */
  async #sense(cursor: Json | undefined, now: Instant, signal: AbortSignal): Promise<Sensed> {
    const { session: { machine, index, resources, state }, files } = this.#over;
    const { name, timeout, sense } = this.#sensor;
    const over = new AbortController();
    const done = new AbortController();
    const late = machine.sleep(timeout, AbortSignal.any([signal, done.signal])).then(() => {
      const reason = new Error(
        `sensing: found no answer after ${timeout / SECOND} s, wanted one by then`,
      );
      over.abort(reason);
      throw reason;
    });
    late.catch(() => {});
    const partitions = (asset: AssetKey) => {
      const node = index.find(asset);
      if (node !== undefined) return node.set;
      throw new DeclarationError(`sensing by "${name}": found no asset "${asset}", wanted one of the graph`);
    };
    try {
      const context = { cursor, now, resources, files, runs: state, partitions };
      const sensed = await Promise.race([
        Promise.try(() => sense({ ...context, signal: AbortSignal.any([signal, over.signal]) })),
        late,
      ]);
      if (typeof sensed === "object" && sensed !== null) return sensed;
      throw new TypeError(`sensing: found ${show(sensed)} answered, wanted an object`);
    } finally {
      done.abort();
    }
  }

  /** Records what others wrote, where it is not known. @returns Of how many partitions. */
  async #report({ reports = [] }: Sensed): Promise<number> {
    const { session } = this.#over;
    const { index, state } = session;
    if (reports.length === 0) return 0;
    await refresh(session);
    index.advance(session.clock.now());
    let count = 0;
    for (const [asset, those] of Map.groupBy(reports, ({ asset }) => asset)) {
      const node = index.find(asset);
      if (node === undefined) {
        throw new RequestError(`reporting "${asset}": found no such asset, wanted one of the graph`);
      }
      const ordinals = those.map(({ partition }) => partitionOf(node, partition, "reporting", index.now));
      const known = new Map<number, string>();
      for (const { partition, event } of await state.materializations(asset, fromOrdinals(ordinals))) {
        known.set(partition, event.dataVersion);
      }
      const news = those.filter(({ dataVersion }, place) => known.get(ordinals[place]!) !== dataVersion)
        .map(({ asset: _asset, ...each }) => each);
      if (news.length > 0) await report(session, node, news);
      count += news.length;
    }
    return count;
  }

  /** The runs that are requested, all of them; or why they wait. */
  async #requests(
    { requests = [] }: Sensed,
  ): Promise<readonly RunRequest[] | { readonly waits: string }> {
    const { session, lookbackDays } = this.#over;
    const { name } = this.#sensor;
    const found: RunRequest[] = [];
    for (const { key, ...wanted } of requests) {
      if (typeof key !== "string" || key === "") {
        throw new RequestError(`asking for a run: found ${show(key)} as its key, wanted a text`);
      }
      const request = await resolveRequest(session, wanted, lookbackDays);
      found.push({ ...request, key: `${sensorKeys(name)}${key}`, tags: { by: "sensor", name } });
    }
    if (found.length === 0) return found;
    const outages = await outagesIn(session.state.keyValue, session.clock.now());
    for (const request of found) {
      const waits = outageOver(outages, session.index, request);
      if (waits !== undefined) return { waits };
    }
    return found;
  }
}

/** When a sensor may be called again: after failures, in twice the time for each. */
export function callableAt({ every }: Pick<Sensor, "every">, { at, failures }: SensorProgress): Instant {
  const wait: Milliseconds = Math.min(every * 2 ** failures, Math.max(every, MOST_WAIT));
  return at + wait;
}

function told(runs: number, reported: number): string {
  const many = (count: number, noun: string) =>
    count === 0 ? [] : [`${count} ${noun}${count === 1 ? "" : "s"}`];
  return [
    ...many(runs, "run").map((text) => `${text} asked for`),
    ...many(reported, "partition").map((text) => `${text} reported`),
  ].join(", ");
}

/** Under which key of the state a sensor's progress is. */
export function progressKey(name: string): string {
  return `sensors/${name}`;
}
