import type { Field, Schema } from "apache-arrow";
import type { Column, ColumnType } from "../../core/mod.ts";

/** The columns of a table's files as an Arrow schema. */
export async function arrowSchema(columns: readonly Column[]): Promise<Schema> {
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
