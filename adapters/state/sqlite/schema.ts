import { StateError, StatePlaceError } from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import { migrations } from "./migrations.ts";

/** Marks the file as a state of Airgraph's: "airg". */
const APPLICATION_ID = 0x61697267;

/**
 * Brings the schema up to this version, each step once, whoever comes first; all of them or none.
 *
 * @param before Called with the version of a state that has anything in it, once nobody else writes to it.
 * @throws {StateError} If a step fails: the state is as it was.
 */
export async function migrate(
  db: Database,
  path: string,
  before: (version: number) => void = () => {},
): Promise<void> {
  if (isPresent(db, path)) return;
  await db.write(() => {
    const version = versionOf(db, path);
    if (version === migrations.length) return;
    if (version > 0) before(version);
    for (const step of migrations.slice(version)) apply(db, path, version, step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
  });
}

function apply(db: Database, path: string, version: number, step: string): void {
  try {
    db.exec(step);
  } catch (cause) {
    if (cause instanceof StateError) throw cause;
    const found = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ") : String(cause);
    throw new StateError(
      `opening the state: "${path}" cannot be brought from schema version ${version} to ${migrations.length} ` +
        `(${found}), wanted a whole state of version ${version}; it is as it was`,
      { cause },
    );
  }
}

/** Whether the file has the schema of this version. @throws {StatePlaceError} If it is no state, or a newer one. */
export function isPresent(db: Database, path: string): boolean {
  // Read at one moment: another process may be making it.
  return db.read(() => versionOf(db, path)) === migrations.length;
}

/** @returns 0 for an empty file. @throws {StatePlaceError} If the file is no state, or a newer one. */
export function versionOf(db: Database, path: string): number {
  const version = db.get<{ user_version: number }>("PRAGMA user_version")!.user_version;
  const application = db.get<{ application_id: number }>("PRAGMA application_id")!.application_id;
  const tables = db.get<{ count: number }>("SELECT count(*) AS count FROM sqlite_schema")!.count;
  if (tables > 0 && application !== APPLICATION_ID) {
    throw new StatePlaceError(
      `opening the state: "${path}" holds another program's tables, wanted a state or a new file`,
    );
  }
  if (version > migrations.length) {
    throw new StatePlaceError(
      `opening the state: "${path}" has schema version ${version}, this Airgraph knows up to ${migrations.length}, ` +
        "wanted a newer Airgraph or another STATE_URL",
    );
  }
  return version;
}
