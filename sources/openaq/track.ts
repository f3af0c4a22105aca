import { DAY, HOUR, type Instant, iso, lowerBound, type Milliseconds } from "../../core/mod.ts";
import type { Answers } from "./answers.ts";
import { type OpenAQ, PAGE_LIMIT } from "./client.ts";
import { OpenAQError } from "./error.ts";
import type { HistoryQuestion, SensorInfo } from "./question.ts";
import type { Page } from "./page.ts";
import { clipped, merged, type TimeRange, without } from "./ranges.ts";
import type { Stored } from "./stored.ts";
import { hourOf } from "./time.ts";
import { rowsOf } from "./wanted.ts";

/** A leap year and the hour that follows every window. */
const LONGEST: Milliseconds = 366 * DAY + HOUR;
/** So many pages that are likely to be filled by what nobody wants are filled indeed. */
const FILLED = 2;
/** So much less than a page is likely to hold is asked for others: a full page may not be all. */
const SPARED: Milliseconds = 2 * HOUR;

/** An answer whose rows are held until their hours are given out. */
export interface Held {
  readonly answer: Stored;
  readonly page: Page;
  /** All rows that end until then are in this page or an earlier one. */
  readonly until: Instant;
  /** Rows [next, page.count) may still be needed. */
  next: number;
}

/** The parts that a track works with. */
export interface TrackParts {
  readonly client: OpenAQ;
  readonly answers: Answers;
}

/** One sensor's way through the hours wanted: what is held of it, and how far it reaches. */
export class Track {
  readonly held: Held[] = [];
  /** All rows of wanted hours that end until then have been answered. */
  covered: Instant;
  /** Nothing more is to be asked: all is covered, or the sensor was set aside. */
  done = false;
  busy = false;
  readonly #parts: TrackParts;
  readonly #question: HistoryQuestion;
  /** When rows of wanted hours end: (from, to], ascending. */
  readonly #needs: readonly TimeRange[];
  readonly #end: Instant;
  /** How much one request may ask for; halved whenever it was too much. */
  #span = LONGEST;
  /** How long a full page is likely to be. */
  #page: Milliseconds = PAGE_LIMIT * HOUR;
  #hasAnswered = false;
  /** Whether a request may ask for what others want, too. */
  #shares = true;

  /** @param question Its hours are those that the sensor is asked for. */
  constructor(readonly sensor: SensorInfo, parts: TrackParts, question: HistoryQuestion) {
    this.#parts = parts;
    this.#question = question;
    this.#needs = merged(question.ranges.map(rowsOf));
    this.#end = this.#needs.at(-1)!.to;
    this.covered = this.#needs[0]!.from;
  }

  /** The hours before it are complete as far as this sensor goes. A row may end an hour after the hour it began in. */
  get complete(): Instant {
    return this.done ? Infinity : hourOf(this.covered) - HOUR;
  }

  /** The hours that the sensor is asked for. */
  get ranges(): readonly TimeRange[] {
    return this.#question.ranges;
  }

  /** Whether something was answered before, so that the next step costs no request. */
  get stored(): boolean {
    return this.#usable() !== undefined;
  }

  /** How many requests it is likely to take until all is covered. */
  get requestsLeft(): number {
    return this.#requestsOf(Math.min(this.#span, this.#page));
  }

  /** How many it takes at least, as far as is known: few rows fit on one page, however many hours they are of. */
  get fewestLeft(): number {
    return this.#hasAnswered ? this.requestsLeft : this.#requestsOf(this.#span);
  }

