import {
  type Asset,
  type AssetKey,
  type Column,
  definer,
  type FailedOutput,
  type FileFormat,
  type FileRef,
  type Folder,
  type FoundFile,
  type InputTable,
  type Materialization,
  type Observation,
  type PartitionSet,
} from "../core/mod.ts";

/** Files that others put into a folder, one for each partition. */
export interface FilesAssetOptions<Partitioning extends PartitionSet> {
  readonly key: AssetKey;
  readonly description?: string;
  readonly owners?: readonly string[];
  readonly folder: Folder;
  readonly partitions: Partitioning;
  /**
   * The key of the partition that a file's name says. Files for which it answers undefined are none of these; so are those
   * for which it answers a key that the partitions do not have, which are warned of.
   */
  readonly partitionOf: (name: string) => string | undefined;
  /** How its files are called, such as `YYYY-MM-DD.csv`, to be told where others are found. */
  readonly form?: string;
  /** Whether a name was probably meant to be of that form: other such files are warned of. */
  readonly resembles?: (name: string) => boolean;
}

/** One file that others put into a folder. */
export interface FileAssetOptions {
  readonly key: AssetKey;
  readonly description?: string;
  readonly owners?: readonly string[];
  readonly folder: Folder;
  readonly name: string;
}

const { external } = definer<unknown>();

/**
 * Declares files that others put into a folder. They are listed before each run, plan and status, and measured when their
 * size or time has changed; two files of one partition are its failure.
 */
export function filesAsset<Partitioning extends PartitionSet = PartitionSet>(
  { folder, partitionOf, form = "names of its partitions", resembles = () => false, ...declared }:
    FilesAssetOptions<Partitioning>,
): Asset<unknown, Partitioning> {
  const ordinalOf = (name: string) => {
    const key = partitionOf(name);
    return key === undefined ? undefined : declared.partitions.ordinal(key);
  };
  return external<Partitioning>({
    kind: "files",
    ...declared,
    async observe({ materializations, warn }) {
      const known = new Map((await materializations()).map((each) => [each.partition, each]));
      const found = Map.groupBy(await folder.list(), ({ name }) => ordinalOf(name));
      const others = (found.get(undefined) ?? []).map(({ name }) => name);
      found.delete(undefined);
      const strays = others.filter((name) => partitionOf(name) !== undefined || resembles(name));
      if (strays.length > 0) warn(`listing "${folder.path("")}": found ${listed(strays)}, wanted ${form}`);
      else if (found.size === 0) warn(`listing "${folder.path("")}": found no file of it, wanted ${form}`);
      return await Promise.all(
        [...found].map(([partition, files]) => observed(folder, partition!, files, known.get(partition!))),
      );
    },
  });
}

/** Declares one file that others put: it is looked for as {@linkcode filesAsset} are, and is to be there. */
export function fileAsset({ folder, name, ...declared }: FileAssetOptions): Asset<unknown> {
  return external({
    kind: "files",
    ...declared,
    async observe({ materializations }) {
      const [known] = await materializations();
      const file = (await folder.list()).find((each) => each.name === name);
      if (file !== undefined) return [await observed(folder, 0, [file], known)];
      throw new Error(`reading "${folder.path(name)}": found no file of that name, wanted one`);
    },
  });
}

/** At most so many names are told. */
const TOLD = 5;

function listed(names: readonly string[]): string {
  const told = names.slice(0, TOLD).map((name) => `"${name}"`);
  const more = names.length - told.length;
  return [...told, ...more > 0 ? [`${more} more`] : []].join(" and ");
}

async function observed(
  folder: Folder,
  partition: number,
  [file, ...more]: readonly FoundFile[],
  known: Materialization | undefined,
): Promise<Observation | FailedOutput> {
  const { name, size, modified } = file!;
  if (more.length > 0) {
    return { partition, error: `found "${name}" and "${more[0]!.name}", wanted one file` };
  }
  const seen = known?.metadata;
  const same = seen?.name?.value === name && seen.size?.value === size && seen.modified?.value === modified;
  const measured = same
    ? { size, hash: String(seen.sha256!.value) }
    : await folder.measure(name).catch((error: Error) => error);
  if (measured === undefined) return { partition, error: `found "${name}" gone while it was looked at` };
  if (measured instanceof Error) return { partition, error: measured.message };
  return {
    partition,
    dataVersion: measured.hash.slice(0, 32),
    metadata: {
      name: { type: "text", value: name },
      size: { type: "bytes", value: measured.size },
      modified: { type: "number", value: modified },
      sha256: { type: "text", value: measured.hash },
    },
  };
}

/**
 * Files of CSV or JSON as a program reads them: each is read by those that depend on its partition or, without
 * partitions, by all.
 */
export function filesInput(
  columns: readonly Column[],
  folder: Folder,
  materializations: readonly Materialization[],
  format: Exclude<FileFormat, "parquet"> = "csv",
): InputTable {
  const files = materializations.map(({ key, metadata: { name, size, sha256 } }) => {
    const path = folder.path(String(name!.value));
    const ref: FileRef = { path, size: Number(size!.value), hash: String(sha256!.value) };
    return { ref, partition: key };
  });
  return { columns, format, files };
}
