import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  ISO_COUNTRIES_DATA,
  OPENAQ_AND_ISO_COUNTRIES_DATA,
  OPENAQ_DATA,
  OPENAQ_INCOHERENT_DATA,
  refusedColumn,
} from "../../../assets/dump/contract.ts";
import { assertSame } from "./assert_same.ts";
import { DumpLake, textOf } from "./dump_lake.ts";
import { type Cells, countriesOf, joined, sorted, views } from "./independent.ts";
import { REAL, real } from "./real.ts";

const SAMPLE = fromFileUrl(new URL("../../../assets/dump/sample", import.meta.url));
async function compare(folder: string, days: readonly string[], countriesFile: string) {
  await using lake = await DumpLake.open(folder);
  await lake.make(days, countriesFile);
  const accepted: Cells[] = [];
  const refused: Cells[] = [];
  for (const name of days) {
    const file_date = Date.parse(name.match(/\d{4}-\d{2}-\d{2}/)![0]);
    const found = sorted(await textOf(folder, name));
    accepted.push(...found.accepted.map((row) => ({ ...row, file_date })));
    refused.push(...found.refused.map((row) => ({ ...row, file_date })));
  }
  const place = ["file_date", "file_row"];
  const own = [...OPENAQ_DATA.columns.map(({ name }) => name), ...place];
  assertSame(await lake.rows(`SELECT ${own} FROM answer WHERE accepted`), accepted, "openaq_data");
  const texts = [
    ...OPENAQ_INCOHERENT_DATA.columns.map(({ name }) => `${refusedColumn(name)} AS ${name}`),
    ...place,
  ];
  assertSame(await lake.rows(`SELECT ${texts} FROM answer WHERE refused`), refused, "openaq_incoherent_data");

  const countries = countriesOf(await textOf(folder, countriesFile));
  const iso = [...countries].map(([alpha_2_code, [name, alpha_3_code, numeric_code, iso_3166_2]]): Cells => ({
    english_short_name: name!,
    alpha_2_code,
    alpha_3_code: alpha_3_code!,
    numeric_code: numeric_code!,
    iso_3166_2: iso_3166_2!,
  }));
  const isoColumns = ISO_COUNTRIES_DATA.columns.map(({ name }) => name);
  assertSame(await lake.rows(`SELECT ${isoColumns} FROM iso_countries_data`), iso, "iso_countries_data");

  const rows = joined(accepted, countries);
  const both = [...OPENAQ_AND_ISO_COUNTRIES_DATA.columns.map(({ name }) => name), ...place];
  assertSame(
    await lake.rows(`SELECT ${both} FROM openaq_and_iso_countries_data`),
    rows,
    "openaq_and_iso_countries_data",
  );
  const answers = Object.entries(views(rows));
  for (const [name, wanted] of answers) assertSame(await lake.rows(`FROM ${name}`), wanted, name);
  return { accepted, refused, ...Object.fromEntries(answers) } as Record<string, readonly Cells[]>;
}

Deno.test("the sample's tables and views are what their rules say, cell by cell, every reason and level among them", async () => {
  const days = [...Deno.readDirSync(SAMPLE)].map(({ name }) => name).filter((name) => name.startsWith("20"));
  const found = await compare(SAMPLE, days.sort(), "countries.csv");
  assertEquals(new Set(found.refused!.map(({ reason }) => reason)), new Set(["row", "parameter", "value"]));
  assertEquals(new Set(found.query_4!.map(({ status }) => status)), new Set(["LOW", "MEDIUM", "HIGH"]));
  for (const view of ["query_1", "query_2", "query_3"]) assert(found[view]!.length > 0, view);
  assert(found.base!.some(({ country }) => country === "XK"));
});

real("the 55,076 rows of 2020-12-31, cell by cell", async () => {
  const found = await compare(REAL, ["v1/2020-12-31.csv.gz"], "reference/iso-countries-codes.csv");
  assertEquals(found.accepted!.length + found.refused!.length, 55_076);
});

real("all other real days together, cell by cell", async () => {
  const days = [...Deno.readDirSync(join(REAL, "v1"))].map(({ name }) => `v1/${name}`)
    .filter((name) => /\d\.csv\.gz$/.test(name) && !name.includes("2020-12-31"));
  const found = await compare(REAL, days.sort(), "reference/iso-countries-codes.csv");
  assertEquals(found.accepted!.length + found.refused!.length, 56_637 - 55_076 - 100);
});
