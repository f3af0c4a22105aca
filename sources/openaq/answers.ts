import { type Clock, DAY, HOUR, type Instant, type Milliseconds, type Spool } from "../../core/mod.ts";
import type { HistoryQuestion } from "./question.ts";
import type { Page } from "./page.ts";
import { common, type TimeRange } from "./ranges.ts";
import { getPage, keyOf, putPage, type Stored, storedOf } from "./stored.ts";
import {
  getWanted,
  isOfUse,
  isWantedKey,
  putWanted,
  type Wanted,
  wantedFrom,
  withRecorded,
} from "./wanted.ts";

/** How long the answers of an interrupted history are kept. */
const KEPT_FOR: Milliseconds = 7 * DAY;
/** The age at which an unfinished file is given up as nobody's. */
const WRITTEN_WITHIN: Milliseconds = HOUR;

const never = () => Promise.resolve(() => -Infinity);

/** The answers that are kept as long as any history wants hours that they have rows of. */
export class Answers {
  readonly #parts: { readonly spool: Spool; readonly clock: Clock };
  #stored: readonly Stored[];
  #wanted: readonly Wanted[];
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
    this.#stored = stored;
    this.#wanted = wanted;
    this.#begun = begun;
    this.#forced = forced;
    this.interrupted = wanted.some(({ key, open }) => key !== own.key && common(open, own.open).length > 0);
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

  /** A sensor's earlier answers, none by force; one dated in the future was given while a clock was wrong. */
  of(sensor: number): Stored[] {
    if (this.#forced) return [];
    return this.#stored.filter((answer) => answer.sensor === sensor && answer.askedAt <= this.#begun);
  }

  /** The kept answer; undefined, and forgotten, where it is damaged or gone. */
  async recall(answer: Stored): Promise<Page | undefined> {
    const page = await getPage(this.#parts.spool, answer);
    if (page === undefined) await this.#forget((other) => other === answer);
    return page;
  }

  async keep(answer: Stored, page: Page): Promise<void> {
    await putPage(this.#parts.spool, answer, page);
    this.#stored = [...this.#stored, answer];
  }

  /** Says that the hours stand: answers that are of use for no others are forgotten. */
  async stand(hours: readonly TimeRange[]): Promise<void> {
    const { spool, clock } = this.#parts;
    const before = this.#wanted;
    const after = before.map((wanted) => withRecorded(wanted, hours, clock.now()));
    for (const [i, wanted] of after.entries()) {
      if (wanted === before[i]) continue;
      if (wanted.open.length > 0) await putWanted(spool, wanted);
      else await spool.delete([wanted.key]);
    }
    this.#wanted = after.filter(({ open }) => open.length > 0);
    await this.#forget((answer) => !this.#wanted.some((wanted) => isOfUse(answer, wanted)));
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
  await spool.discardPartial(now - WRITTEN_WITHIN);
  const keys = await spool.list(); // a history writes what it wants before any answer
  const wanted: Wanted[] = [];
  for (const key of keys.filter(isWantedKey)) {
    const found = await getWanted(spool, key);
    if (found !== undefined && found.touched >= now - KEPT_FOR) wanted.push(found);
  }
  const stored = keys.flatMap((key) => storedOf(key) ?? []).filter((answer) =>
    answer.askedAt >= now - KEPT_FOR && wanted.some((each) => isOfUse(answer, each))
  );
  const kept = new Set([...wanted.map(({ key }) => key), ...stored.map(keyOf)]);
  await spool.delete(keys.filter((key) => !kept.has(key)));
  return { stored, wanted };
}
