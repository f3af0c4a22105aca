import {
  type FileRef,
  type OrdinalRange,
  ordinals,
  type PartitionSet,
  type TakeInContext,
  type TakenIn,
} from "../../core/mod.ts";
import type { Resources } from "../resources.ts";
import type { Examined, TableExaminer } from "./examiner.ts";
import { filePath, type Table } from "./table.ts";

/** Files examined together. */
const AT_ONCE = 500;

/** A file of a partition, standing or kept. */
interface Version {
  readonly partition: number;
  /** As it lies in the lake. */
  readonly ref: FileRef;
  /** Of a kept one, as its name says. */
  readonly dataVersion?: string;
}

/**
 * The partitions of a table by the files that lie in the lake, each after the versions of it that are kept. A file that
 * cannot be read, or is not of this contract, is left out: its partition is made anew.
 */
export async function* tableInLake(
  { table, examiner, set }: {
    readonly table: Table;
    readonly examiner: TableExaminer;
    readonly set: PartitionSet;
  },
  context: TakeInContext<Resources>,
): AsyncGenerator<TakenIn[]> {
  const { resources: { engine }, warn, progress, signal } = context;
  const byPartition = Map.groupBy(await versionsOf(table, set, context), ({ partition }) => partition);
  let done = 0;
  for (const some of inParts([...byPartition.values()])) {
    const versions = some.flat();
    const files = versions.map(({ ref }) => ({ ...ref, staged: false }));
    const examined = await examiner.examine(engine, files, signal);
    yield versions.flatMap((version, i) => {
      const { partition, ref } = version;
      const taken = contentOf(examined[i]!, examiner, version);
      if (typeof taken === "string") {
        if (version.dataVersion === undefined) warn(`${taken}: it is made anew`);
        return [];
      }
      return [{ partition, ...taken, files: [{ ...ref, path: filePath(table, set.key(partition)) }] }];
    });
    progress(done += some.length, byPartition.size, "partitions");
  }
}

/** The content of a file, or why it is none of the table's. */
function contentOf(
  examined: Examined,
  examiner: TableExaminer,
  { ref, dataVersion: named }: Version,
): { readonly dataVersion: string; readonly rows: number } | string {
  const reading = `reading "${ref.path}"`;
  if ("reason" in examined) {
    return examined.reason.startsWith(reading) ? examined.reason : `${reading}: ${examined.reason}`;
  }
  if (!examiner.fits(examined.described)) {
    return `${reading}: found other columns, wanted those of its contract`;
  }
  const { dataVersion, rows } = examined.facts;
  if (named !== undefined && named !== dataVersion) {
    return `${reading}: found other content than its name says`;
  }
  return { dataVersion, rows };
}

/** The kept and standing files of each partition, in this order; one that is kept and stands is told of once. */
async function versionsOf(
  table: Table,
  set: PartitionSet,
  { resources: { store }, kept, measure, now }: TakeInContext<Resources>,
): Promise<Version[]> {
  const paths = new Set(await store.list(table.folder));
  const keptFiles = Map.groupBy(await kept(table.folder), ({ folder }) => folder);
  if (paths.size === 0) return [];
  const standing: { readonly partition: number; readonly path: string }[] = [];
  const earlier: Version[] = [];
  for (const partition of ordinals(existing(set, now))) {
    const path = filePath(table, set.key(partition));
    if (!paths.has(path)) continue;
    standing.push({ partition, path });
    const folder = path.slice(0, path.lastIndexOf("/"));
    for (const { ref, dataVersion } of keptFiles.get(folder) ?? []) {
      earlier.push({ partition, ref, dataVersion });
    }
  }
  const measured = await measure(standing.map(({ path }) => path));
  const present = standing.flatMap(({ partition }, i) =>
    measured[i] ? [{ partition, ref: measured[i] }] : []
  );
  const hashes = new Map(present.map(({ partition, ref }) => [partition, ref.hash]));
  return [...earlier.filter(({ partition, ref }) => hashes.get(partition) !== ref.hash), ...present];
}

function existing(set: PartitionSet, now: number): OrdinalRange[] {
  const range = set.existing(now);
  return range === null ? [] : [range];
}

function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += AT_ONCE) yield items.slice(i, i + AT_ONCE);
}
