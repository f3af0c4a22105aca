import { StateError } from "../../../core/mod.ts";
import { damaged } from "./database.ts";
import { openToRead } from "./read.ts";

/** Reads every page of a state's file. @throws {StateError} If it is damaged. */
export async function requireWhole(path: string): Promise<void> {
  const db = await openToRead(path);
  try {
    const { quick_check: found } = db.get<{ quick_check: string }>("PRAGMA quick_check(1)")!;
    if (found !== "ok") throw new StateError(damaged(JSON.stringify(path), found));
  } finally {
    db.close();
  }
}
