import {
  type AnyAsset,
  type Metadata,
  type OpenLake,
  type PartitionSet,
  rangeText,
  type SeriesField,
} from "../../../core/mod.ts";
import { Panel } from "../../parts/small.tsx";
import { Plot } from "../../parts/plot.tsx";
import type { View } from "../../view/view.ts";
import type { Span } from "./span.ts";
import { text } from "./words.ts";

/** A plot has at most so many points. */
const POINTS = 120;

/** A number of the partitions of a stretch over time, such as their rows. */
export async function Numbers(
  { view, lake: { state, orchestrator }, asset: { key }, set, span }: {
    view: View;
    lake: OpenLake;
    asset: AnyAsset;
    set: PartitionSet;
    span: Span | undefined;
  },
) {
  const range = span && set.between(span.from, span.to, orchestrator.now);
  if (!range) return null;
  const t = view.in(text);
  const [newest] = await state.eventsOf(key, 1, { kinds: ["materialized"] });
  if (newest?.kind !== "materialized") return null;
  const name = view.url.searchParams.get("number")?.trim() || "rows";
  // One that the newest has no more stays: older partitions may have it.
  const names = new Set(["rows", "bytes", ...numbersOf(newest.payload.metadata), name]);
  const field: SeriesField = name === "rows" || name === "bytes" ? name : { metadata: name };
  const buckets = await state.series(key, field, range, POINTS);
  const write = (value: number) => name === "bytes" ? view.format.bytes(value) : view.format.number(value);
  const points = buckets.map(({ from, to, count, least, most, sum }) => ({
    place: from,
    label: rangeText(set.key(from), set.key(to)),
    least,
    mean: sum / count,
    most,
  }));
  const label = (each: string) => each === "rows" ? t.rows : each === "bytes" ? t.bytes : each;
  return (
    <Panel
      title={t.numbers}
      live="numbers"
      side={
        <form method="get" data-at-once>
          {span.name === undefined ? null : <input type="hidden" name="at" value={span.name} />}
          <label class="choice">
            {t.field}
            <select name="number">
              {[...names].map((each) => <option value={each} selected={each === name}>{label(each)}</option>)}
            </select>
          </label>{" "}
          <button type="submit">{t.show}</button>
        </form>
      }
    >
      {points.length === 0 ? <p class="quiet">{t.noNumbers}</p> : (
        <Plot
          view={view}
          label={`${label(name)} · ${key}`}
          points={points}
          columns={t}
          write={write}
        />
      )}
    </Panel>
  );
}

/** The names of what in metadata is a number. */
function numbersOf(metadata: Metadata): string[] {
  return Object.entries(metadata).filter(([, { type }]) => ["number", "seconds", "bytes"].includes(type))
    .map(([name]) => name);
}
