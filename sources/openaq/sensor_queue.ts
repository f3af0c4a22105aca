import { HOUR, type Instant, iso } from "../../core/mod.ts";
import type { Answers } from "./answers.ts";
import { sensorsToAsk } from "./sensors_to_ask.ts";
import { EVERYONES, OpenAQError } from "./error.ts";
import { changeGap, closeGap, type Gap, isSilent, nextProbe, setAside, stillOwed } from "./gaps.ts";
import type { HistoryParts, HistoryQuestion } from "./question.ts";
import { clipped, common, hullOf, type TimeRange } from "./ranges.ts";
import { Retries } from "./retries.ts";
import type { Track } from "./track.ts";

/** Answers held of a sensor before it has to wait for the others. */
const MOST_HELD = 2;
/** Sensors that fail in a row, for each one asked at a time, before it is judged whether the API is failing. */
const IN_A_ROW = 3;
/** How often a sensor is asked at most. */
const ATTEMPTS = 5;
/** How often one of several that fail in a row is. */
const OF_SEVERAL = 3;
/** So many answers let one more be asked at a time by who was interrupted. */
const ANSWERS_EACH = 8;
/** So many requests of a whole run let one more be asked at a time. */
const REQUESTS_EACH = 7;
/** Sensors asked at a time beside others. */
const BESIDE_OTHERS = 2;
export const CONCURRENCY = 8;

/** A sensor that failed: its own fault, or everyone's. */
interface Suspect {
  readonly track: Track;
  readonly error: OpenAQError;
  /** How often it was asked, without requests that reached nobody. */
  readonly asked: number;
  /** Whether another has answered since it failed first. */
  readonly isAlone: boolean;
}

/** A sensor to be asked, and how it failed before, if it did. */
type Asked = Pick<Suspect, "track"> & Partial<Suspect>;

/** A sensor that is likely to answer for the hour before. */
interface Witness {
  readonly sensor: number;
  readonly to: Instant;
}

/** Whether others may have failed as it did. */
function isPassing({ error: { trouble } }: Pick<Suspect, "error">): boolean {
  return trouble === "failing" || trouble === "unreachable";
}

/** Whether asking it costs the server a request more than undisturbed. */
function isRepeat({ asked = 0 }: Partial<Suspect>): boolean {
  return asked > 0;
}

/** Whether a sensor may answer when it is asked again. */
function mayPass(suspect: Suspect): boolean {
  return isPassing(suspect) && suspect.asked < ATTEMPTS && suspect.error.patience > 0;
}

/**
 * Asks sensors side by side, the one first that reaches least far. Those that fail are asked again once all others were,
 * as far as retries go, and then set aside.
 */
export class SensorQueue {
  readonly #concurrency: number;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<void>>();
  /** Sensors that were set aside and are asked again, to see whether they answer. */
  readonly #probes = new Set<Track>();
  readonly #recovering = new Set<Track>();
  /** Hours that are given out without the sensor, as it was set aside. */
  readonly #lacking = new Map<number, readonly TimeRange[]>();
  /** Sensors that are set aside. */
  #silent: readonly number[] = [];
  #suspects: Suspect[] = [];
  /** How many requests were answered. */
  #answered = 0;
  /** How many were left of sensors that were set aside, likely and at least. */
  #spared = { likely: 0, fewest: 0 };
  readonly #retries: Retries;
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(
    readonly tracks: readonly Track[],
    readonly parts: HistoryParts & { readonly answers: Answers },
    readonly question: HistoryQuestion,
  ) {
    const { signal } = question;
    this.#concurrency = parts.concurrency ?? CONCURRENCY;
    this.#retries = new Retries(parts.client.random, parts.spent);
    this.#signal = signal === undefined ? this.#ended.signal : AbortSignal.any([this.#ended.signal, signal]);
  }

