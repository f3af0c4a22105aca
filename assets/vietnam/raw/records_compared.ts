import {
  type AssetKey,
  DAMAGED,
  type FileRef,
  fromOrdinals,
  type Holding,
  HOUR,
  type Instant,
  intersect,
  normalize,
  type ObjectStore,
  type Ranges,
  type Seq,
  STANDS,
  type State,
  subtract,
  WIPED,
} from "../../../core/mod.ts";
import { isAllThere } from "./answer_list.ts";
import { answeredHours, type AnswerRecords } from "./answer_records.ts";
import { answersFolder } from "./answered_hour.ts";
import type { RawZone } from "./hour_files.ts";
import { unnamedByHour } from "./unnamed_files.ts";

/** The records of which hours were asked, beside what the state says of these. */
export interface Compared {
  readonly records: AnswerRecords;
  /** The last event that was compared. */
  readonly seq: Seq;
  /** The hours that the state knows as asked, and of which no record says so. */
  readonly lost: Ranges;
  /** The hours that stand, and of which a record says that they were answered later than the state knows. */
  readonly ahead: Ranges;
  /** Other hours that stand, and of which files lie there that the state does not name; looked for where a record is gone. */
  readonly unrecorded: Ranges;
}

export interface ComparedOptions {
  readonly state: State;
  readonly store: ObjectStore;
  readonly asset: AssetKey;
  readonly zone: RawZone;
  /** Records that were seen before. */
  readonly known: readonly FileRef[];
  readonly now: Instant;
}

/** Compares the records of a zone with the state, but for hours that somebody is at work on. */
export async function compareAnswers(options: ComparedOptions): Promise<Compared> {
  const compared = await compare(options);
  if (compared.lost.length === 0) return compared;
  // Hours may have been recorded after the records were read.
  const again = await compare(options);
  return { ...again, lost: intersect(compared.lost, again.lost) };
}

async function compare({ state, store, asset, zone, known, now }: ComparedOptions): Promise<Compared> {
  // In this order: what is in place stands under a claim until its hours are in the state.
  const isWhole = await isAllThere(store, zone, await store.list(answersFolder(zone)));
  const files = isWhole ? [] : await store.list(zone);
  const records = await answeredHours(store, zone, known);
  const holdings = (await state.holdings()).filter((each) => each.asset === asset);
  const { seq, assets, failures, due } = await state.snapshot([asset]);
  const askedAt = new Map(records.hours.map((each) => [each.hour / HOUR, each.askedAt]));
  const unnamed = files.length === 0 ? new Map() : await unnamedByHour(zone, files, state);
  const rows = assets.get(asset);
  const marks = [...failures, ...due].filter((each) => each.asset === asset);
  const [lost, ahead, unrecorded]: [number[], number[], number[]] = [[], [], []];
  rows?.ordinals.forEach((hour, i) => {
    const [at, status] = [rows.at[i]!, rows.status[i]!];
    const answered = askedAt.get(hour) ?? -Infinity;
    if (status === WIPED) return;
    if (answered < at) lost.push(hour);
    const isLater = answered > at && answered <= now;
    if (!isLater && !unnamed.has(hour) || (status !== STANDS && status !== DAMAGED)) return;
    // An hour that failed, or is due for this, is told of already.
    const isTold = marks.some((each) => each.from <= hour && hour <= each.to && each.seq > rows.seq[i]!);
    if (!isTold) (isLater ? ahead : unrecorded).push(hour);
  });
  const free = (hours: readonly number[], busy: readonly Holding[]) =>
    subtract(fromOrdinals(hours), normalize(busy.flatMap(({ ranges }) => ranges)));
  // Whoever is no more puts no record in place; what it left to be completed may, and is no hour of the state yet.
  const alive = holdings.filter((each) => each.alive);
  return {
    records,
    seq,
    lost: free(lost, alive),
    ahead: free(ahead, holdings),
    unrecorded: free(unrecorded, holdings),
  };
}
