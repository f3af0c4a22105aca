import { assertEquals } from "@std/assert";
import { OwnTables } from "../../cli/own_tables.ts";

/** Counts of the lines of daily files: by month, and by day with the day before. */
const COUNTED = `
const start = "2024-01-01";
const days = daily({ start });
const files = lake.filesAsset({
  key: "own/files", folder: data, partitions: days, partitionOf: (name) => /^(.+)[.]csv$/.exec(name)?.[1],
});
const counted = (name, column, mapping, more) => lake.tableAsset({
  key: "own/" + name, sources, deps: { files: from(files, mapping) },
  table: {
    contract: {
      columns: [required("n", "int64")],
      partitionColumns: [required(column, "utf8")],
    },
    folder: "own_db/" + name,
  },
  program: "marts/" + name, partition: column,
  inputs: ({ files }) => ({ lines: lake.filesInput([optional("a", "utf8")], data, files) }), ...more,
});
const months = counted("months", "month", daysOfMonth, { partitions: monthly({ start }), batch: { most: 12 } });
const pairs = counted("pairs", "day", lookBack(1), { partitions: days, batch: { most: 31 }, answersOthers: true });
return { assets: [files, months, pairs], databases: ["own_db"] };`;

const DAY = "regexp_extract(file, '([0-9-]{10})[.]csv', 1)";
const PROGRAMS = {
  months: `SELECT count(*) AS n, left(${DAY}, 7) AS month FROM lines GROUP BY month`,
  pairs: `SELECT count(*) AS n, day FROM (
    SELECT ${DAY} AS day FROM lines UNION ALL SELECT (${DAY}::DATE + 1)::VARCHAR FROM lines
  ) GROUP BY day`,
};

Deno.test("a file that cannot be read fails every partition that reads it, of whatever grain, and no other", async () => {
  await using own = await OwnTables.open(COUNTED, PROGRAMS);
  for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2024, 2, 1); at += 86_400_000) {
    await own.put(`${new Date(at).toISOString().slice(0, 10)}.csv`, "a\nx\ny\n");
  }
  await own.put("2024-02-03.csv", Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a));
  const reason = `reading "${own.line.cwd}/data/2024-02-03.csv": line 2 is no UTF-8, wanted UTF-8`;

  const months = await own.run("materialize", "own/months", "--from", "2024-01-01", "--to", "2024-02-29");
  assertEquals([months.code, months.stderr], [1, `own/months 2024-02: ${reason}\n`]);
  const pairs = await own.run(
    "materialize",
    "own/pairs",
    "--from",
    "2024-02-02",
    "--to",
    "2024-02-05",
    "--json",
  );
  assertEquals([pairs.code, pairs.json.counts.materialized, pairs.json.counts.failed], [1, 2, 2]);
  assertEquals(pairs.stderr, `own/pairs 2024-02-03 … 2024-02-04: ${reason}\n`);

  await own.put("2024-02-03.csv", "a\nx\ny\n");
  const mended = await own.run("materialize", "--from", "2024-01-01", "--to", "2024-02-29");
  assertEquals(mended.code, 0, mended.shown);
});
