import { assertEquals } from "@std/assert";
import { filesFit } from "../../../assets/table/files_fit.ts";
import type { Binder, Input, TableDefinition } from "../../../core/mod.ts";

const table = { database: "db", name: "table", location: "db/table" } as TableDefinition;
const input: Input = {
  materializations: () => Promise.resolve([]),
  async *backwards() {
    await null;
    const files = [{ path: "db/table/day=1/part.parquet", size: 1, hash: "ff" }];
    yield { partition: 1, key: "1", dataVersion: "1", rows: 1, metadata: {}, files };
  },
  members: () => [],
};

/** The check's detail, where the table's file is found to have these faults, one after the other. */
async function detailOf(faults: (string | undefined)[]): Promise<string | undefined> {
  const binder: Binder = {
    bind: () => Promise.resolve(undefined),
    read: () => Promise.resolve(faults.shift()),
  };
  const [answer] = await filesFit([table]).run({
    outputs: [],
    inputs: { "db/asset": input },
    resources: { binder },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    signal: new AbortController().signal,
  });
  return answer!.detail;
}

Deno.test("a file that others replaced while it was read is read again; one that cannot be read is a fault", async () => {
  assertEquals(await detailOf([undefined, "read twice"]), undefined);
  assertEquals(await detailOf(["don't know what type", undefined]), undefined);
  assertEquals(
    await detailOf(["found no column", "found no column"]),
    'reading "db/table/day=1/part.parquet" as db.table: found no column',
  );
});
