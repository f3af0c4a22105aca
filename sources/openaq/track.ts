import { DAY, HOUR, type Instant, iso, type Milliseconds } from "../../core/instant.ts";
import { PAGE_LIMIT } from "./client.ts";
import { OpenAQError } from "./error.ts";
import type { HistoryParts, HistoryQuestion, SensorInfo } from "./history.ts";
import type { Page } from "./page.ts";
import { decode, encode, keyOf, type Stored } from "./stored.ts";
import { hourOf } from "./time.ts";

/** A leap year and the hour that follows every window. */
const LONGEST: Milliseconds = 366 * DAY + HOUR;

/** An answer whose rows are held until their hours are given out. */
export interface Held {
  readonly answer: Stored;
  readonly page: Page;
  /** All rows that end until then are in this page or an earlier one. */
  readonly until: Instant;
  /** Rows [next, page.count) may still be needed. */
  next: number;
}

/** One sensor's way through a window: what is held of it, and how far it reaches. */
export class Track {
  readonly held: Held[] = [];
  /** All rows that end in (from, covered] have been answered. */
  covered: Instant;
  /** Nothing more is to be asked: all is covered, or the sensor was set aside. */
  done = false;
  busy = false;
  readonly #parts: HistoryParts;
  readonly #question: HistoryQuestion;
  readonly #end: Instant;
  /** How much one request may ask for; halved whenever it was too much. */
  #span = LONGEST;
  #stored: Stored[];

  constructor(
    readonly sensor: SensorInfo,
    parts: HistoryParts,
    question: HistoryQuestion,
    stored: readonly Stored[],
  ) {
    const { from, to, notBefore = -Infinity } = question;
    this.#parts = parts;
    this.#question = question;
    this.#stored = stored.filter(({ askedAt }) => askedAt >= notBefore);
    this.#end = to + HOUR;
    this.covered = from;
  }

  /** The hours before it are complete as far as this sensor goes. A row may end an hour after the hour it began in. */
  get complete(): Instant {
    return this.done ? this.#question.to : hourOf(this.covered) - HOUR;
  }

  /** Whether something was answered before, so that the next step costs no request. */
  get stored(): boolean {
    return this.#usable() !== undefined;
  }

  /** Covers more of the window, by what was stored of an earlier run. */
  async recall(): Promise<void> {
    const usable = this.#usable();
    if (usable === undefined) return;
    const { answer, until } = usable;
    const bytes = await this.#parts.spool.get(keyOf(answer));
    const page = bytes && decode(bytes);
    if (page === undefined) this.#stored = this.#stored.filter((other) => other !== answer);
    else this.#cover(answer, page, until);
  }

  /**
   * Covers more of the window, by one request or, where it asked for too much, a few.
   * @throws {OpenAQError} If the sensor does not answer.
   */
  async ask(signal: AbortSignal, attempts?: number): Promise<void> {
    const { client, spool } = this.#parts;
    const from = this.covered;
    for (;;) {
      const to = Math.min(this.#end, from + this.#span);
      const question = { sensor: this.sensor.id, from, to, ...attempts === undefined ? {} : { attempts } };
      try {
        const { askedAt, page, full } = await client.measurements(question, signal);
        const answer = { sensor: this.sensor.id, from, to: full ? this.#reach(page, from) : to, askedAt };
        const kept = upTo(page, answer.to);
        await spool.put(keyOf(answer), encode(kept));
        this.#cover(answer, kept, answer.to);
        return;
      } catch (error) {
        if (!(error instanceof OpenAQError) || error.trouble !== "too-much" || to - from <= HOUR) throw error;
        this.#span = Math.max(HOUR, Math.ceil((to - from) / 2 / HOUR) * HOUR);
      }
    }
  }

  /** Forgets what hours before `until` needed: they stand. */
  async release(until: Instant): Promise<void> {
    const used = this.held.filter((held) => held.until <= until);
    const unused = this.#stored.filter(({ from, to }) => from >= this.#question.from && to <= until);
    const over = new Set([...used.map(({ answer }) => answer), ...unused]);
    if (over.size === 0) return;
    this.held.splice(0, used.length);
    this.#stored = this.#stored.filter((answer) => !over.has(answer));
    await this.#parts.spool.delete([...over].map(keyOf));
  }

  #cover(answer: Stored, page: Page, until: Instant): void {
    const next = firstAfter(page, this.covered);
    this.held.push({ answer, page: upTo(page, until), until, next });
    this.covered = until;
    this.done = until >= this.#end;
  }

  /** How far a full page reaches: of rows that end when its last one does, there may be more. */
  #reach({ count, end }: Page, from: Instant): Instant {
    const last = end[count - 1] ?? from;
    const before = end.findLast((instant) => instant < last);
    if (before !== undefined && before > from) return before;
    throw new OpenAQError(
      "failing",
      `sensor ${this.sensor.id} has ${PAGE_LIMIT} rows that end at ${iso(last)}, wanted fewer`,
    );
  }

  /** The stored answer that reaches farthest from what is covered, and how far it may be trusted. */
  #usable(): { answer: Stored; until: Instant } | undefined {
    let best: { answer: Stored; until: Instant } | undefined;
    for (const answer of this.#stored) {
      if (answer.from > this.covered || answer.to <= this.covered) continue;
      const until = this.#trusted(answer);
      if (until > (best?.until ?? this.covered)) best = { answer, until };
    }
    return best;
  }

  /** What was answered of hours that had not ended yet, or that are due to be asked again, is not the last word. */
  #trusted({ to, askedAt }: Stored): Instant {
    const { to: end, stillGood } = this.#question;
    const until = to >= this.#end ? this.#end : Math.min(to, hourOf(askedAt));
    for (let hour = hourOf(this.covered); hour < Math.min(until, end); hour += HOUR) {
      if (!stillGood(hour, askedAt)) return hour;
    }
    return until;
  }
}

/** The number of rows that end at `instant` or before. */
function firstAfter({ count, end }: Page, instant: Instant): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (end[middle]! <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows that end at `instant` or before. */
function upTo(page: Page, instant: Instant): Page {
  const count = firstAfter(page, instant);
  if (count === page.count) return page;
  const { start, end, value, kind } = page;
  return {
    ...page,
    count,
    start: start.subarray(0, count),
    end: end.subarray(0, count),
    value: value.subarray(0, count),
    kind: kind.subarray(0, count),
  };
}
