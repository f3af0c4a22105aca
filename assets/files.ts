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
  single,
} from "../core/mod.ts";

/** Files that others put into a folder, one for each partition. */
export interface FilesAssetOptions<Set extends PartitionSet> {
  readonly key: AssetKey;
  readonly description?: string;
  readonly folder: Folder;
  /** @default one: a single file */
  readonly partitions?: Set;
  /**
   * The key of the partition that a file's name says, or null for the single one. Files for which it answers undefined, or
   * a key that the partitions do not have, are none of these.
   */
  readonly partitionOf: (name: string) => string | null | undefined;
}

const { external } = definer<unknown>();

/**
 * Declares files that others put into a folder. They are listed before each run, plan and status, and measured when their
 * size or time has changed; two files of one partition are its failure.
 */
export function filesAsset<Set extends PartitionSet = PartitionSet>(
  { folder, partitionOf, ...declared }: FilesAssetOptions<Set>,
): Asset<unknown, Set> {
  const set = declared.partitions ?? single;
  const ordinalOf = (name: string) => {
    const key = partitionOf(name);
    return key === null ? 0 : key === undefined ? undefined : set.ordinal(key);
  };
  return external<Set>({
    kind: "files",
    ...declared,
    async observe({ materializations }) {
      const known = new Map((await materializations()).map((each) => [each.partition, each]));
      const found = Map.groupBy(await folder.list(), ({ name }) => ordinalOf(name));
      found.delete(undefined);
      return await Promise.all(
        [...found].map(([partition, files]) => observed(folder, partition!, files, known.get(partition!))),
      );
    },
  });
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

/** Files of CSV or JSON as a program reads them: each is read by those that depend on its partition or, without partitions, by all. */
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
