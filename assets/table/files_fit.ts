import type {
  AssetKey,
  Binder,
  Check,
  FileRef,
  Input,
  Materialization,
  TableDefinition,
} from "../../core/mod.ts";
import { isWithin, nameOf } from "./entries.ts";

/**
 * The check `files_fit` of a catalog's entries: what its assets wrote lies in its tables, and the newest file of each table
 * is read as its entry says. What is not written yet is not judged.
 */
export function filesFit(tables: readonly TableDefinition[]): Check<{ binder: Binder }> {
  return {
    checks: [{ name: "files_fit", severity: "blocking" }],
    async run({ inputs, resources: { binder }, signal }) {
      const newest = await newestFiles(inputs, tables);
      const detail = placeFault(tables, newest) ?? await readFault(binder, newest, signal);
      return [{ check: "files_fit", partition: 0, passed: detail === undefined, ...(detail && { detail }) }];
    },
  };
}

/** The newest files of assets, as far as they are looked for. */
interface Newest {
  readonly byTable: ReadonlyMap<TableDefinition, FileRef>;
  /** For each asset that has files in no table, one of them, and whether others of its files are in one. */
  readonly strays: readonly { readonly file: FileRef; readonly hasOthers: boolean }[];
  /** The assets that stand, not known to be empty, without any file. */
  readonly without: readonly AssetKey[];
}

/** Walks back through all assets side by side, until each has files, and so has each table. */
async function newestFiles(
  inputs: Readonly<Record<AssetKey, Input>>,
  tables: readonly TableDefinition[],
): Promise<Newest> {
  const byTable = new Map<TableDefinition, FileRef>();
  const walks = Object.entries(inputs).map(([key, input]) => new Walk(key, input.backwards()));
  const isNeeded = (walk: Walk) =>
    !walk.isDone && (byTable.size < tables.length || (walk.stray === undefined && !walk.hasPlaced));
  for (let going = walks; going.length > 0; going = going.filter(isNeeded)) {
    for (const walk of going) {
      for (const file of await walk.next()) {
        const listing = tables.filter(({ location }) => isWithin(file.path, location));
        if (listing.length === 0) walk.stray ??= file;
        else walk.hasPlaced = true;
        for (const table of listing) if (!byTable.has(table)) byTable.set(table, file);
      }
    }
  }
  const strays = walks.flatMap(({ stray: file, hasPlaced: hasOthers }) =>
    file === undefined ? [] : [{ file, hasOthers }]
  );
  const without = walks.filter(({ stray, hasPlaced, hasContent }) =>
    hasContent && !hasPlaced && stray === undefined
  ).map(({ key }) => key);
  return { byTable, strays, without };
}

/** An asset's materializations, from the last to the first, and what was found of its files. */
class Walk {
  isDone = false;
  stray: FileRef | undefined;
  hasPlaced = false;
  hasContent = false;
  readonly #backwards: AsyncIterator<Materialization>;

  constructor(readonly key: AssetKey, backwards: AsyncIterable<Materialization>) {
    this.#backwards = backwards[Symbol.asyncIterator]();
  }

  async next(): Promise<readonly FileRef[]> {
    const { done, value } = await this.#backwards.next();
    this.isDone = done === true;
    if (this.isDone) return [];
    this.hasContent ||= value.rows !== 0;
    return value.files;
  }
}

/** A file in no table is a fault where a table has none, or where its asset has no other. */
function placeFault(
  tables: readonly TableDefinition[],
  { byTable, strays, without: [first] }: Newest,
): string | undefined {
  if (first !== undefined) return `found no file of ${first} in the lake, wanted those that a table lists`;
  const empty = tables.find((table) => !byTable.has(table));
  const stray = empty === undefined ? strays.find(({ hasOthers }) => !hasOthers) : strays[0];
  if (stray === undefined) return undefined;
  const [wanted] = empty === undefined ? tables : [empty];
  return `found "${stray.file.path}" in no table, wanted it below "${wanted!.location}" of ${
    nameOf(wanted!)
  }`;
}

async function readFault(
  binder: Binder,
  { byTable }: Newest,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const [table, file] of byTable) {
    // Others may have replaced the file while it was read: then it can be read now.
    const read = () => binder.read(table, [file], signal);
    const fault = await read() && await read();
    if (fault !== undefined) return `reading "${file.path}" as ${nameOf(table)}: ${fault}`;
  }
}
