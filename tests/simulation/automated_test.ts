import { testSeeds } from "./seeds.ts";
import { automated, memoryHandles } from "./stores.ts";

testSeeds("daemons", "automated_test.ts", automated(memoryHandles), { from: 0, share: 0.1 });
