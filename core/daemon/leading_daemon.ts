import { WrongUseError } from "../errors.ts";
import type { AssetKey } from "../event.ts";
import type { Leader, RegisteredAsset, State } from "../ports/state.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Warning } from "../warnings.ts";
import { type LeadNote, TICKS } from "./leading.ts";
import { daemonAt } from "./stalled.ts";

/** A living daemon that leads. */
export interface LeadingDaemon {
  /** Where it runs, in words. */
  readonly place: string;
  readonly speed: number;
  /** The code that it makes assets with; undefined where it did not say. */
  readonly codes: LeadNote["codes"] | undefined;
}

/** The daemons that lead, one for each set of groups; none where none is at work. */
export async function leadingDaemons(state: State): Promise<readonly LeadingDaemon[]> {
  return (await state.leaders(TICKS)).map(leadingOf);
}

function leadingOf({ note, place }: Leader): LeadingDaemon {
  const { speed = 1, codes } = (note ?? {}) as unknown as Partial<LeadNote>;
  return { place: daemonAt(place), speed, codes };
}

/**
 * Refuses a daemon beside one of another speed: it would turn the lake's clock back.
 *
 * @throws {WrongUseError}
 */
export async function requireSpeed(state: State, speed: number): Promise<void> {
  const leading = (await leadingDaemons(state)).find((each) => each.speed !== speed);
  if (leading === undefined) return;
  const own = speed === 1 ? "no --speed" : `--speed ${speed}`;
  const wanted = leading.speed === 1 ? "none, as it has" : `--speed ${leading.speed}, as it has`;
  throw new WrongUseError(
    `starting the daemon: found ${own} beside ${leading.place}, wanted ${wanted}, or its end first`,
  );
}

/** What is to be said of the code of assets while a daemon leads: it may have other code of them than is the present one. */
export async function codeWarnings(
  state: State,
  index: StalenessIndex,
  leaders: readonly Leader[],
): Promise<Map<AssetKey, Warning[]>> {
  if (leaders.length === 0) return new Map();
  const leading = leaders.map(leadingOf);
  const present = new Map((await state.assets()).map(({ key, codeId }) => [key, codeId]));
  const warnings = new Map<AssetKey, Warning[]>();
  for (const { key, codeId } of index.nodes) {
    const registered = present.get(key);
    const messages = [];
    if (registered !== undefined && lacks(leading, key, registered)) messages.push(lackingText(leading, key));
    if (registered !== codeId) {
      messages.push("this checkout has other code of it than was registered last, with which it is made");
    }
    if (messages.length > 0) warnings.set(key, messages.map((message) => ({ message })));
  }
  return warnings;
}

/** Why assets wait, in a line, where no daemon that leads has the present code of some of them, or none that of all. */
export function lackText(
  leading: readonly LeadingDaemon[],
  registered: readonly RegisteredAsset[],
  assets: ReadonlySet<AssetKey>,
): string | undefined {
  const lacking = registered.find(({ key, codeId }) => assets.has(key) && lacks(leading, key, codeId));
  return lacking === undefined
    ? apartText(leading, registered.filter(({ key }) => assets.has(key)))
    : `${lacking.key}: ${lackingText(leading, lacking.key)}`;
}

/** Says so where each daemon has only some of the assets: what makes them together is nobody's. */
function apartText(
  leading: readonly LeadingDaemon[],
  registered: readonly RegisteredAsset[],
): string | undefined {
  const apart = leading.map((each) => ({
    ...each,
    lacking: registered.find(({ key, codeId }) => lacks([each], key, codeId))?.key,
  }));
  if (apart.length === 0 || apart.some(({ lacking }) => lacking === undefined)) return undefined;
  const each = apart.map(({ place, lacking }) => `${place} does not make ${lacking}`);
  return `no daemon makes all of its assets: ${each.join(", ")}: start one with the pipelines of all`;
}

function lacks(leading: readonly LeadingDaemon[], asset: AssetKey, present: number): boolean {
  return leading.length > 0 &&
    leading.every(({ codes }) => codes !== undefined && codes[asset] !== present);
}

function lackingText(leading: readonly LeadingDaemon[], asset: AssetKey): string {
  const { codes, place } = leading.find(({ codes }) => codes?.[asset] !== undefined) ?? leading[0]!;
  const has = codes?.[asset] === undefined
    ? "does not have it"
    : "has other code of it than was registered since";
  return `${place} ${has} and does not make it: start it again from the checkout that has it`;
}
