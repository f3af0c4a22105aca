import { HOUR, type Instant, iso } from "../../core/mod.ts";
import type { Answers } from "./answers.ts";
import { sensorsToAsk } from "./sensors_to_ask.ts";
import { EVERYONES, OpenAQError } from "./error.ts";
import { changeGap, closeGap, type Gap, isSilent, nextProbe, setAside, stillOwed } from "./gaps.ts";
import type { HistoryParts, HistoryQuestion } from "./question.ts";
import { clipped, common, hullOf, type TimeRange } from "./ranges.ts";
import type { Track } from "./track.ts";

/** Answers held of a sensor before it has to wait for the others. */
const MOST_HELD = 2;
/** Sensors that fail in a row, for each one asked at a time, before it is judged whether the API is failing. */
const IN_A_ROW = 3;
/** So many answers let one more be asked at a time by who was interrupted. */
const ANSWERS_EACH = 8;
/** So many requests of a whole run let one more be asked at a time. */
const REQUESTS_EACH = 7;
/** Sensors asked at a time beside others. */
const BESIDE_OTHERS = 2;
export const CONCURRENCY = 8;

/** A sensor that failed, while no other has answered since: its own fault, or everyone's. */
interface Suspect {
  readonly track: Track;
  readonly error: OpenAQError;
}

/** Asks sensors side by side, the one first that reaches least far, and sets aside those that go on failing. */
export class SensorQueue {
  readonly #concurrency: number;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  /** Sensors that were set aside and are asked for the first time today. */
  readonly #probes = new Set<Track>();
  readonly #recovering = new Set<Track>();
  /** Hours that are given out without the sensor, as it was set aside. */
  readonly #lacking = new Map<number, readonly TimeRange[]>();
  /** Sensors that are set aside. */
  #silent: readonly number[] = [];
  #suspects: Suspect[] = [];
  /** How many requests were answered. */
  #answered = 0;
  /** How many requests the whole run was likely to take when it began. */
  #expected = 0;
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(
    readonly tracks: readonly Track[],
    readonly parts: HistoryParts & { readonly answers: Answers },
    readonly question: HistoryQuestion,
  ) {
    const { signal } = question;
    this.#concurrency = parts.concurrency ?? CONCURRENCY;
    this.#signal = signal === undefined ? this.#ended.signal : AbortSignal.any([this.#ended.signal, signal]);
  }

  /** Starts asking. Sensors that were set aside owe these hours too, and are asked once a day, or by force. */
  async begin(gaps: readonly Gap[]): Promise<void> {
    const { kv, clock } = this.parts;
    const { forced = false } = this.question;
    this.#silent = gaps.filter(isSilent).map(({ sensor }) => sensor);
    const bySensor = new Map(gaps.map((gap) => [gap.sensor, gap]));
    for (const track of this.tracks) {
      const gap = bySensor.get(track.sensor.id);
      if (gap === undefined) continue;
      if (gap.recovered) {
        this.#recovering.add(track);
        continue;
      }
      const probe = forced || clock.now() >= nextProbe(gap) || clock.now() < gap.probed;
      await setAside(kv, gap.sensor, track.ranges, gap.message, probe ? clock.now() : gap.probed);
      if (probe) this.#probes.add(track);
      else {
        this.#lacking.set(gap.sensor, track.ranges);
        track.done = true;
      }
    }
    this.#expected = this.requestsLeft;
    this.pump();
  }

