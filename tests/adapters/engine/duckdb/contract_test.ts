import { DuckDBEngine } from "../../../../adapters/engine/duckdb/engine.ts";
import { DuckDB } from "../../../../adapters/sdk/duckdb/session.ts";
import type { LakeStorage } from "../../../../core/mod.ts";
import { bucketLake } from "../../object_store/bucket/lake.ts";
import { localLake } from "../../object_store/local/lake.ts";
import { engineContract, type EnginePlace, PROGRAMS } from "../engine_contract.ts";

async function over(opened: Promise<LakeStorage & AsyncDisposable>): Promise<EnginePlace> {
  const storage = await opened;
  const db = new DuckDB();
  const statement = (name: string) => Promise.resolve(PROGRAMS[name]!);
  return {
    storage,
    engine: new DuckDBEngine({ db, workspace: storage.workspace, statement }),
    async [Symbol.asyncDispose]() {
      await db.close();
      await storage[Symbol.asyncDispose]();
    },
  };
}

engineContract("duckdb", () => over(localLake()));
engineContract("duckdb over a bucket", () => over(bucketLake()));
