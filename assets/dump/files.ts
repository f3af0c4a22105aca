import {
  type Asset,
  daily,
  type DailySet,
  definer,
  type FailedOutput,
  type FileRef,
  type Folder,
  type FoundFile,
  type InputFile,
  type Observation,
  type Standing,
} from "../../core/mod.ts";

/** Days of files' names. */
export const fileDays = daily({ start: "2013-01-01", timeZone: "UTC", open: true });

const DAILY = /^(\d{4}-\d{2}-\d{2})\.csv(\.gz)?$/;
const { external } = definer<unknown>();

/** The daily files `YYYY-MM-DD.csv[.gz]` of a folder, by the day of their name. */
export function dailyFiles(folder: Folder): Asset<unknown, DailySet> {
  return external({
    key: "dump/files",
    description: "The daily files of the dump, as others put them",
    kind: "files",
    partitions: fileDays,
    async observe({ standing }) {
      const known = new Map((await standing()).map((each) => [each.partition, each]));
      const byDay = Map.groupBy(await folder.list(), ({ name }) => dayOf(name));
      byDay.delete(undefined);
      return await Promise.all(
        [...byDay].map(([day, files]) => observed(folder, day!, files, known.get(day!))),
      );
    },
  });
}

/** One file, such as that of countries. */
export function singleFile(key: string, description: string, folder: Folder, name: string): Asset<unknown> {
  return external({
    key,
    description,
    kind: "files",
    async observe({ standing }) {
      const found = (await folder.list()).filter((file) => file.name === name);
      return found.length === 0 ? [] : [await observed(folder, 0, found, (await standing())[0])];
    },
  });
}

/** The day that a file's name says, as an ordinal; undefined where it is no daily file's. */
function dayOf(name: string): number | undefined {
  const day = DAILY.exec(name)?.[1];
  return day === undefined ? undefined : fileDays.ordinal(day);
}

async function observed(
  folder: Folder,
  partition: number,
  [file, ...more]: readonly FoundFile[],
  known: Standing | undefined,
): Promise<Observation | FailedOutput> {
  const { name, size, modified } = file!;
  if (more.length > 0) {
    return { partition, error: `found "${name}" and "${more[0]!.name}", wanted one file of a day` };
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

/** The files as engines read them: each is its day's, or, without days, everybody's. */
export function inputFiles(folder: Folder, standing: readonly Standing[]): InputFile[] {
  return standing.map(({ key, metadata: { name, size, sha256 } }) => {
    const ref: FileRef = {
      path: folder.path(String(name!.value)),
      size: Number(size!.value),
      hash: String(sha256!.value),
    };
    return { ref, partition: key };
  });
}
