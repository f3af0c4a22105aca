import { DuckDBBinder } from "../../../../adapters/query/duckdb/binder.ts";
import { DuckDBQuery } from "../../../../adapters/query/duckdb/query.ts";
import type { FileRef, LakeStorage } from "../../../../core/mod.ts";
import { bucketLake } from "../../object_store/bucket/lake.ts";
import { localLake } from "../../object_store/local/lake.ts";
import { queryContract, type QueryPlace } from "../query_contract.ts";

async function over(opened: Promise<LakeStorage & AsyncDisposable>): Promise<QueryPlace> {
  const storage = await opened;
  const { workspace, catalog } = storage;
  const published: FileRef[] = [];
  return {
    storage,
    published,
    query: new DuckDBQuery({
      workspace,
      catalog,
      published: (folders) =>
        Promise.resolve(
          folders.map((folder) => published.filter(({ path }) => path.startsWith(`${folder}/`))),
        ),
    }),
    binder: new DuckDBBinder({ catalog, workspace }),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

queryContract("duckdb", () => over(localLake()));
queryContract("duckdb over a bucket", () => over(bucketLake()));
