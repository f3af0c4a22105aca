import {
  type AnyAsset,
  type AssetKey,
  type Check,
  daily,
  definer,
  eager,
  from,
  graph,
  HOUR,
  hourly,
  identity,
  monthly,
  type Output,
  type PartitionSet,
  schedule,
  sensor,
  staticKeys,
} from "../../core/mod.ts";

const { asset, external } = definer<null>();

const START = "2024-01-01";
/** So many days have passed since the first partition. */
const DAYS = 463;
/** The hours of each hourly asset. */
export const HOURS = 24 * DAYS;
export const FIRST = Date.parse(START) / HOUR;
/** The moment at which the last hour has ended. */
export const NOW = (FIRST + HOURS) * HOUR;

/** Of the hourly assets so many are external; each of the others reads the one so many places before it. */
export const ABOVE = 18;
export const HOURLY = 90;
/** Each sixth asset of those that are made promises to be fresh in time. */
export const isPromised = (place: number) => place >= ABOVE && place % 6 === 0;

/** The hours that no run makes: asked for, they fail. */
export const fails = (ordinal: number) => ordinal % 97 === 0;

const GROUPS = ["raw", "clean", "joined", "hours", "served"];

const checks: Check<null>[] = [{
  checks: [
    { name: "values_fit", severity: "blocking" },
    { name: "few_nulls", severity: "warning" },
    { name: "hours_whole", severity: "warning" },
  ],
  run: ({ outputs }) =>
    Promise.resolve(outputs.flatMap(({ partition }) => [
      { check: "values_fit", partition, passed: true },
      { check: "few_nulls", partition, passed: partition % 5 !== 0, detail: "found 12 % nulls, wanted 5 %" },
      { check: "hours_whole", partition, passed: partition % 11 !== 0, detail: "found 23 of 24 hours" },
    ])),
}];

const contract = {
  columns: Array.from({ length: 24 }, (_, place) => ({
    name: `column_${place}`,
    type: "float64" as const,
    nullable: place % 2 === 0,
    unit: "µg/m³",
  })),
  partitionColumns: [],
};

async function* made(
  { partitions, log }: {
    partitions: Iterable<{ ordinal: number; key: string | null }>;
    log: { info(message: string): void };
  },
) {
  log.info("making partitions");
  yield [...partitions].map(({ ordinal, key }) => fails(ordinal) ? failed(ordinal) : output(ordinal, key));
}

const failed = (partition: number) => ({
  partition,
  error: "asking the source: found no answer, wanted one",
});

function output(partition: number, key: string | null): Output {
  return { partition, dataVersion: `${key}`, rows: 100 + partition % 50, metadata: metadata(partition) };
}

/** What is known of a partition beside its versions. */
export function metadata(partition: number) {
  return {
    seconds: { type: "seconds", value: partition % 60 / 10 },
    null_share: { type: "number", value: partition % 100 / 1_000 },
    source: { type: "url", value: "https://example.org/records" },
  } as const;
}

/** One hundred assets of one million partitions: hours in five layers, and ten of other sets. */
export const lake = graph(assets());

function assets(): AnyAsset[] {
  const hours = hourly({ start: START });
  const assets: AnyAsset[] = [];
  for (let place = 0; place < HOURLY; place++) {
    const key: AssetKey = `${GROUPS[Math.floor(place / ABOVE)]}/a${String(place).padStart(3, "0")}`;
    const above = assets[place - ABOVE];
    assets.push(
      above === undefined ? external({ key, partitions: hours }) : asset({
        key,
        description: "The measurements of each hour, as they were cleaned, one row for each sensor.",
        partitions: hours,
        deps: { above: from(above, identity) },
        batch: { most: 100 },
        automation: eager({ lookBack: 48 }),
        checks,
        contract,
        ...(isPromised(place) && { freshness: { within: { hours: 3 }, after: "partition-end" } as const }),
        materialize: made,
      }),
    );
  }
  const other = (name: string, partitions: PartitionSet) =>
    asset({ key: `other/${name}`, partitions, checks, contract, batch: { most: 400 }, materialize: made });
  for (let place = 0; place < 5; place++) assets.push(other(`days_${place}`, daily({ start: START })));
  for (let place = 0; place < 2; place++) assets.push(other(`months_${place}`, monthly({ start: START })));
  const cities = Array.from({ length: 60 }, (_, place) => `city-${place}`);
  for (let place = 0; place < 2; place++) assets.push(other(`cities_${place}`, staticKeys(cities)));
  assets.push(asset({ key: "other/whole", checks, contract, materialize: made }));
  return assets;
}

/** What asks for runs besides the conditions of assets. */
export const automations = {
  schedules: Array.from(
    { length: 4 },
    (_, place) =>
      schedule({ name: `nightly-${place}`, cron: `${place} 2 * * *`, selection: [`other/days_${place}`] }),
  ),
  sensors: Array.from({ length: 4 }, (_, place) =>
    sensor({
      name: `other/files_${place}`,
      every: { minutes: 1 },
      sense: () => Promise.resolve({ skip: "nothing is new" }),
    })),
};

/** Three hundred assets of one whole each, in six layers; each reads two of the layer above. */
export const wide = graph(wideAssets());

function wideAssets(): AnyAsset[] {
  const [layers, across] = [6, 50];
  const assets: AnyAsset[] = [];
  for (let place = 0; place < layers * across; place++) {
    const layer = Math.floor(place / across);
    const above = (by: number) => assets[(layer - 1) * across + (place + by) % across]!;
    assets.push(asset({
      key: `layer${layer}/a${String(place).padStart(3, "0")}`,
      deps: layer === 0 ? {} : { one: from(above(0), identity), other: from(above(1), identity) },
      materialize: made,
    }));
  }
  return assets;
}
