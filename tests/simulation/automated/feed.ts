import type { Sensed, Sensor } from "../../../core/automation/sensor.ts";
import { sensor } from "../../../core/automation/sensor.ts";
import type { Sketch } from "../sketch.ts";
import type { World } from "../world.ts";

/** Something that others put somewhere, of which a sensor tells. */
export interface Item {
  /** From 1, in the order in which they came. */
  readonly number: number;
  /** The partition of the external asset that it is the content of; undefined where it is none. */
  readonly reports: { readonly asset: string; readonly partition: number } | undefined;
  /** The asset that a run is asked for of. */
  readonly asks: string | undefined;
}

/** So many items are told of in one call. */
const AT_ONCE = 3;

/** What others put somewhere, one after the other. */
export class Feed {
  readonly items: Item[] = [];

  constructor(readonly world: World) {}

  add(item: Omit<Item, "number">): void {
    this.items.push({ ...item, number: this.items.length + 1 });
  }

  /** Looks for what came since; one partition is told of once in a call. */
  sensor(sketches: readonly Sketch[]): Sensor {
    const set = (asset: string) => sketches.find(({ key }) => key === asset)!.set;
    return sensor({
      name: FEED,
      sense: ({ cursor, now }): Sensed => {
        const told: Item[] = [];
        for (const item of this.items.slice(Number(cursor ?? 0))) {
          const { reports } = item;
          const again = told.some((each) => each.reports?.partition === reports?.partition);
          // A clock that is behind does not know the partition yet.
          const early = reports !== undefined && !set(reports.asset).has(reports.partition, now);
          if (told.length === AT_ONCE || early || reports !== undefined && again) break;
          told.push(item);
        }
        return {
          requests: told.flatMap(({ number, asks }) =>
            asks === undefined ? [] : [{ key: `${number}`, selection: [asks], all: true }]
          ),
          reports: told.flatMap(({ number, reports }) =>
            reports === undefined ? [] : [{
              asset: reports.asset,
              partition: set(reports.asset).key(reports.partition),
              dataVersion: versionOf(number),
              metadata: { made: { type: "text" as const, value: MADE } },
            }]
          ),
          cursor: told.at(-1)?.number ?? cursor,
        };
      },
    });
  }
}

export const FEED = "feed";

/** The data version of what an item is the content of. */
export const versionOf = (number: number) => `item${number}`;

/** Under which key a run is asked for because of an item. */
export const keyOf = (number: number) => `sensor/${FEED}/${number}`;

const MADE = JSON.stringify({ run: null, identity: "[1,[]]", reads: {} });
