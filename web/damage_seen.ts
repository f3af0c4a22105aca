import { DamageError, type OpenLake, type Tables } from "../core/mod.ts";

/** The tables; a damaged file that a statement meets is looked at, so that all that is judged here knows of it at once. */
export function damageSeen(tables: Tables, lake: () => OpenLake | undefined): Tables {
  return {
    entries: () => tables.entries(),
    async ask(statement, options) {
      try {
        return await tables.ask(statement, options);
      } catch (error) {
        const path = error instanceof DamageError ? error.path : undefined;
        const open = path === undefined ? undefined : lake();
        // Whoever asked is told of the damage, not of a look that failed.
        if (open !== undefined) await lookAt(open, path!).catch(() => {});
        throw error;
      }
    },
  };
}

async function lookAt({ state, orchestrator }: OpenLake, path: string): Promise<void> {
  for (const { asset, partition } of await state.filesAt([path])) {
    await orchestrator.lookAtFiles(asset, [{ from: partition, to: partition }]);
  }
}