  /** How many requests cover what is left, each so much. */
  #requestsOf(each: Milliseconds): number {
    if (this.done) return 0;
    let [requests, reached] = [0, this.covered];
    for (const { from, to } of this.#needs) {
      if (to <= reached) continue;
      const start = Math.max(from, reached);
      const more = Math.ceil((to - start) / each);
      requests += more;
      reached = start + more * each;
    }
    return requests;
  }

  /** Covers more of the hours, by what was stored of an earlier run. */
  async recall(): Promise<void> {
    const usable = this.#usable();
    if (usable === undefined) return;
    const { answer, until } = usable;
    const page = await this.#parts.answers.recall(answer);
    if (page !== undefined) this.#cover(answer, page, until);
  }

  /**
   * Covers more of the hours, by one request or, where it asked for too much, a few.
   * @param patience How long it is tried. @default as long as any question
   * @throws {OpenAQError} If the sensor does not answer.
   */
  async ask(signal: AbortSignal, patience?: Milliseconds): Promise<void> {
    const { client, answers } = this.#parts;
    for (;;) {
      const { from, to } = this.#window();
      const question = { sensor: this.sensor.id, from, to, attempts: 1, patience };
      try {
        const { askedAt, page, full } = await client.measurements(question, signal);
        const answer = { sensor: this.sensor.id, from, to: full ? this.#reach(page, from) : to, askedAt };
        const kept = upTo(page, answer.to);
        await answers.keep(answer, kept);
        if (answer.to > this.covered) return this.#cover(answer, kept, answer.to);
        this.#shares = false; // what others want filled the page
      } catch (error) {
        if (!(error instanceof OpenAQError) || error.trouble !== "too-much" || to - from <= HOUR) throw error;
        if (to > this.#farthest() || from < this.covered) this.#shares = false;
        else this.#span = Math.max(HOUR, Math.ceil((to - from) / 2 / HOUR) * HOUR);
      }
    }
  }

  /** Lets go of what only hours before `until` needed: they stand. */
  release(until: Instant): void {
    this.held.splice(0, this.held.filter((held) => held.until <= until).length);
  }

  /**
   * What the next request asks: what is wanted, and of what others want at the same time as much as is likely to be on
   * the same page, or, before that, on the last of the pages that it takes.
   */
  #window(): TimeRange {
    const own = { from: this.covered, to: this.#farthest() };
    const { answers } = this.#parts;
    if (!this.#shares) return own;
    const shared = answers.wantedByOthers(this.sensor.id);
    if (shared.length === 0) return own;
    const page = Math.max(HOUR, Math.min(this.#page, this.#span, PAGE_LIMIT * HOUR) - SPARED);
    const left = this.#end - own.from;
    const spare = answers.isShared ? Math.ceil(left / page) * page - left : 0;
    const others = without(shared, this.#needs);
    const from = clipped(others, { from: own.from - spare, to: own.from })[0]?.from ?? own.from;
    const to = clipped(shared, { from: own.to, to: from + page }).at(-1)?.to ?? own.to;
    return { from, to: Math.max(own.to, to) };
  }

  /**
   * How far the next request asks for what is wanted: as far as hours are wanted, since a page more is no request more; but not beyond
   * hours that nobody wants and that fill the page.
   */
  #farthest(): Instant {
    const most = this.covered + this.#span;
    let farthest = this.covered;
    for (const { from, to } of this.#needs) {
      if (to <= this.covered) continue;
      if (from >= most || from - this.covered >= FILLED * this.#page) break;
      farthest = Math.min(to, most);
    }
    return farthest;
  }

  /** Goes on to where more is needed. */
  #cover(answer: Stored, page: Page, until: Instant): void {
    const next = firstAfter(page, this.covered);
    const kept = upTo(page, until);
    this.held.push({ answer, page: kept, until, next });
    this.#hasAnswered = true;
    this.#page = PAGE_LIMIT * (answer.to - answer.from) / Math.max(1, page.count);
    const need = this.#needs.find(({ to }) => to > until);
    this.done = need === undefined;
    this.covered = Math.max(until, need?.from ?? until);
  }

  /**
   * How far a full page reaches: of rows that end when its last one does, there may be more. OpenAQ keeps one for each
   * sensor and time, and orders pages by time alone: of a page whose rows all end at once, nothing tells what follows.
   */
  #reach({ count, end }: Page, from: Instant): Instant {
    const last = end[count - 1] ?? from;
    const before = end.findLast((instant) => instant < last);
    if (before !== undefined && before > from) return before;
    throw new OpenAQError(
      "failing",
      `sensor ${this.sensor.id} has ${count} rows that end at ${iso(last)}, wanted one`,
    );
  }

  /** The stored answer that reaches farthest from what is covered, and how far it may be trusted. */
  #usable(): { answer: Stored; until: Instant } | undefined {
    let best: { answer: Stored; until: Instant } | undefined;
    for (const answer of this.#parts.answers.of(this.sensor.id)) {
      if (answer.from > this.covered || answer.to <= this.covered) continue;
      const until = this.#trusted(answer);
      if (until > (best?.until ?? this.covered)) best = { answer, until };
    }
    return best;
  }

  /** Until when an answer is the last word: up to the first hour that had not ended yet, is due, or was recorded since. */
  #trusted({ to, askedAt }: Stored): Instant {
    const { answers } = this.#parts;
    const { ranges, stillGood } = this.#question;
    const until = to >= this.#end ? this.#end : Math.min(to, hourOf(askedAt));
    const next = hourOf(this.covered);
    // Rows that end in an hour which nobody wants are of the wanted one before it.
    const from = clipped(ranges, { from: next, to: next + HOUR }).length > 0 ? next : next - HOUR;
    for (const range of clipped(ranges, { from, to: until })) {
      for (let hour = range.from; hour < range.to; hour += HOUR) {
        if (!stillGood(hour, askedAt) || askedAt < answers.recorded(hour)) return hour;
      }
    }
    return until;
  }
}

/** The number of rows that end at `instant` or before. */
function firstAfter({ count, end }: Page, instant: Instant): number {
  return lowerBound(count, (row) => end[row]! <= instant);
}

/** The rows that end at `instant` or before. */
function upTo(page: Page, instant: Instant): Page {
  const count = firstAfter(page, instant);
  if (count === page.count) return page;
  const { start, end, value, kind, of } = page;
  return {
    ...page,
    count,
    start: start.subarray(0, count),
    end: end.subarray(0, count),
    value: value.subarray(0, count),
    kind: kind.subarray(0, count),
    of: of.subarray(0, count),
  };
}