  /** Starts asking. Sensors that were set aside owe these hours too, and are asked now and then, or by force. */
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
    this.pump();
  }

  /** Starts as many requests as may run. */
  pump(): void {
    while (this.#failure === undefined && this.#running.size < this.width) {
      const work = this.#work();
      if (work === undefined) break;
      this.#run(work);
    }
  }

  /** What to ask next, if anything: those that failed once all others were asked, or where nothing at all is answered. */
  #work(): (() => Promise<void>) | undefined {
    const { isTroubled, isDown } = this.#retries;
    const track = this.#suspects.length < IN_A_ROW * this.#concurrency ? this.#next() : undefined;
    const isIdle = this.#running.size === 0;
    if (this.#suspects.length > 0 && (track === undefined ? isIdle || !isTroubled : isIdle && isDown)) {
      const hasWitness = this.#witness() !== undefined;
      const isUntried = !hasWitness && this.#suspects.every(({ asked }) => asked <= 1);
      const suspect = !isDown || isUntried ? this.#toRepeat() : undefined;
      if (suspect !== undefined) return () => this.#repeat(suspect, isTroubled);
      if (isIdle && (track === undefined || hasWitness)) return () => this.#judge();
    }
    return track && (() => isTroubled ? this.#paused({ track }, true) : this.#step({ track }));
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

  /** How many requests the whole history is likely to take undisturbed. */
  get #undisturbed(): number {
    return this.#answered + this.requestsLeft + this.#spared.likely;
  }

  /**
   * How many are asked at a time. Who is killed loses what was under way, so that a small run asks few at a time, and one
   * that was interrupted begins with one; and who asks beside others goes slowly, so that they take from one another what
   * has been answered.
   */
  get width(): number {
    const { answers } = this.parts;
    if (this.#retries.isTroubled) return 1;
    const widths = [this.#concurrency, Math.max(1, Math.floor(this.#undisturbed / REQUESTS_EACH))];
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

  async #step({ track, ...before }: Asked, alone = false): Promise<void> {
    const { answers } = this.parts;
    const { sensor: { id } } = track;
    track.busy = true;
    try {
      await answers.look(id);
      if (track.stored) {
        if (isRepeat(before)) this.#retries.spared();
        return await track.recall();
      }
      // One that failed keeps its turn: it waited for all others.
      const other = before.error === undefined && answers.isAskedByOthers(id) ? this.#next() : undefined;
      if (other !== undefined && !answers.isAskedByOthers(other.sensor.id)) return;
      await answers.asking(id, () => track.ask(this.#signal, before.error?.patience));
      this.#answered++;
      this.#hear();
      if (this.#probes.delete(track)) await this.#welcome(track);
    } catch (error) {
      if (!(error instanceof OpenAQError)) throw error;
      const isReached = error.trouble !== "unreachable";
      if (isReached && EVERYONES.has(error.trouble)) throw error;
      if (isReached && this.#probes.delete(track)) return await this.#setAside({ track, error });
      if (isPassing({ error })) this.#retries.failed(alone);
      if (!isReached && this.#retries.isDown) throw error;
      const asked = (before.asked ?? 0) + (isReached ? 1 : 0);
      this.#suspects.push({ track, error, asked, isAlone: before.isAlone ?? true });
    } finally {
      track.busy = false;
    }
  }

  /** Something was answered: what failed before may be a sensor's own fault. */
  #hear(): void {
    this.#retries.answered();
    this.#suspects = this.#suspects.map((suspect) => ({ ...suspect, isAlone: false }));
  }

  /** Asks after a pause; alone where nothing was answered since something failed. */
  async #paused(asked: Asked, alone: boolean): Promise<void> {
    asked.track.busy = true;
    await this.parts.clock.sleep(this.#retries.pause(asked.asked ?? 1), this.#signal);
    if (this.#failure === undefined) await this.#step(asked, alone);
  }

  async #repeat(suspect: Suspect, alone: boolean): Promise<void> {
    this.#suspects = this.#suspects.filter((other) => other !== suspect);
    if (isRepeat(suspect)) this.#retries.made();
    await this.#paused(suspect, alone);
  }

  /** The sensor to be asked again: of those that may be the one that was asked least often. */
  #toRepeat(): Suspect | undefined {
    // Whether others are answered may have to be seen.
    const spare = this.#suspects.some(({ isAlone }) => isAlone) && this.#witness() !== undefined ? 1 : 0;
    const mayRepeat = this.#retriesLeft > spare;
    return this.#suspects.filter((suspect) => mayPass(suspect) && (mayRepeat || !isRepeat(suspect)))
      .reduce<Suspect | undefined>((a, b) => a === undefined || b.asked < a.asked ? b : a, undefined);
  }

  get #retriesLeft(): number {
    const fewest = this.tracks.reduce((sum, track) => sum + track.fewestLeft, 0);
    return this.#retries.left(this.#answered + fewest + this.#spared.fewest);
  }

  /** Sets those aside whose failures are their own. @throws {OpenAQError} If they are everyone's. */
  async #judge(): Promise<void> {
    const { client } = this.parts;
    const [{ error }] = this.#suspects as [Suspect];
    if (!await this.#isTheirs()) {
      await client.failed(error);
      throw error;
    }
    this.#hear();
    // Their failures are their own; those that were asked least are still to have another chance.
    const mayRepeat = this.#retriesLeft > 0;
    const left = this.#suspects.filter((suspect) =>
      mayPass(suspect) && suspect.asked < OF_SEVERAL && (mayRepeat || !isRepeat(suspect))
    );
    const condemned = this.#suspects.filter((suspect) => !left.includes(suspect));
    this.#suspects = left;
    for (const { track } of condemned) track.busy = true; // not asked again while its gap is written
    for (const suspect of condemned) {
      await client.failed(suspect.error);
      await this.#setAside(suspect);
    }
  }

  /**
   * Whether what failed is the sensors' own fault: a sensor that has answered before tells, asked again if it fails, too.
   * Where nothing is left to ask it, it is what was answered so far.
   */
  async #isTheirs(): Promise<boolean> {
    const othersAnswered = this.#suspects.every(({ isAlone }) => !isAlone);
    const witness = this.#witness();
    if (witness === undefined || othersAnswered && !this.#suspects.some(isPassing)) return othersAnswered;
    if (this.#retriesLeft <= 0) return othersAnswered || this.#answered > 0 && !this.#retries.isDown;
    for (let asked = 1; asked <= OF_SEVERAL; asked++) {
      if (await this.#answers(witness)) return true;
      if (this.#retriesLeft <= 0) return othersAnswered && !this.#retries.isDown;
      await this.parts.clock.sleep(this.#retries.pause(asked), this.#signal);
    }
    return false;
  }

  /** Whether a sensor answers for its last hour. */
  async #answers({ sensor, to }: Witness): Promise<boolean> {
    this.#retries.made();
    try {
      await this.parts.client.measurements({ sensor, from: to - HOUR, to, attempts: 1 }, this.#signal);
      return true;
    } catch {
      this.#signal.throwIfAborted();
      this.#retries.failed(true);
      return false;
    }
  }

  /** A sensor that has answered before, or else one that nothing was wanted of. */
  #witness(): Witness | undefined {
    const suspected = new Set(this.#suspects.map(({ track }) => track));
    for (const track of this.tracks) {
      const { sensor: { id: sensor }, held, covered: to, done, ranges } = track;
      if (suspected.has(track) || this.#lacking.has(sensor)) continue;
      if (held.length > 0 || done && to > ranges[0]!.from) return { sensor, to };
    }
    const asked = new Set([...this.tracks.map(({ sensor: { id } }) => id), ...this.#silent]);
    const others = sensorsToAsk({ ...this.question, owed: [] }, []);
    const other = others.find(({ sensor: { id } }) => !asked.has(id));
    return other && { sensor: other.sensor.id, to: hullOf(this.question.ranges).to };
  }

  async #setAside({ track, error }: Pick<Suspect, "track" | "error">): Promise<void> {
    const { kv, clock, log } = this.parts;
    const { sensor } = track;
    const owed = clipped(track.ranges, { from: track.complete, to: Infinity });
    await setAside(kv, sensor.id, owed, error.message, clock.now());
    this.#lacking.set(sensor.id, owed);
    this.#recovering.delete(track);
    this.#spared.likely += track.requestsLeft;
    this.#spared.fewest += track.fewestLeft;
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
