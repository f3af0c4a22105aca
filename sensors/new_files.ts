import {
  type AssetKey,
  type Duration,
  type FileRef,
  type MaterializeAsk,
  type Report,
  type Sensor,
  sensor,
  sha256,
} from "../core/mod.ts";

/** Files that others put into the lake, and the external asset whose partitions they are. */
export interface NewFilesOptions {
  readonly name: string;
  readonly description?: string;
  readonly asset: AssetKey;
  /** The folder of the lake below which they lie. */
  readonly folder: string;
  /** The key of the partition that a file belongs to, by its path; null: the only one; undefined: it is none of them. */
  readonly partition: (path: string) => string | null | undefined;
  /** Asks for a run over what was reported, too: `{ selection: ["shop/report"] }`. @default conditions of assets ask */
  readonly materialize?: MaterializeAsk;
  /** @default a minute */
  readonly every?: Duration;
}

/**
 * Reports files that others put into the lake, or put in the place of others: each partition with all of its files, its
 * version made of theirs. A file that is still being written is reported again once it has grown.
 */
export function newFiles(options: NewFilesOptions): Sensor {
  const { asset, folder, partition, materialize, every = { minutes: 1 } } = options;
  const { name, description = `files below ${folder}, for ${asset}` } = options;
  return sensor({
    name,
    description,
    every,
    async sense({ files, partitions, now }) {
      const set = partitions(asset);
      const there = Map.groupBy(
        (await files.list(folder)).filter((path) => {
          const key = partition(path);
          const ordinal = key === undefined ? undefined : key === null ? 0 : set.ordinal(key);
          return ordinal !== undefined && set.has(ordinal, now);
        }),
        (path) => partition(path)!,
      );
      const known = (await files.known(folder)).filter((file) => file.asset === asset);
      const whole = await files.present(known);
      const same = new Set(known.filter((_, place) => whole[place]).map(({ path }) => path));
      const recorded = Map.groupBy(known, (file) => set.key(file.partition));
      const changed = [...there].filter(([key, paths]) =>
        paths.some((path) => !same.has(path)) || recorded.get(key)?.length !== paths.length
      );
      const reports = [];
      for (const [key, paths] of changed) {
        const found = (await files.found(paths)).filter((file) => file !== undefined);
        if (found.length > 0) reports.push({ asset, ...reportOf(key, found) });
      }
      if (reports.length === 0) return { skip: `nothing new below ${folder}` };
      const key = sha256(
        reports.map(({ partition, dataVersion }) => `${partition} ${dataVersion}`).join("\n"),
      );
      return { reports, requests: materialize === undefined ? [] : [{ ...materialize, key }] };
    },
  });
}

function reportOf(partition: string | null, found: readonly FileRef[]): Report {
  const dataVersion = sha256(found.map(({ path, hash }) => `${path} ${hash}`).join("\n"));
  return { partition, dataVersion, files: found.map(({ path }) => path) };
}
