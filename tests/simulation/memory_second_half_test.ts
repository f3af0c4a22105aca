import { testSeeds } from "./seeds.ts";
import { memoryHandles } from "./stores.ts";

testSeeds("the memory state", "memory_second_half_test.ts", memoryHandles, { from: 0.5, share: 0.5 });
