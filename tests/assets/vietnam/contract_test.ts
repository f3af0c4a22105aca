import { assert, assertEquals } from "@std/assert";
import { arrowSchema, glueColumns, pysparkSchema } from "../../../assets/table/schemas.ts";
import { MART, RAW } from "../../../assets/vietnam/contract.ts";

Deno.test("the mart's contract as an Arrow schema", async () => {
  const schema = await arrowSchema(MART.columns);
  assertEquals(
    schema.fields.map(({ name, type, nullable }) => `${name} ${type}${nullable ? "" : " not null"}`),
    [
      "location_id Int32 not null",
      "location_name Utf8",
      "city Utf8",
      "latitude Float64",
      "longitude Float64",
      "datetime Timestamp<MICROSECOND, UTC> not null",
      "pm25 Float64",
      "pm10 Float64",
      "no2 Float64",
      "so2 Float64",
      "o3 Float64",
      "co Float64",
    ],
  );
});

Deno.test("the raw contract has a record's fields in their order", () => {
  assertEquals(
    RAW.columns.map(({ name }) => name).join(", "),
    "location_id, sensor_id, parameter, value, unit, datetime, location_name, city, country, latitude, longitude, " +
      "has_flags, extracted_at",
  );
});

Deno.test("a contract as Glue's columns and as PySpark's schema", () => {
  assertEquals(glueColumns([...MART.columns.slice(4, 6), ...MART.partitionColumns]), [
    { Name: "longitude", Type: "double" },
    { Name: "datetime", Type: "timestamp" },
    { Name: "measurement_date", Type: "date" },
    { Name: "country", Type: "string" },
  ]);
  assert(
    pysparkSchema(MART.columns).startsWith(
      'StructType([\n    StructField("location_id", IntegerType(), False),\n    StructField("location_name", StringType(), True),\n',
    ),
  );
});
