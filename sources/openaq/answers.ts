import {
  type Clock,
  DAY,
  HOUR,
  type Instant,
  type Milliseconds,
  MINUTE,
  type Spool,
} from "../../core/mod.ts";
import { ASKING, askingKey, askingOf } from "./asking.ts";
import type { HistoryQuestion } from "./question.ts";
import type { Page } from "./page.ts";
import { common, merged, type TimeRange, without } from "./ranges.ts";
import { getPage, keyOf, putPage, type Stored, storedOf } from "./stored.ts";
import {
  isOfUse,
  isWantedKey,
  putWanted,
  rowsOf,
  sharesPages,
  WANTED,
  type Wanted,
  wantedFrom,
  wantsIn,
  withRecorded,
} from "./wanted.ts";

/** How long the answers of an interrupted history are kept. */
const KEPT_FOR: Milliseconds = 7 * DAY;
/** The age at which an unfinished file is given up as nobody's. */
const WRITTEN_WITHIN: Milliseconds = HOUR;
/** How long others count as at work after they did anything. */
const AT_WORK: Milliseconds = MINUTE;

const never = () => Promise.resolve(() => -Infinity);

/** The answers that are kept as long as any history wants hours that they have rows of. */
export class Answers {
  readonly #parts: { readonly spool: Spool; readonly clock: Clock };
  #stored: readonly Stored[];
  /** The keys of answers that were seen. */
  readonly #seen: Set<string>;
  #own: Wanted;
  #others: readonly Wanted[];
  /** The sensors that others are asking. */
  #askedByOthers: ReadonlySet<number> = new Set();
  /** When others were last seen to ask, by the key of what they want. */
  readonly #heard = new Map<string, Instant>();
  readonly #begun: Instant;
  /** Whether another that wanted some of the same hours has not ended: it was interrupted, or is at work. */
  readonly interrupted: boolean;
  /** Whether nothing is believed that was answered before it began. */
  readonly #forced: boolean;

  private constructor(
    parts: { readonly spool: Spool; readonly clock: Clock },
    { stored, wanted }: Kept,
    { begun, forced, own }: { readonly begun: Instant; readonly forced: boolean; readonly own: Wanted },
    /** When each hour was recorded last. */
    readonly recorded: (hour: Instant) => Instant,
  ) {
    this.#parts = parts;
    this.#stored = stored.filter(({ askedAt }) => askedAt <= begun);
    this.#seen = new Set(stored.map(keyOf));
    this.#own = own;
    this.#others = wanted.filter(({ key }) => key !== own.key);
    this.#begun = begun;
    this.#forced = forced;
    this.interrupted = this.#others.some(({ open }) => common(open, own.open).length > 0);
  }

  /** Says that the hours are wanted from now on, and finds what was answered before. */
  static async begin(
    parts: { readonly spool: Spool; readonly clock: Clock },
    { ranges, forced = false, recorded = never }: Pick<HistoryQuestion, "ranges" | "forced" | "recorded">,
  ): Promise<Answers> {
    const begun = parts.clock.now();
    const own = wantedFrom(begun, ranges);
    await putWanted(parts.spool, own);
    const kept = await sweepAnswers(parts.spool, begun);
    return new Answers(
      parts,
      kept,
      { begun, forced, own },
      await (kept.stored.length > 0 ? recorded : never)(),
    );
  }

  /** Whether others are at work, as far as is known, on hours that may share a page with these. */
  get isShared(): boolean {
    const since = this.#parts.clock.now() - AT_WORK;
    return this.#others.some(({ key, touched, open }) =>
      Math.max(touched, this.#heard.get(key) ?? 0) > since && sharesPages(this.#own.open, open)
    );
  }

  /** Whether others are asking the sensor right now. */
  isAskedByOthers(sensor: number): boolean {
    return this.#askedByOthers.has(sensor);
  }

