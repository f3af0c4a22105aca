import type { Config } from "../config.ts";
import type { Query } from "../core/ports/query.ts";
import { examineLake } from "./identity.ts";
import { knownSource } from "./source.ts";
import { openState } from "./state.ts";

/** The lake's tables and views, once it is known to be the configured one. */
export async function openQuery(config: Config): Promise<Query> {
  const state = await openState(config.state, "read");
  try {
    await examineLake(state, config, { source: knownSource(config), environment: config.environment });
  } finally {
    await state.close();
  }
  const [{ DuckDBQuery }, { LocalCatalog }] = await Promise.all([
    import("../adapters/query/duckdb/query.ts"),
    import("../adapters/catalog/local/catalog.ts"),
  ]);
  return new DuckDBQuery({ root: config.lake, catalog: new LocalCatalog(config.lake) });
}
