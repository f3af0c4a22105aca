import type { KeyValue } from "../../core/mod.ts";
import { changeGap, type Gap, gaps, isSilent } from "./gaps.ts";
import { type TimeRange, without } from "./ranges.ts";

/** The hours on record, for those who owe rows of them. */
export interface HoursOnRecord {
  /** Looks once which hours stand; the function gives those of its hours, with `before` if last asked before that event. */
  look(): Promise<(hours: readonly TimeRange[], before: number | null) => RecordedHours>;
  /** Says that hours are to be asked again, and why. @returns The number of the last event then. */
  due(hours: readonly TimeRange[], why: string): Promise<number>;
}

/** Hours that stand. */
export interface RecordedHours {
  readonly hours: readonly TimeRange[];
  /** Whether some were recorded after that event, though they were asked before: it is of no effect on them. */
  readonly overtaken: boolean;
}

/** At most so many sensors are named as the cause of one mark. */
const NAMED = 10;

/** Says of the hours that sensors owe which answer that they are due, once; what was asked since is owed no more. */
export async function tellOwed(kv: KeyValue, record: HoursOnRecord): Promise<void> {
  const owing = (await gaps(kv)).filter((gap) => !isSilent(gap));
  if (owing.length === 0) return;
  const recorded = await record.look();
  const alike = Map.groupBy(owing, ({ ranges, told }) => JSON.stringify([ranges, told]));
  for (const those of alike.values()) {
    const [{ ranges, told: before }] = those as [Gap];
    const { hours: left, overtaken } = recorded(ranges, before);
    const isTold = before !== null && !overtaken;
    const told = isTold ? before : left.length === 0 ? null : await record.due(left, whyOf(those));
    for (const gap of those) await keep(kv, gap, { left, told });
  }
}

function whyOf(owing: readonly Gap[]): string {
  const named = owing.slice(0, NAMED).map(({ sensor, message }) => `sensor ${sensor} ${message}`);
  const more = owing.length > NAMED ? [`and ${owing.length - NAMED} more sensors`] : [];
  return [...named, ...more].join("; ");
}

/** Leaves in the gap what is left of it, and what another process has added meanwhile. */
async function keep(
  kv: KeyValue,
  { sensor, ranges, told: before }: Gap,
  { left, told }: { readonly left: readonly TimeRange[]; readonly told: number | null },
): Promise<void> {
  const over = without(ranges, left);
  if (over.length === 0 && told === before) return;
  await changeGap(kv, sensor, (gap) => {
    if (gap === undefined || gap.told !== before) return undefined;
    const open = without(gap.ranges, over);
    return { ...gap, ranges: open, told: without(open, left).length === 0 ? told : null };
  });
}
