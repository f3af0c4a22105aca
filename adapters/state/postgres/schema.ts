import { StatePlaceError } from "../../../core/mod.ts";
import type { Database, Queries } from "./database.ts";
import { OLDEST } from "./errors.ts";
import { migrations } from "./migrations.ts";

/** The name of what is listened to holds it: see `tell` in `functions/work.ts`. */
const LONGEST_SCHEMA = 54;

/**
 * Brings the schema up to this version, each step once, whoever comes first; all of them or none.
 *
 * @throws {StateError} If the server is too old, its tables are of a newer version, or a step fails.
 */
export async function migrate(db: Database): Promise<void> {
  await requireServer(db);
  if (await versionOf(db, db.place) === migrations.length) return;
  await db.write(async (transaction) => {
    const name = "hashtextextended(current_schema() || ' airgraph', 0)";
    await transaction.run(`SELECT pg_advisory_xact_lock(${name})`);
    const version = await versionOf(transaction, db.place);
    if (version === migrations.length) return;
    for (const step of migrations.slice(version)) await transaction.exec(step);
    if (version === 0) await transaction.run("CREATE TABLE airgraph (version int NOT NULL)");
    await transaction.run("DELETE FROM airgraph");
    await transaction.run("INSERT INTO airgraph VALUES ($1)", migrations.length);
  });
}

/** Whether a state is there, of this version or of one that is brought up to it. @throws {StatePlaceError} If it is none. */
export async function isMade(db: Database): Promise<boolean> {
  await requireServer(db);
  return await versionOf(db, db.place) > 0;
}

/** Whether a state of this version is there. @throws {StatePlaceError} If it is of another one. */
export async function isPresent(db: Database): Promise<boolean> {
  await requireServer(db);
  const version = await versionOf(db, db.place);
  if (version === 0 || version === migrations.length) return version > 0;
  throw new StatePlaceError(
    `opening the state: "${db.place}" has schema version ${version}, wanted ${migrations.length}: ` +
      "who opens it to write, such as materialize or a daemon, brings it there",
  );
}

async function requireServer(db: Database): Promise<void> {
  const { version, schema } = (await db.get<{ version: number; schema: string | null }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version, current_schema() AS schema",
  ))!;
  if (version < OLDEST) {
    throw new StatePlaceError(
      `opening the state: "${db.place}" is PostgreSQL ${version}, wanted ${OLDEST} or later`,
    );
  }
  if (schema === null) {
    throw new StatePlaceError(
      `opening the state: "${db.place}" has no such schema, wanted one that is there`,
    );
  }
  if (new TextEncoder().encode(schema).length > LONGEST_SCHEMA) {
    throw new StatePlaceError(
      `opening the state: "${db.place}" has a schema of a long name, wanted ${LONGEST_SCHEMA} bytes at most`,
    );
  }
}

/** @returns 0 of a schema without any of a state's tables. */
async function versionOf(db: Queries, place: string): Promise<number> {
  const found = (await db.get<{ marked: boolean; others: number }>(
    `SELECT to_regclass(quote_ident(current_schema()) || '.airgraph') IS NOT NULL AS marked,
      (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()) AS others`,
  ))!;
  if (!found.marked) {
    if (found.others === 0) return 0;
    throw new StatePlaceError(
      `opening the state: "${place}" holds another program's tables, wanted a state or an empty schema`,
    );
  }
  const { version } = (await db.get<{ version: number }>("SELECT version FROM airgraph"))!;
  if (version > migrations.length) {
    throw new StatePlaceError(
      `opening the state: "${place}" has schema version ${version}, this Airgraph knows up to ${migrations.length}, ` +
        "wanted a newer Airgraph or another STATE_URL",
    );
  }
  return version;
}
