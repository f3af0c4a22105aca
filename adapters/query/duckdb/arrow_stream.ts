import * as arrow from "apache-arrow";
import { type DuckDBDataChunk, type DuckDBResult, DuckDBTypeId, type DuckDBVector } from "duckdb";
import { cellOf } from "./cell.ts";
import { textValue } from "./json_value.ts";

/** Types whose vectors hold their values as Arrow does. */
const NATIVE: ReadonlyMap<DuckDBTypeId, () => arrow.DataType> = new Map<DuckDBTypeId, () => arrow.DataType>([
  [DuckDBTypeId.TINYINT, () => new arrow.Int8()],
  [DuckDBTypeId.SMALLINT, () => new arrow.Int16()],
  [DuckDBTypeId.INTEGER, () => new arrow.Int32()],
  [DuckDBTypeId.BIGINT, () => new arrow.Int64()],
  [DuckDBTypeId.UTINYINT, () => new arrow.Uint8()],
  [DuckDBTypeId.USMALLINT, () => new arrow.Uint16()],
  [DuckDBTypeId.UINTEGER, () => new arrow.Uint32()],
  [DuckDBTypeId.UBIGINT, () => new arrow.Uint64()],
  [DuckDBTypeId.FLOAT, () => new arrow.Float32()],
  [DuckDBTypeId.DOUBLE, () => new arrow.Float64()],
  [DuckDBTypeId.DATE, () => new arrow.DateDay()],
  [DuckDBTypeId.TIMESTAMP, () => new arrow.TimestampMicrosecond("UTC")],
  [DuckDBTypeId.TIMESTAMP_TZ, () => new arrow.TimestampMicrosecond("UTC")],
]);

/**
 * The answer as an Arrow IPC stream, a record batch for each chunk; what has no Arrow type here is text.
 *
 * A stream is its schema, batches and end, one after the other: each batch is written as a stream of its own, of which only
 * the middle is passed on, so that no more than one is held.
 */
export async function* arrowStream(
  result: DuckDBResult,
  chunks: AsyncIterable<DuckDBDataChunk>,
): AsyncGenerator<Uint8Array> {
  const ids = Array.from({ length: result.columnCount }, (_, i) => result.columnTypeId(i));
  const schema = new arrow.Schema(
    result.deduplicatedColumnNames().map((name, i) => new arrow.Field(name, arrowType(ids[i]!), true)),
  );
  const empty = arrow.tableToIPC(new arrow.Table(schema), "stream");
  const begin = empty.length - END;
  yield empty.subarray(0, begin);
  for await (const chunk of chunks) {
    const columns = schema.fields.map(({ type }, i) => columnData(type, ids[i]!, chunk.getColumnVector(i)));
    const struct = arrow.makeData({
      type: new arrow.Struct(schema.fields),
      length: chunk.rowCount,
      nullCount: 0,
      children: columns,
    });
    const whole = arrow.tableToIPC(
      new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]),
      "stream",
    );
    yield whole.subarray(begin, whole.length - END);
  }
  yield empty.subarray(begin);
}

/** The bytes of a stream's end: a continuation mark and a length of 0. */
const END = 8;

function arrowType(id: DuckDBTypeId): arrow.DataType {
  return id === DuckDBTypeId.BOOLEAN ? new arrow.Bool() : NATIVE.get(id)?.() ?? new arrow.Utf8();
}

/** A vector's own array and validity bits where Arrow's are the same (copied: DuckDB's memory goes with the chunk). */
function columnData(type: arrow.DataType, id: DuckDBTypeId, vector: DuckDBVector): arrow.Data {
  if (!NATIVE.has(id)) {
    const values = Array.from({ length: vector.itemCount }, (_, i) => {
      const value = cellOf(vector, i);
      return value === null || typeof value === "boolean" ? value : textValue(value);
    });
    return arrow.vectorFromArray(values, type).data[0]!;
  }
  const items: ArrayLike<number> & { slice(): ArrayLike<number> } = Reflect.get(vector, "items");
  const validity: BigUint64Array | null = Reflect.get(Reflect.get(vector, "validity"), "data");
  return new arrow.Data(type, 0, vector.itemCount, validity === null ? 0 : -1, {
    [arrow.BufferType.DATA]: items.slice(),
    ...(validity !== null && { [arrow.BufferType.VALIDITY]: new Uint8Array(validity.slice().buffer) }),
  });
}
