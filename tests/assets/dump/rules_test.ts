import { assertEquals } from "@std/assert";
import { DumpLake } from "./dump_lake.ts";
import { FIELDS, sorted } from "./independent.ts";

const HEADER = `${FIELDS.join(",")}\n`;
const GOOD: Readonly<Record<typeof FIELDS[number], string>> = {
  location: "Pier",
  city: "Bergen",
  country: "NO",
  utc: "2024-05-01T22:00:00.000Z",
  local: "2024-05-02T00:00:00+02:00",
  parameter: "co",
  value: "0.4",
  unit: "ppm",
  latitude: "60.4",
  longitude: "5.3",
  attribution: "",
};

/** Fields of one row, each beside what becomes of it: its value, or why it is refused. */
const VERDICTS: readonly (readonly [Partial<typeof GOOD>, number | string])[] = [
  [{}, 0.4],
  [{ value: "1e3" }, 1000],
  [{ value: " 12 " }, 12],
  [{ value: "+.5" }, 0.5],
  [{ value: "7." }, 7],
  [{ value: "" }, "value"],
  [{ value: "0" }, "value"],
  [{ value: "-999" }, "value"],
  [{ value: "nan" }, "value"],
  [{ value: "inf" }, "value"],
  [{ value: "1e999" }, "value"],
  [{ value: "1e-999" }, "value"],
  [{ value: "1_000" }, "value"],
  [{ value: "0x10" }, "value"],
  [{ value: "12 ppm" }, "value"],
  [{ parameter: "no2" }, "parameter"],
  [{ parameter: "PM25" }, "parameter"],
  [{ parameter: "", value: "-1" }, "parameter"],
  [{ utc: "" }, "row"],
  [{ utc: "infinity" }, "row"],
  [{ utc: "2024-02-30T00:00:00Z" }, "row"],
  [{ utc: "2024-05-01T24:00:00Z" }, "row"],
  [{ utc: "2024-05-01 22:00" }, 0.4],
  [{ utc: "2024-05-01T22:00:00+02:00" }, 0.4],
  [{ local: "2024-05-02 00:00:00" }, 0.4],
  [{ local: "2024-05-01T22:00:00Z" }, 0.4],
  [{ local: "2024-05-02" }, "row"],
  [{ local: "2024-13-02T00:00:00+02:00", parameter: "no2", value: "-1" }, "row"],
  [{ latitude: "", longitude: "" }, 0.4],
  [{ latitude: "north" }, "row"],
  [{ longitude: "nan" }, "row"],
  [{ longitude: "1.5e1" }, 0.4],
];

Deno.test("what is accepted, and why the others are refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rows = VERDICTS.map(([change]) => `${Object.values({ ...GOOD, ...change }).join(",")}\n`);
    const text = HEADER + rows.join("");
    await Deno.writeTextFile(`${folder}/2024-05-01.csv`, text);
    await Deno.writeTextFile(
      `${folder}/countries.csv`,
      "English short name,Alpha-2 code,Alpha-3 code,Numeric code,ISO 3166-2\n",
    );
    await using lake = await DumpLake.open(folder);
    await lake.make(["2024-05-01.csv"], "countries.csv");
    const found = await lake.rows("SELECT * FROM answer ORDER BY file_row");
    assertEquals(found.map((row) => row.refused_reason ?? row.value), VERDICTS.map(([, verdict]) => verdict));
    const other = sorted(text);
    assertEquals(
      found.filter(({ refused_reason }) => refused_reason === null).map((
        { utc, year, month, day },
      ) => [utc, year, month, day]),
      other.accepted.map(({ utc, year, month, day }) => [utc, year, month, day]),
    );
    assertEquals(
      await lake.rows(
        "SELECT sum(records)::INT AS records, sum(refused_as_row + refused_as_parameter + refused_as_value)::INT AS refused, count(*) FILTER (accepted)::INT AS accepted FROM answer",
      ),
      [{ records: VERDICTS.length, refused: other.refused.length, accepted: other.accepted.length }],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
