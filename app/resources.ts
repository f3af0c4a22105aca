import { join } from "node:path";
import { LocalCatalog } from "../adapters/catalog/local/catalog.ts";
import { DuckDBEngine } from "../adapters/engine/duckdb/engine.ts";
import type { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import { LocalSpool } from "../adapters/object_store/local/spool.ts";
import { LocalObjectStore } from "../adapters/object_store/local/store.ts";
import { DuckDBViewBinder } from "../adapters/query/duckdb/binder.ts";
import { DuckDB } from "../adapters/sdk/duckdb/session.ts";
import type { Resources } from "../assets/resources.ts";
import { connectOpenAQ, type OpenAQParts } from "./openaq.ts";
import { projectFile } from "./project.ts";

/** What the lake's own assets work with. */
export interface OwnResources extends Resources {
  /** How often OpenAQ was asked. */
  requests(): number;
  /** What whoever reads its answers should know of them, a line each. */
  notices(): readonly string[];
  close(): Promise<void>;
}

/** Connects the lake's assets with a local folder, DuckDB and OpenAQ. */
export async function makeResources(
  parts: Omit<OpenAQParts, "spool"> & { readonly folder: LakeFolder },
): Promise<OwnResources> {
  const { folder } = parts;
  const spilled = join(folder.root, "_staging", `duckdb-${Deno.pid}-${crypto.randomUUID()}`);
  const db = new DuckDB({ temporaryFolder: spilled });
  const openaq = await connectOpenAQ({ ...parts, spool: new LocalSpool(folder) });
  const store = new LocalObjectStore(folder);
  const catalog = new LocalCatalog(store);
  return {
    store,
    engine: new DuckDBEngine({
      db,
      root: folder.root,
      statement: (name) => Deno.readTextFile(projectFile(`sql/${name}.sql`)),
    }),
    catalog,
    views: new DuckDBViewBinder(catalog),
    openaq: openaq.source,
    requests: openaq.requests,
    notices: openaq.notices,
    async close() {
      await db.close();
      await Deno.remove(spilled, { recursive: true }).catch(() => {});
    },
  };
}
