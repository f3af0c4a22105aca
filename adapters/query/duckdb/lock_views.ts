import { fromFileUrl, join } from "@std/path";
import { DuckDB } from "../../sdk/duckdb/session.ts";
import { lockViews, VIEW_LOCK } from "./view_files.ts";

/** Writes `sql/views.lock.json`: what each view of the project reads. */
if (import.meta.main) {
  const folder = fromFileUrl(new URL("../../../sql", import.meta.url));
  const db = new DuckDB();
  try {
    const lock = await lockViews(folder, db);
    await Deno.writeTextFile(join(folder, VIEW_LOCK), `${JSON.stringify(lock, null, 2)}\n`);
  } finally {
    await db.close();
  }
}
