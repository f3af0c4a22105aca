import type { Field, Schema } from "apache-arrow";
import type { Column, ColumnType } from "../../core/ports/table.ts";

/** A table's columns, in order: those in its files, and those that only the path carries. Tables show the latter last. */
export interface Contract {
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly Column[];
}

/** The mart: one row for each location and time; pollutants in µg/m³, `datetime` the start of the averaging period, UTC. */
export const MART: Contract = {
  columns: [
    required("location_id", "int32"),
    optional("location_name", "utf8"),
    optional("city", "utf8"),
    optional("latitude", "float64"),
    optional("longitude", "float64"),
    required("datetime", "timestamp"),
    optional("pm25", "float64"),
    optional("pm10", "float64"),
    optional("no2", "float64"),
    optional("so2", "float64"),
    optional("o3", "float64"),
    optional("co", "float64"),
  ],
  partitionColumns: [required("measurement_date", "date32"), required("country", "utf8")],
};

/** A raw record: one measurement. The five fields of the location are null until the mart. */
export const RAW: Contract = {
  columns: [
    required("location_id", "int32"),
    required("sensor_id", "int64"),
    required("parameter", "utf8"),
    optional("value", "float64"),
    required("unit", "utf8"),
    required("datetime", "timestamp"),
    optional("location_name", "utf8"),
    optional("city", "utf8"),
    optional("country", "utf8"),
    optional("latitude", "float64"),
    optional("longitude", "float64"),
    required("has_flags", "bool"),
    required("extracted_at", "timestamp"),
  ],
  partitionColumns: [
    required("year", "utf8"),
    required("month", "utf8"),
    required("day", "utf8"),
    required("hour", "utf8"),
  ],
};

/** The columns of the files, as an Arrow schema. */
export async function arrowSchema({ columns }: Contract): Promise<Schema> {
  const arrow = await import("apache-arrow");
  const types = {
    bool: () => new arrow.Bool(),
    int32: () => new arrow.Int32(),
    int64: () => new arrow.Int64(),
    float64: () => new arrow.Float64(),
    utf8: () => new arrow.Utf8(),
    date32: () => new arrow.DateDay(),
    timestamp: () => new arrow.TimestampMicrosecond("UTC"),
  };
  return new arrow.Schema(
    columns.map(({ name, type, nullable }): Field => new arrow.Field(name, types[type](), nullable)),
  );
}

const GLUE: Readonly<Record<ColumnType, string>> = {
  bool: "boolean",
  int32: "int",
  int64: "bigint",
  float64: "double",
  utf8: "string",
  date32: "date",
  timestamp: "timestamp",
};

const PYSPARK: Readonly<Record<ColumnType, string>> = {
  bool: "BooleanType()",
  int32: "IntegerType()",
  int64: "LongType()",
  float64: "DoubleType()",
  utf8: "StringType()",
  date32: "DateType()",
  timestamp: "TimestampType()",
};

/** The columns as the Glue catalog names their types. */
export function glueColumns(columns: readonly Column[]): { readonly Name: string; readonly Type: string }[] {
  return columns.map(({ name, type }) => ({ Name: name, Type: GLUE[type] }));
}

/** The columns as PySpark's `StructType`, in Python. */
export function pysparkSchema(columns: readonly Column[]): string {
  const fields = columns.map(({ name, type, nullable }) =>
    `    StructField("${name}", ${PYSPARK[type]}, ${nullable ? "True" : "False"}),\n`
  );
  return `StructType([\n${fields.join("")}])`;
}

function required(name: string, type: ColumnType): Column {
  return { name, type, nullable: false };
}

function optional(name: string, type: ColumnType): Column {
  return { name, type, nullable: true };
}
