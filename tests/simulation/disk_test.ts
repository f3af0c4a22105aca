import { testSeeds } from "./seeds.ts";
import { diskHandles } from "./stores.ts";

testSeeds("a disk that loses power", "disk_test.ts", diskHandles, { from: 0, share: 0.1 });
