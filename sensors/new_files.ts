import {
  type AssetKey,
  type Duration,
  type FileRef,
  type MaterializeRequest,
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
  /** From a file's path, the key of its partition; null in an unpartitioned asset, undefined for other files. */
  readonly partition: (path: string) => string | null | undefined;
  /** A run to request after each report, such as `{ selection: ["shop/report"] }`. @default none: assets' conditions do */
  readonly materialize?: MaterializeRequest;
  /** @default a minute */
  readonly every?: Duration;
}

/**
 * A sensor that reports files that others put into a folder of the lake, or replaced there, as partitions of an external
 * asset. A file that is still being written is reported again once it has grown.
 */
export function newFiles(options: NewFilesOptions): Sensor {
  const { asset, folder, partition, materialize, every = { minutes: 1 } } = options;
  const { name, description = `files below ${folder}, for ${asset}` } = options;
  return sensor({
    name,
    description,
    every,
    async sense({ files, partitions, now, cursor }) {
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
      const isSame = await files.present(known);
      const same = new Set(known.filter((_, place) => isSame[place]).map(({ path }) => path));
      const recorded = Map.groupBy(known, (file) => set.key(file.partition));
      const changed = [...there].filter(([key, paths]) =>
        paths.some((path) => !same.has(path)) || recorded.get(key)?.length !== paths.length
      );
      const reports = [];
      const whole = new Map(known.map((file) => [file.path, file.hash]));
      for (const [key, paths] of changed) {
        const found = (await files.found(paths)).filter((file) => file !== undefined);
        for (const { path, hash } of found) whole.set(path, hash);
        if (found.length > 0) reports.push({ asset, ...reportOf(key, found) });
      }
      const skip = `nothing new below ${folder}`;
      if (materialize === undefined || whole.size === 0) return { reports, skip };
      // Whoever is killed after the reports finds nothing new, and asks all the same.
      const content = sha256(JSON.stringify([...whole].sort()));
      const covered = cursor as unknown as Covered | undefined;
      if (content === covered?.content) return { reports, skip };
      const next: Covered = { content, times: (covered?.times ?? 0) + 1 };
      const key = `${next.times} ${content}`;
      return { reports, requests: [{ ...materialize, key }], cursor: { ...next }, skip };
    },
  });
}

/** The reports over which a run was requested, and for which time: files may become again what they were. */
interface Covered {
  readonly content: string;
  readonly times: number;
}

function reportOf(partition: string | null, found: readonly FileRef[]): Report {
  const dataVersion = sha256(found.map(({ path, hash }) => `${path} ${hash}`).join("\n"));
  return { partition, dataVersion, files: found.map(({ path }) => path) };
}
