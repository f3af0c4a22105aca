import { assertEquals } from "@std/assert";
import { KeptFiles } from "../../../../adapters/engine/duckdb/kept_files.ts";

Deno.test("files are kept up to so many bytes, the latest ones", () => {
  const files = new KeptFiles(10);
  files.add("a", new Uint8Array(4));
  files.add("b", new Uint8Array(5));
  files.add("a", new Uint8Array(3));
  assertEquals([files.get("a")?.length, files.get("b")?.length], [3, 5]);
  files.add("c", new Uint8Array(4));
  assertEquals([files.get("a"), files.get("b")?.length, files.get("c")?.length], [undefined, 5, 4]);
  files.add("larger than all", new Uint8Array(11));
  assertEquals(["a", "b", "c", "larger than all"].map((key) => files.get(key)), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
