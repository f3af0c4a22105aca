import { type PartitionRange, rangeText } from "../../core/mod.ts";
import { plural, words } from "../view/language.ts";
import type { View } from "../view/view.ts";
import { AssetLink } from "./small.tsx";

const text = words({
  sum: (partitions: string) => plural(partitions, "partition"),
  more: (ranges: string) => `… and ${ranges} more`,
}, {
  sum: (partitions) => `${partitions} phân vùng`,
  more: (ranges) => `… và ${ranges} khoảng nữa`,
});

/** So many ranges of an asset are named. */
const NAMED = 5;

/** The partitions that an act is about, by asset. */
export function Covered(
  { view, assets }: {
    view: View;
    assets: readonly {
      readonly key: string;
      readonly partitions: number;
      readonly ranges?: readonly PartitionRange[];
    }[];
  },
) {
  const t = view.in(text);
  return (
    <ul class="rows">
      {assets.map(({ key, partitions, ranges = [] }) => (
        <li>
          <AssetLink of={key} />
          <span>{t.sum(view.format.number(partitions))}</span>
          <span class="key small whole">
            {ranges.slice(0, NAMED).map(({ from, to }) => rangeText(from, to)).join(", ")}
            {ranges.length > NAMED ? ` ${t.more(view.format.number(ranges.length - NAMED))}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
