import { DAY, HOUR, type Instant, type Milliseconds, MINUTE } from "../../../core/instant.ts";
import type { Materialized } from "../../../core/event.ts";
import type { PartitionSet } from "../../../core/partition/partition_set.ts";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import type { MeasurementsQuestion } from "../../../sources/openaq/client.ts";
import { hourOf } from "../../../sources/openaq/time.ts";
import { type Stored, storedOf } from "../../../sources/openaq/stored.ts";
import { isWantedKey } from "../../../sources/openaq/wanted.ts";
import type { Row } from "../openaq/api.ts";
import type { Oracle } from "../oracle.ts";
import type { Worker } from "../worker.ts";

export interface SensorQuestion {
  readonly sensor: number;
  readonly from: Instant;
  readonly to: Instant;
}

interface Wanted {
  readonly worker: Worker;
  /** The hours asked for, by their beginning. */
  readonly hours: ReadonlySet<Instant>;
  readonly stillGood: (hour: Instant, askedAt: Instant) => boolean;
  readonly forced: boolean;
}

/** Hours that somebody asks for. */
export interface AskedHours extends Wanted {
  readonly begun: Instant;
  readonly clocksSet: number;
  /** The answers that were kept when it began. */
  readonly seen: ReadonlySet<Kept>;
  /** Answers that are not kept yet, by sensor. */
  readonly open: Map<number, SensorQuestion>;
  /** Its hours that stand by nobody's word since. */
  readonly owed: Set<Instant>;
  /** How much was not answered. */
  failures: number;
  /** Whether what it said that it wants was damaged, so that nobody keeps its answers. */
  forgotten: boolean;
  /** The earliest time at which one of its hours may have been said to stand last. */
  touched: Instant;
}

/** An answer that outlives who asked for it, as long as hours are owed that it was asked for. */
interface Kept extends Stored {
  readonly by: AskedHours;
}

/** A sensor's answer for a partition, and its time; undefined where it had nothing. */
interface Answered {
  readonly at: Instant;
  readonly value: number | undefined;
}

const KEPT_FOR: Milliseconds = 7 * DAY;

/** No request is made twice without cause, no answer is lost, and what is recorded was answered then or later. */
export class AskingRule {
  /** Troubles that errors may name, for they have happened. */
  readonly excuses = new Set<string>();
  readonly #kept = new Set<Kept>();
  /** Who said under which key what it wants. */
  readonly #said = new Map<string, AskedHours>();
  readonly #answers = new Map<string, Answered[]>();
  #hasFailed = false;
  #set: PartitionSet | undefined;

  constructor(readonly oracle: Oracle) {}

