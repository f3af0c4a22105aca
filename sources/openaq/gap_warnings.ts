import { type AssetKey, type Instant, iso, type KeyValue, rangeText, type Warning } from "../../core/mod.ts";
import type { Gap } from "./gaps.ts";
import type { Listed } from "./known.ts";
import type { TimeRange } from "./ranges.ts";

/** Sensors that are set aside, gone, or owe hours that are due, as warnings of the asset that records answers. */
export async function gapWarnings(
  asset: AssetKey,
  kv: KeyValue,
): Promise<ReadonlyMap<AssetKey, readonly Warning[]>> {
  // Most often there are none, and what reads them costs a good part of a quick answer to load.
  if ((await kv.list("openaq/gaps/")).size === 0) return new Map();
  const [{ gaps, nextProbe }, { known }, { GIVEN_UP_AFTER }] = await Promise.all([
    import("./gaps.ts"),
    import("./known.ts"),
    import("./notice.ts"),
  ]);
  const open = await gaps(kv);
  const failing = open.filter(({ recovered, gone }) => !recovered && gone === null).map((gap) => {
    const { sensor, ranges, message, since } = gap;
    const again = `asked again after ${iso(nextProbe(gap))}, or now by --force`;
    return `sensor ${sensor} is set aside since ${iso(since)}, ${again}; it owes ${told(ranges)}: ${message}`;
  });
  const owing = open.filter(({ recovered, gone }) => recovered && gone === null).map((gap) => {
    const { sensor, ranges, message } = gap;
    return `sensor ${sensor} ${message}; it owes ${told(ranges)}: ${askedFor(ranges)}`;
  });
  const sensors = (await known(kv))?.sensors;
  const gone = Map.groupBy(
    open.filter(({ gone }) => gone !== null),
    ({ sensor, gone, ranges }) => JSON.stringify([sensors?.get(sensor)?.location, gone, ranges]),
  );
  const missed = [...gone.values()].map((those) => {
    const [{ sensor, ranges, gone }] = those as [Gap];
    const owed = ranges.length === 0 ? "" : `; owed are ${told(ranges)}`;
    return `${nameOf(those, sensors?.get(sensor))} not listed since ${iso(gone!)}, and not asked${owed}: ` +
      `asked for once listed again, given up after ${iso(gone! + GIVEN_UP_AFTER)}`;
  });
  const warnings = [...failing, ...missed, ...owing].map((message) => ({ message }));
  return new Map([[asset, warnings]]);
}

function nameOf(gone: readonly Gap[], listed: Listed | undefined): string {
  const sensors = gone.length === 1 ? `sensor ${gone[0]!.sensor}` : "sensors " +
    gone.map(({ sensor }) => sensor).join(", ");
  const are = gone.length === 1 ? "is" : "are";
  if (listed === undefined) return `${sensors} ${are}`;
  const { location, name } = listed;
  return `${sensors} of location ${location}${name === null ? "" : ` "${name}"`} ${are}`;
}

function told(ranges: readonly TimeRange[]): string {
  return ranges.map(({ from, to }) => rangeText(hour(from), hour(to - 1))).join(", ");
}

/** The hour of an instant as its partition is called. */
function hour(instant: Instant): string {
  return iso(instant).slice(0, "2018-01-01T07".length);
}

function askedFor(ranges: readonly TimeRange[]): string {
  const [from, to] = [hour(ranges[0]!.from), hour(ranges.at(-1)!.to - 1)];
  return `"materialize --from ${from} --to ${to}" asks for it`;
}
