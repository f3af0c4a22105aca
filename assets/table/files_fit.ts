import type { Binder, Check, FileRef, Input, Materialization, TableDefinition } from "../../core/mod.ts";
import { isWithin, nameOf } from "./entries.ts";

/**
 * The check `files_fit` of a catalog's entries: what its assets wrote lies in its tables, and the newest file of each table
 * is read as its entry says. What is not written yet is not judged.
 */
export function filesFit(tables: readonly TableDefinition[]): Check<{ binder: Binder }> {
  return {
    checks: [{ name: "files_fit", severity: "blocking" }],
    async run({ inputs, resources: { binder }, signal }) {
      const newest = await newestFiles(Object.values(inputs), tables);
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
}

/** Walks back through all assets side by side, until each has files, and so has each table. */
async function newestFiles(inputs: readonly Input[], tables: readonly TableDefinition[]): Promise<Newest> {
  const byTable = new Map<TableDefinition, FileRef>();
  const walks = inputs.map((input) => new Walk(input.backwards()));
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
  return { byTable, strays };
}

/** An asset's materializations, from the last to the first, and what was found of its files. */
class Walk {
  isDone = false;
  stray: FileRef | undefined;
  hasPlaced = false;
  readonly #backwards: AsyncIterator<Materialization>;

  constructor(backwards: AsyncIterable<Materialization>) {
    this.#backwards = backwards[Symbol.asyncIterator]();
  }

  async next(): Promise<readonly FileRef[]> {
    const { done, value } = await this.#backwards.next();
    this.isDone = done === true;
    return this.isDone ? [] : value.files;
  }
}

/** A file in no table is a fault where a table has none, or where its asset has no other. */
function placeFault(tables: readonly TableDefinition[], { byTable, strays }: Newest): string | undefined {
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
    const fault = await binder.read(table, [file], signal);
    if (fault !== undefined) return `reading "${file.path}" as ${nameOf(table)}: ${fault}`;
  }
}
