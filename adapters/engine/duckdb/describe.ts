import { join } from "@std/path";
import type { Described } from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { list, pattern } from "../../sdk/duckdb/text.ts";
import { columnType } from "../../sdk/duckdb/types.ts";
import { deviceFault } from "../../sdk/files/place.ts";

/** The columns of Parquet files; an unreadable one is found by halves. */
export async function describeFiles(
  session: Session,
  root: string,
  paths: readonly string[],
): Promise<Described[]> {
  if (paths.length === 0) return [];
  const devices = paths.map((path) => deviceFault(root, path));
  if (devices.some((reason) => reason !== undefined)) {
    const described = await describeFiles(session, root, paths.filter((_, i) => devices[i] === undefined));
    return devices.map((reason) => reason === undefined ? described.shift()! : { status: "failed", reason });
  }
  try {
    return await read(session, paths.map((path) => join(root, path)));
  } catch (error) {
    if (!(error instanceof DuckDBError)) throw error;
    const [path] = paths;
    if (paths.length === 1) {
      const said = error.message.replaceAll(join(root, path!), path!);
      return [{ status: "failed", reason: `reading "${path}": ${said}` }];
    }
    const middle = paths.length >> 1;
    return [
      ...await describeFiles(session, root, paths.slice(0, middle)),
      ...await describeFiles(session, root, paths.slice(middle)),
    ];
  }
}

async function read(session: Session, files: readonly string[]): Promise<Described[]> {
  const rows = await session.rows(
    `SELECT file_name, name, duckdb_type FROM parquet_schema(${
      list(files.map(pattern))
    }) WHERE num_children IS NULL`,
  );
  const byFile = new Map<unknown, { name: string; type: string }[]>(files.map((file) => [file, []]));
  for (const { file_name, name, duckdb_type } of rows) {
    byFile.get(file_name)?.push({ name: String(name), type: columnType(String(duckdb_type)) });
  }
  return files.map((file) => ({ status: "read", columns: byFile.get(file)! }));
}
