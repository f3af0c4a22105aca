import type { Catalog, ViewBinder, ViewDefinition, ViewFault } from "../../../core/mod.ts";
import { Entries } from "./entries.ts";
import { Sandbox } from "./sandbox.ts";
import { ViewError } from "./view_fault.ts";
import { scratchFolder } from "../../sdk/files/scratch.ts";

/** Makes views over the catalog's tables, without their rows, in sandboxes. */
export class DuckDBViewBinder implements ViewBinder {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async bind(view: ViewDefinition, signal: AbortSignal): Promise<ViewFault | undefined> {
    const others = (await this.#catalog.list()).filter(({ database, name }) =>
      database !== view.database || name !== view.name
    );
    const scratch = await scratchFolder();
    try {
      await using sandbox = await Sandbox.open({ scratch }, signal);
      const needed = await new Entries([...others, view]).needed(sandbox.session, [view]);
      await sandbox.lock(needed, new Map());
      for (const definition of needed) await sandbox.make(definition);
      return undefined;
    } catch (error) {
      if (!(error instanceof ViewError)) throw error;
      return error.view === view ? error.fault : { message: error.message };
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  }
}