  begins(wanted: Wanted): AskedHours {
    const { worker, worker: { world: { turns } } } = wanted;
    const begun = turns.read(worker);
    this.#set = worker.world.openaq!.sketch.set;
    for (const each of this.#kept) {
      if (Math.min(each.askedAt, each.by.touched) < begun - KEPT_FOR) this.#kept.delete(each);
    }
    return {
      ...wanted,
      begun,
      clocksSet: turns.clocksSet,
      seen: new Set(this.#kept),
      open: new Map(),
      owed: new Set(wanted.hours),
      failures: 0,
      forgotten: false,
      touched: begun,
    };
  }

  requested(asked: AskedHours, question: SensorQuestion): void {
    this.oracle.pace.sent(asked.worker);
    if (this.#isWitness(asked, question)) return;
    const { sensor, from } = question;
    const hour = hourOf(from);
    const open = asked.open.get(sensor);
    if (open !== undefined && open.from < from && this.#clocksStay(asked)) {
      throw this.oracle.violation(`sensor ${sensor}'s answer from ${open.from} on was not kept`);
    }
    for (const kept of this.#kept) {
      const isHeld = kept.sensor === sensor && kept.from <= from && kept.to >= hour + HOUR;
      if (!isHeld || !asked.hours.has(hour) || !this.#isGood(kept, asked, hour)) continue;
      throw this.oracle.violation(
        `${asked.worker.name} asks sensor ${sensor} for ${hour}, which was answered at ${kept.askedAt} and kept`,
      );
    }
  }

  /** A question had no answer, or a failure for one. */
  failed(asked: AskedHours): void {
    asked.failures++;
    this.#hasFailed = true;
    this.excuses.add("did not answer, wanted an answer within");
  }

  /** @param dated What the answer says is the time, if it does. */
  answered(
    asked: AskedHours,
    question: SensorQuestion,
    rows: readonly Row[],
    isAll: boolean,
    dated: Instant | undefined,
  ): void {
    const { worker, worker: { world: { turns } } } = asked;
    const now = turns.read(worker);
    if (dated !== undefined) this.excuses.add("wanted clocks that agree");
    const isRefused = dated !== undefined && Math.abs(now - dated) > HOUR / 2;
    if (!isRefused && !this.#isWitness(asked, question)) asked.open.set(question.sensor, question);
    // A page that is not all says nothing of what comes after its last row.
    const told = isAll ? question.to : Math.min(question.to, Math.max(...rows.map((row) => row.end)));
    for (let end = hourOf(question.from) + HOUR; end <= told; end += HOUR) {
      const value = rows.find((row) => row.end === end)?.value;
      const name = `${question.sensor} ${end}`;
      const at = this.#clocksStay(asked) ? now : Infinity;
      this.#answers.set(name, [...this.#answers.get(name) ?? [], { at, value }]);
    }
  }

  /** Somebody begins to keep something. */
  keeping(asked: AskedHours, key: string): void {
    const stored = storedOf(key);
    if (stored !== undefined) asked.open.delete(stored.sensor);
  }

  kept(asked: AskedHours, key: string): void {
    const stored = storedOf(key);
    if (isWantedKey(key)) {
      if (!this.#said.has(key)) this.#said.set(key, asked);
    } else if (stored !== undefined && !asked.forgotten) this.#kept.add({ ...stored, by: asked });
  }

  /** Something that is kept is no more what it was. */
  damaged(key: string): void {
    const stored = storedOf(key);
    const asked = this.#said.get(key);
    if (asked !== undefined) asked.forgotten = true;
    for (const kept of this.#kept) {
      if (kept.by === asked || kept.sensor === stored?.sensor) this.#kept.delete(kept);
    }
  }

  /** All answers for the hours are there. */
  given(asked: AskedHours, hours: readonly Instant[]): void {
    const end = Math.max(...hours) + HOUR;
    for (const question of asked.open.values()) {
      if (
        question.from >= end || asked.failures > 0 || !this.#clocksStay(asked)
      ) continue;
      throw this.oracle.violation(`sensor ${question.sensor}'s answer from ${question.from} on was not kept`);
    }
  }

  /** Hours that were given are published, or have failed. */
  stand({ worker }: AskedHours, hours: readonly Instant[]): void {
    const now = worker.world.turns.read(worker);
    for (const asked of this.#said.values()) {
      for (const hour of hours) asked.owed.delete(hour);
      asked.touched = Math.min(asked.touched, now);
    }
    for (const kept of this.#kept) if (kept.by.owed.size === 0) this.#kept.delete(kept);
  }

  /** A question that may be asked again has lost no more patience than the time that it took, awake. */
  async patiently<T>(
    asked: AskedHours,
    { patience = MINUTE }: MeasurementsQuestion,
    ask: () => Promise<T>,
  ): Promise<T> {
    const { worker: { world: { turns } } } = asked;
    const begun = turns.awake;
    try {
      return await ask();
    } catch (error) {
      if (error instanceof OpenAQError && error.trouble === "failing") {
        const [lost, took] = [patience - error.patience, turns.awake - begun];
        if (lost > took) {
          throw this.oracle.violation(`a question lost ${lost} ms of patience in ${took} ms`);
        }
      }
      throw error;
    }
  }

  /** Holds that recorded answers are of that time or later; a sensor has none only if it had none, or failed. */
  recorded(event: Materialized): void {
    this.#compare(event, this.#hasFailed);
  }

  /** In the end no sensor lacks what it had when its hour was asked. */
  whole(event: Materialized): void {
    this.#compare(event, false);
  }

  #compare(event: Materialized, mayLack: boolean): void {
    const { values } = this.oracle.madeOf(event);
    if (values === undefined) return;
    const end = this.#set!.window(event.partition)!.start + HOUR;
    for (const [sensor, { value, askedAt }] of Object.entries(values)) {
      const answers = (this.#answers.get(`${sensor} ${end}`) ?? []).filter(({ at }) => at >= askedAt);
      if (answers.some((each) => each.value === (value ?? undefined))) continue;
      // Before its hour had ended, or while it failed, a sensor said nothing of it.
      if (value === null && (mayLack || askedAt < end || answers.length === 0)) continue;
      throw this.oracle.violation(
        `"${event.asset}" ${event.partition} has ${value} of sensor ${sensor} as of ${askedAt}, answered was ${
          JSON.stringify(answers)
        }`,
      );
    }
  }

  #isGood(kept: Kept, asked: AskedHours, hour: Instant): boolean {
    if (kept.by === asked) return true;
    const { askedAt, by } = kept;
    if (!asked.seen.has(kept) || !by.owed.has(hour) || askedAt < hour + HOUR || askedAt > asked.begun) {
      return false;
    }
    if (!asked.stillGood(hour, askedAt)) return false;
    return !asked.forced;
  }

  /** Whether no clock was set since it began; an answer may be refused where one was. */
  #clocksStay({ clocksSet, worker: { world: { turns } } }: AskedHours): boolean {
    return clocksSet === turns.clocksSet;
  }

  /** Whether it is asked only to find out whose fault a failure is. */
  #isWitness({ failures }: AskedHours, { from, to }: SensorQuestion): boolean {
    return failures > 0 && to - from === HOUR;
  }
}
