import {
  type AnyAsset,
  type AssetKey,
  definer,
  from,
  graph,
  HOUR,
  hourly,
  identity,
  type Materialized,
} from "../core/mod.ts";

const { asset, external } = definer<null>();

/** So many assets have so many partitions each. */
export const ASSETS = 100, PARTITIONS = 10_000;
/** So many are external, and each of the others reads the one so many places before it. */
const ABOVE = 20;
const START = "2020-01-01";
const FIRST = Date.parse(START) / HOUR;

/** The moment at which the last of the partitions has ended. */
export const NOW = (FIRST + PARTITIONS) * HOUR;

/** One million hours: a fifth of them external, the others in four layers above. */
export const million = graph(assets());

function assets(): AnyAsset[] {
  const partitions = hourly({ start: START });
  const made: AnyAsset[] = [];
  for (let place = 0; place < ASSETS; place++) {
    const key: AssetKey = `million/a${String(place).padStart(3, "0")}`;
    const above = made[place - ABOVE];
    made.push(
      above === undefined ? external({ key, partitions }) : asset({
        key,
        partitions,
        deps: { above: from(above, identity) },
        async *materialize({ partitions }) {
          yield [...partitions].map(({ ordinal, key }) => ({ partition: ordinal, dataVersion: `${key}` }));
        },
      }),
    );
  }
  return made;
}

/** Materializes partitions, each time to other content, as if all that they read had been as it is. */
export class Writer {
  readonly #times = new Uint16Array(ASSETS * PARTITIONS);
  readonly #codeIds: readonly number[];

  /**
   * @param codeIds Of the assets, in their order.
   * @param times How often each was materialized before.
   */
  constructor(codeIds: readonly number[], times = 0) {
    this.#codeIds = codeIds;
    this.#times.fill(times);
  }

  /** @param read The number of the last event. */
  event(asset: number, hour: number, read: number): Materialized {
    const times = this.#times[asset * PARTITIONS + hour]!++;
    return {
      kind: "materialized",
      asset: million.assets[asset]!.key,
      at: NOW,
      run: null,
      partition: FIRST + hour,
      dataVersion: (asset * PARTITIONS + hour + 2 ** 32 * times).toString(16).padStart(32, "0"),
      codeId: this.#codeIds[asset]!,
      read,
      member: this.#member(asset, hour),
      edges: asset < ABOVE ? new Uint8Array(0) : this.#member(asset - ABOVE, hour),
      payload: { files: [], rows: 1, metadata: {} },
      checks: [],
    };
  }

  /** A fingerprint of what stands. */
  #member(asset: number, hour: number): Uint8Array {
    const place = asset * PARTITIONS + hour;
    return new Uint8Array(Float64Array.of(place + 1, this.#times[place]! + 0.5, 1 / (place + 1), 0.1).buffer);
  }
}