  /** Starts as many requests as may run. */
  pump(): void {
    while (this.#failure === undefined && this.#running.size < this.width) {
      const track = this.#suspects.length < IN_A_ROW * this.#concurrency ? this.#next() : undefined;
      if (track !== undefined) this.#run(() => this.#step(track));
      else if (this.#running.size === 0 && this.#suspects.length > 0) this.#run(() => this.#judge());
      else break;
    }
  }

  /** Resolves once a request has ended. @throws What makes all asking useless. */
  async progress(): Promise<void> {
    if (this.#failure === undefined) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** How many requests are likely to be left. */
  get requestsLeft(): number {
    return this.tracks.reduce((sum, track) => sum + track.requestsLeft, 0);
  }

  /**
   * Says that hours stand: sensors that owed them and were asked owe them no more; those that were not asked still do,
   * whoever has found meanwhile that they answer and owe no hours that stand.
   */
  async stand(hours: readonly TimeRange[]): Promise<void> {
    const { kv } = this.parts;
    for (const { sensor, ranges } of this.#recovering) {
      const asked = common(ranges, hours);
      if (asked.length > 0) await closeGap(kv, sensor.id, asked);
    }
    for (const [sensor, ranges] of this.#lacking) {
      const lacking = common(ranges, hours);
      if (lacking.length > 0) await stillOwed(kv, sensor, lacking);
    }
  }

  /** Ends the requests that are under way. */
  cancel(): void {
    this.#ended.abort();
  }

  /** Starts no more requests, and waits for those that are under way. */
  async end(): Promise<void> {
    this.#failure ??= { error: new Error("asking has ended") };
    await Promise.all(this.#running);
    this.#ended.abort();
  }

  /**
   * How many are asked at a time. Who is killed loses what was under way, so that a small run asks few at a time, and one
   * that was interrupted begins with one; and who asks beside others goes slowly, so that they take from one another what
   * has been answered.
   */
  get width(): number {
    const { answers } = this.parts;
    const widths = [this.#concurrency, Math.max(1, Math.floor(this.#expected / REQUESTS_EACH))];
    if (answers.isShared) widths.push(BESIDE_OTHERS);
    if (answers.interrupted) widths.push(1 + Math.floor(this.#answered / ANSWERS_EACH));
    return Math.min(...widths);
  }

  /**
   * The sensor that reaches least far, rather one that nobody else is asking; of several the oldest, or, after failures,
   * the newest: old ones end together.
   */
  #next(): Track | undefined {
    const { answers } = this.parts;
    const unfinished = this.tracks.filter((track) => !track.done);
    const least = Math.min(...unfinished.map(({ covered }) => covered));
    const suspected = new Set(this.#suspects.map(({ track }) => track));
    const all = unfinished
      .filter((track) => !track.busy && !suspected.has(track))
      .filter(({ held, covered }) => held.length < MOST_HELD || covered === least);
    const free = all.filter(({ sensor }) => !answers.isAskedByOthers(sensor.id));
    return (free.length > 0 ? free : all)
      .reduce<Track | undefined>((a, b) => {
        if (a === undefined || b.covered < a.covered) return b;
        return b.covered === a.covered && suspected.size > 0 ? b : a;
      }, undefined);
  }

  #run(work: () => Promise<void>): void {
    const running = work().catch((error) => {
      this.#failure ??= { error };
    }).then(() => {
      this.#running.delete(running);
      this.pump();
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
    this.#running.add(running);
  }

  async #step(track: Track): Promise<void> {
    const { answers } = this.parts;
    const { sensor: { id } } = track;
    track.busy = true;
    try {
      await answers.look(id);
      if (track.stored) return await track.recall();
      const other = answers.isAskedByOthers(id) ? this.#next() : undefined;
      if (other !== undefined && !answers.isAskedByOthers(other.sensor.id)) return;
      const attempts = this.#probes.has(track) ? 1 : undefined;
      await answers.asking(id, () => track.ask(this.#signal, attempts));
      this.#answered++;
      if (this.#probes.delete(track)) await this.#welcome(track);
      await this.#condemn();
    } catch (error) {
      if (!(error instanceof OpenAQError) || EVERYONES.has(error.trouble)) throw error;
      if (this.#probes.delete(track)) return await this.#setAside({ track, error });
      this.#suspects.push({ track, error });
    } finally {
      track.busy = false;
    }
  }

  /** Whether the API answers for a sensor that has answered before tells whose fault it is. */
  async #judge(): Promise<void> {
    const witness = this.#witness();
    const [{ error }] = this.#suspects as [Suspect];
    if (witness === undefined) throw error;
    const { sensor, to } = witness;
    const question = { sensor, from: to - HOUR, to };
    try {
      await this.parts.client.measurements(question, this.#signal);
    } catch {
      this.#signal.throwIfAborted();
      throw error;
    }
    await this.#condemn();
  }

  /** A sensor that has answered before, or else one that nothing was wanted of. */
  #witness(): { readonly sensor: number; readonly to: Instant } | undefined {
    const suspected = new Set(this.#suspects.map(({ track }) => track));
    for (const track of this.tracks) {
      const { sensor: { id: sensor }, held, covered: to, done, ranges } = track;
      if (suspected.has(track)) continue;
      if (held.length > 0 || done && to > ranges[0]!.from) return { sensor, to };
    }
    const asked = new Set([...this.tracks.map(({ sensor: { id } }) => id), ...this.#silent]);
    const others = sensorsToAsk({ ...this.question, owed: [] }, []);
    const other = others.find(({ sensor: { id } }) => !asked.has(id));
    return other && { sensor: other.sensor.id, to: hullOf(this.question.ranges).to };
  }

  /** Another sensor answered: the suspects' failures are their own. */
  async #condemn(): Promise<void> {
    const condemned = this.#suspects.splice(0);
    for (const { track } of condemned) track.busy = true; // not asked again while its gap is written
    for (const suspect of condemned) await this.#setAside(suspect);
  }

  async #setAside({ track, error }: Suspect): Promise<void> {
    const { kv, clock, log } = this.parts;
    const { sensor } = track;
    const owed = clipped(track.ranges, { from: track.complete, to: Infinity });
    await setAside(kv, sensor.id, owed, error.message, clock.now());
    this.#lacking.set(sensor.id, owed);
    this.#recovering.delete(track);
    track.done = true;
    const hours = { from: iso(owed[0]!.from), to: iso(owed.at(-1)!.to) };
    log.warn("sensor set aside", {
      sensor: sensor.id,
      location: sensor.locationId,
      ...hours,
      message: error.message,
    });
  }

  async #welcome(track: Track): Promise<void> {
    await changeGap(this.parts.kv, track.sensor.id, (gap) => {
      if (gap === undefined) return undefined;
      const message = `answers again, set aside since ${iso(gap.since)}`;
      return { ...gap, recovered: true, told: null, message };
    });
    this.#recovering.add(track);
    this.parts.log.info("sensor answers again", {
      sensor: track.sensor.id,
      location: track.sensor.locationId,
    });
  }
}