  /** A sensor's earlier answers, none by force; one dated in the future was given while a clock was wrong. */
  of(sensor: number): Stored[] {
    if (this.#forced) return [];
    return this.#stored.filter((answer) => answer.sensor === sensor);
  }

  /** When rows end that others want and that the sensor was not asked for yet: (from, to], ascending. */
  wantedByOthers(sensor: number): TimeRange[] {
    const wanted = this.#others.flatMap(({ open }) => open.map(rowsOf));
    return without(merged(wanted), this.#stored.filter((answer) => answer.sensor === sensor));
  }

  /** Learns what others want and ask by now, and what they were answered of the sensor since this began. */
  async look(sensor: number): Promise<void> {
    const { spool, clock } = this.#parts;
    this.#others = await this.#wantsOfOthers();
    const now = clock.now();
    const keys = this.#others.length === 0 ? [] : await spool.list(ASKING);
    const asking = askingOf(keys, now).filter(({ by }) => by !== this.#own.key);
    for (const { by } of asking) this.#heard.set(by, now);
    this.#askedByOthers = new Set(asking.map(({ sensor }) => sensor));
    if (this.#others.length === 0) return;
    for (const key of await spool.list(`${sensor}/`)) {
      const answer = storedOf(key);
      if (answer === undefined || this.#seen.has(key)) continue;
      this.#seen.add(key);
      if (this.#begun <= answer.askedAt && answer.askedAt <= now) this.#stored = [...this.#stored, answer];
    }
  }

  /** Lets others know, if there are any, that the sensor is being asked meanwhile. */
  async asking(sensor: number, ask: () => Promise<void>): Promise<void> {
    if (this.#others.length === 0) return await ask();
    const { spool, clock } = this.#parts;
    const key = askingKey({ by: this.#own.key, sensor, since: clock.now() });
    await spool.put(key, new Uint8Array());
    try {
      await ask();
    } finally {
      await spool.delete([key]);
    }
  }

  /** The kept answer; undefined, and forgotten, where it is damaged or gone. */
  async recall(answer: Stored): Promise<Page | undefined> {
    const page = await getPage(this.#parts.spool, answer);
    if (page === undefined) await this.#forget((other) => other === answer);
    return page;
  }

  async keep(answer: Stored, page: Page): Promise<void> {
    this.#seen.add(keyOf(answer));
    await putPage(this.#parts.spool, answer, page);
    this.#stored = [...this.#stored, answer];
  }

  /** Says that the hours stand: answers that are of use for no others are forgotten. */
  async stand(hours: readonly TimeRange[]): Promise<void> {
    const now = this.#parts.clock.now();
    this.#own = await this.#record(this.#own, hours, now);
    const others = await this.#wantsOfOthers();
    this.#others = await Promise.all(others.map((wanted) => this.#record(wanted, hours, now)));
    // What others were answered meanwhile is not known here: the last one looks for it.
    if (this.#own.open.length === 0) await sweepAnswers(this.#parts.spool, now);
    const wanted = [this.#own, ...this.#others];
    await this.#forget((answer) => !wanted.some((each) => isOfUse(answer, each)));
  }

  async #record(before: Wanted, hours: readonly TimeRange[], now: Instant): Promise<Wanted> {
    const { spool } = this.#parts;
    const after = withRecorded(before, hours, now);
    if (after !== before) await (after.open.length > 0 ? putWanted(spool, after) : spool.delete([after.key]));
    return after;
  }

  async #wantsOfOthers(): Promise<Wanted[]> {
    const { spool } = this.#parts;
    return await wantsIn(spool, (await spool.list(WANTED)).filter((key) => key !== this.#own.key));
  }

  async #forget(which: (answer: Stored) => boolean): Promise<void> {
    const gone = this.#stored.filter(which);
    if (gone.length === 0) return;
    this.#stored = this.#stored.filter((answer) => !which(answer));
    await this.#parts.spool.delete(gone.map(keyOf));
  }
}

interface Kept {
  readonly stored: readonly Stored[];
  readonly wanted: readonly Wanted[];
}

/** Forgets what is too old, damaged or wanted by no history, and what was never written whole. @returns The rest. */
export async function sweepAnswers(spool: Spool, now: Instant): Promise<Kept> {
  await spool.discardPartial(WRITTEN_WITHIN);
  const keys = await spool.list(); // a history writes what it wants before any answer
  const wanted = (await wantsIn(spool, keys.filter(isWantedKey)))
    .filter(({ touched }) => touched >= now - KEPT_FOR);
  const stored = keys.flatMap((key) => storedOf(key) ?? []).filter((answer) =>
    answer.askedAt >= now - KEPT_FOR && wanted.some((each) => isOfUse(answer, each))
  );
  const asking = askingOf(keys, now).map(askingKey);
  const kept = new Set([...wanted.map(({ key }) => key), ...stored.map(keyOf), ...asking]);
  await spool.delete(keys.filter((key) => !kept.has(key)));
  return { stored, wanted };
}
