import { testSeeds } from "./seeds.ts";
import { memoryHandles } from "./stores.ts";

testSeeds("the memory state", "memory_first_half_test.ts", memoryHandles, { from: 0, share: 0.5 });
