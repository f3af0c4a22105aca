import {
  type Binder,
  type Catalog,
  type FileRef,
  type TableDefinition,
  type ViewDefinition,
  type ViewFault,
  visible,
  type Workspace,
} from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import { identifier } from "../../sdk/duckdb/text.ts";
import { deviceFault } from "../../sdk/files/place.ts";
import { scratchFolder } from "../../sdk/files/trouble.ts";
import { Entries } from "./entries.ts";
import { target } from "./lake_tables.ts";
import { filesBelow, Sandbox } from "./sandbox.ts";
import { ViewError } from "./view_fault.ts";

export interface DuckDBBinderOptions {
  readonly catalog: Pick<Catalog, "list">;
  readonly workspace: Pick<Workspace, "checkout">;
}

/** Makes tables and views as queries do, in sandboxes. */
export class DuckDBBinder implements Binder {
  readonly #catalog: DuckDBBinderOptions["catalog"];
  readonly #workspace: DuckDBBinderOptions["workspace"];

  constructor({ catalog, workspace }: DuckDBBinderOptions) {
    this.#catalog = catalog;
    this.#workspace = workspace;
  }

  /** Views are made over tables without rows. */
  async bind(view: ViewDefinition, signal: AbortSignal): Promise<ViewFault | undefined> {
    const others = (await this.#catalog.list()).filter(({ database, name }) =>
      database !== view.database || name !== view.name
    );
    return await inSandbox(signal, async (sandbox) => {
      try {
        const needed = await new Entries([...others, view]).needed(sandbox.session, [view]);
        await sandbox.lock(needed, new Map());
        for (const definition of needed) await sandbox.make(definition);
      } catch (error) {
        if (!(error instanceof ViewError)) throw error;
        return error.view === view ? error.fault : { message: error.message };
      }
    });
  }

  async read(
    table: TableDefinition,
    files: readonly FileRef[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    await using checkout = await this.#workspace.checkout(files);
    const { root } = checkout;
    const [device] = files.flatMap(({ path }) => deviceFault(root, path) ?? []);
    if (device !== undefined) return device;
    return await inSandbox(signal, async (sandbox) => {
      try {
        await sandbox.lock([table], filesBelow(root, new Map([[table.location, files]])));
        await sandbox.make(table);
        const columns = [...table.columns, ...table.partitionColumns];
        const [row] = await sandbox.session.rows(
          `SELECT count(*), ${columns.map(({ name }) => `count(${identifier(name)})`).join(", ")} FROM ${
            target(table)
          }`,
        );
        const [rows, ...values] = Object.values(row!).map(Number);
        return nullsFault(table, rows!, values);
      } catch (error) {
        if (!(error instanceof DuckDBError)) throw error;
        return visible(error.message.replaceAll(`${root}/`, ""));
      }
    });
  }
}

/** A column of JSON that is not in the file is null in every row. */
function nullsFault(
  { columns, partitionColumns }: TableDefinition,
  rows: number,
  values: readonly number[],
): string | undefined {
  const lacking = [...columns, ...partitionColumns].find(({ nullable }, i) => !nullable && values[i]! < rows);
  if (lacking !== undefined) return `found rows without a value of "${lacking.name}", wanted one in each`;
  const none = rows > 0 && columns.every((_, i) => values[i] === 0);
  return none ? "found no value of any of its columns, wanted some" : undefined;
}

async function inSandbox<T>(signal: AbortSignal, use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const scratch = await scratchFolder();
  try {
    await using sandbox = await Sandbox.open({ scratch }, signal);
    return await use(sandbox);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
