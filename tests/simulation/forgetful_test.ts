import { testSeeds } from "./seeds.ts";
import { forgetful, memoryHandles, sqliteHandles } from "./stores.ts";

const file = "forgetful_test.ts";

testSeeds("the memory state, which forgets", file, forgetful(memoryHandles), { from: 0, share: 0.1 });
testSeeds("SQLite, which forgets", file, forgetful(sqliteHandles), { from: 0.1, share: 0.02 });
