import type { AssetKey } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { BackfillId, Leader, State } from "../ports/state.ts";
import { workedOff } from "../run/waiting.ts";
import { type LeadNote, SILENT, TICKS } from "./leading.ts";
import { daemonAt, silentLine, stalledLine } from "./stalled.ts";

/** Who does what is queued. */
export interface Hands {
  /** Whether nobody is at work who takes some of it. */
  readonly waits: boolean;
  /** Lines on a daemon that does not answer, or on how one is begun. */
  readonly lines: readonly string[];
  /** Where daemons are that do it, in words. */
  readonly place?: string;
}

/** The assets of a graph, each as work that somebody may take without the others. */
export function eachOf(
  { assets }: { readonly assets: readonly { readonly key: AssetKey }[] },
): readonly (readonly AssetKey[])[] {
  return assets.map(({ key }) => [key]);
}

/** The assets of runs, each a work. */
export function worksOf(
  runs: readonly (readonly { readonly asset: AssetKey }[])[],
): readonly (readonly AssetKey[])[] {
  return runs.map((ranges) => [...new Set(ranges.map(({ asset }) => asset))]);
}

/** The assets of the batches of backfills, each batch a work. */
export async function worksOfBackfills(
  { backfills }: Pick<State, "backfills">,
  ids: readonly BackfillId[],
): Promise<readonly (readonly AssetKey[])[]> {
  const works = new Map<string, readonly AssetKey[]>();
  for (const id of ids) {
    for (const work of worksOf(await backfills.allRanges(id))) works.set(work.join(), work);
  }
  return [...works.values()];
}

/**
 * Looks who does what is queued, by the machine's time.
 *
 * @param works The assets of each run, or of whatever else one daemon does as a whole.
 */
export async function handsOf(
  state: State,
  now: Instant,
  works: readonly (readonly AssetKey[])[],
): Promise<Hands> {
  const [hands] = await handsOfEach(state, now, [works]);
  return hands!;
}

/** Looks the same of several, each by its works, at once. */
export async function handsOfEach(
  state: State,
  now: Instant,
  each: readonly (readonly (readonly AssetKey[])[])[],
): Promise<readonly Hands[]> {
  if (each.length === 0) return [];
  const look = {
    now,
    all: await state.leaders(TICKS),
    stalled: (await state.stalled(TICKS)).map(stalledLine),
    // Who works off the queue and then ends leads nothing.
    isWorkedOff: (await workedOff(state)).length > 0,
  };
  return each.map((works) => handsIn(look, works));
}

interface Look {
  readonly now: Instant;
  readonly all: readonly Leader[];
  readonly stalled: readonly string[];
  readonly isWorkedOff: boolean;
}

function handsIn(
  { now, all, stalled, isWorkedOff }: Look,
  works: readonly (readonly AssetKey[])[],
): Hands {
  const leaders = all.filter((leader) => works.some((work) => has(leader, work)));
  const answers = ({ at }: Leader) => at + SILENT >= now;
  const waiting = works.filter((work) => !leaders.some((leader) => has(leader, work) && answers(leader)));
  const lines = [
    ...stalled,
    ...leaders.filter((leader) => !answers(leader)).map(silentLine),
  ];
  const places = [...new Set(leaders.map(({ place }) => daemonAt(place)))].join(", ");
  const told = { lines, ...(places !== "" && { place: places }) };
  if (waiting.length === 0) return { waits: false, ...told };
  const without = waiting.filter((work) => !leaders.some((leader) => has(leader, work)));
  if (without.length === 0) return { waits: true, ...told };
  if (isWorkedOff) return { waits: false, ...told };
  const where = all.length === 0 ? "" : ` on ${someOf(without.flat())}`;
  return {
    ...told,
    waits: true,
    lines: [...lines, `no daemon is at work${where}: "deno task daemon" does it`],
  };
}

/** Whether a daemon has all assets of a work; one that does not say which it has is taken to have all. */
function has({ note }: Leader, work: readonly AssetKey[]): boolean {
  const { codes } = (note ?? {}) as unknown as Partial<LeadNote>;
  return codes === undefined || work.every((asset) => Object.hasOwn(codes, asset));
}

function someOf(assets: readonly AssetKey[]): string {
  const [first, ...others] = new Set(assets);
  return others.length === 0 ? first! : `${first} and ${others.length} more assets`;
}
