import { basename, dirname, join } from "node:path";
import { syncFolderOf, writeCopy } from "./copy.ts";
import { Database } from "./database.ts";
import { migrations } from "./migrations.ts";
import { migrate } from "./schema.ts";

/**
 * Brings a state up to this version. As it was it is kept as `<state>.v<version>.bak`, whatever becomes of the migration,
 * until a later one is done.
 *
 * @param tell Told of it in a line.
 */
export async function migrateKeeping(
  db: Database,
  path: string,
  tell: (line: string) => void,
): Promise<void> {
  let before: number | undefined;
  await migrate(db, path, (version) => keep(path, before = version));
  if (before === undefined) return;
  removeOthers(path, before);
  tell(
    `"${path}" was brought from schema version ${before} to ${migrations.length}; ` +
      `as it was, it is kept as "${keptPath(path, before)}" until the next migration`,
  );
}

function keptPath(path: string, version: number): string {
  return `${path}.v${version}.bak`;
}

/** Copies the state while nobody else can write to it. One that was kept before a migration that failed is replaced. */
function keep(path: string, version: number): void {
  const kept = keptPath(path, version);
  const part = `${kept}.part`;
  const db = new Database(path);
  try {
    using file = Deno.openSync(part, { write: true, create: true });
    writeCopy(db, part, file);
    Deno.renameSync(part, kept);
    syncFolderOf(kept);
  } finally {
    db.close();
  }
}

function removeOthers(path: string, version: number): void {
  const [folder, name] = [dirname(path), basename(path)];
  for (const { name: found } of Deno.readDirSync(folder)) {
    const [, of] = found.startsWith(name) ? /^\.v(\d+)\.bak$/.exec(found.slice(name.length)) ?? [] : [];
    if (of !== undefined && Number(of) !== version) Deno.removeSync(join(folder, found));
  }
}
