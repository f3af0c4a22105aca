import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { OPENAQ_DATA, OPENAQ_INCOHERENT_DATA } from "../../assets/dump/contract.ts";
import { assertSame } from "../assets/dump/assert_same.ts";
import { textOf } from "../assets/dump/dump_lake.ts";
import { type Cells, countriesOf, joined, sorted, views } from "../assets/dump/independent.ts";
import { REAL, real } from "../assets/dump/real.ts";
import { DumpFolder } from "./dump_folder.ts";

real("the 37 real days as the command line makes and shows them, cell by cell", async () => {
  const countries = join(REAL, "reference/iso-countries-codes.csv");
  await using dump = await DumpFolder.open({ DUMP_URL: join(REAL, "v1"), DUMP_COUNTRIES: countries });
  const made = await dump.run("materialize --json");
  assertEquals([made.code, made.stderr], [0, ""]);

  const accepted: Cells[] = [];
  const refused: Cells[] = [];
  const days = [...Deno.readDirSync(join(REAL, "v1"))].map(({ name }) => name).filter((name) =>
    /^[\d-]+\.csv(\.gz)?$/.test(name)
  );
  assertEquals(days.length, 37);
  for (const name of days) {
    const file_date = name.slice(0, 10);
    const found = sorted(await textOf(join(REAL, "v1"), name));
    accepted.push(...found.accepted.map((row) => ({ ...row, file_date })));
    refused.push(...found.refused.map((row) => ({ ...row, file_date })));
  }
  const rows = joined(accepted, countriesOf(await Deno.readTextFile(countries)));
  const own = (table: readonly Cells[]) => table.map(({ file_row: _, ...row }) => row);
  const wanted = {
    openaq_data: own(accepted),
    openaq_incoherent_data: own(refused),
    openaq_and_iso_countries_data: own(rows),
    ...views(rows),
  };
  const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name);
  const sizes = [names(OPENAQ_DATA.columns).length + 1, names(OPENAQ_INCOHERENT_DATA.columns).length + 1];
  assertEquals(
    [wanted.openaq_data, wanted.openaq_incoherent_data].map(([row]) => Object.keys(row!).length),
    sizes,
  );
  for (const [name, table] of Object.entries(wanted)) {
    const shown = await dump.rows(`FROM openaq_db.${name}`) as Cells[];
    const found = name === "openaq_incoherent_data" ? shown : shown.map(timed);
    assertSame(found, table, name);
  }
});

/** The row with its instant in milliseconds. */
function timed({ utc, ...row }: Cells): Cells {
  return utc === undefined ? row : { ...row, utc: Date.parse(String(utc)) };
}
