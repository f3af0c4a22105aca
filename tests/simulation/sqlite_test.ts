import { testSeeds } from "./seeds.ts";
import { sqliteHandles } from "./stores.ts";

testSeeds("SQLite", "sqlite_test.ts", sqliteHandles, { from: 0, share: 0.1 });
