import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { relative } from "@std/path";
import type { FileRef } from "../../core/mod.ts";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { CommandLine } from "../cli/command_line.ts";
import type { Place } from "./place.ts";

const TABLES = {
  raw: "SELECT * EXCLUDE (extracted_at) FROM raw_db.openaq_raw ORDER BY ALL",
  dev: "SELECT * FROM dev_db.vietnam ORDER BY ALL",
  prod: "SELECT * FROM prod_db.vietnam ORDER BY ALL",
};
/** Files that belong to a lake beside those of materializations. */
const OWN = [
  // Its identity, which may lack its name yet, and the trial of whether it can be written.
  /^_airgraph\.json(\.[\da-f-]{36})?$/,
  /^\.[\da-f-]{36}$/,
  /^\w+\/_versions\//,
  /^\w+\/_asked(\/[\w-]+)?\.json$/,
  // Who defines a table again writes over what is half-written.
  /^_catalog\/\w+\/\w+\.json(\.partial)?$/,
  /^_staging\/answers\//,
];

/** Staged files that may stay: answers that OpenAQ need not give again for some days, and where links are made. */
const STAGED = new Set(["answers", "links"]);

/** Counted is what the whole process holds, in which other tests ask, too. */
const MEMORY = "16000";

/**
 * The content of a lake: of each table its rows, of each asset its partitions with their data versions, as hashes.
 * @param without Tables that cannot be read now.
 * @param tables Statements, by name.
 */
export async function contentOf(
  place: Place,
  { without = [], tables = TABLES }: {
    readonly without?: readonly (keyof typeof TABLES)[];
    readonly tables?: Readonly<Record<string, string>>;
  } = {},
): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  await using line = await CommandLine.open();
  for (const [name, statement] of Object.entries(tables)) {
    if (without.some((table) => table === name)) continue;
    if (name === "prod" && place.env.PIPELINE_ENV === "dev") continue;
    const { code, bytes, stderr } = await line.run([
      "inspect",
      statement,
      "--format",
      "csv",
      "--memory",
      MEMORY,
    ], {
      env: place.env,
    });
    if (code !== 0) throw new Error(`inspecting ${name}: ${stderr}`);
    content[name] = `${bytes.filter((byte) => byte === 10).length - 1} rows, ${hash("sha256", bytes)}`;
  }
  for (const [key, partitions] of await standing(place)) {
    const versions = partitions.map(({ partition, dataVersion, rows }) => [partition, dataVersion, rows]);
    content[key] = `${versions.length} partitions, ${hash("sha256", JSON.stringify(versions))}`;
  }
  return content;
}

/** The leftovers of killed or failed runs where nothing should be: in the lake, in its staging and in its state. */
export async function leftovers(place: Place): Promise<string[]> {
  const named = new Set<string>();
  for (const partitions of (await standing(place)).values()) {
    for (const { files } of partitions) for (const { path } of files) named.add(path);
  }
  const files = [...filesBelow(place.lake)].map((path) => relative(place.lake, path));
  const strays = files.filter((path) => !named.delete(path) && !OWN.some((own) => own.test(path)));
  const staged = entriesIn(`${place.lake}/_staging`).filter(({ name }) => !STAGED.has(name));
  return [
    ...staged.map(({ name }) => `"_staging/${name}" is left`),
    ...strays.map((path) => `"${path}" is named by nothing`),
    ...[...named].map((path) => `"${path}" is named, and not there`),
    ...rows(place, "SELECT 'intent of claim ' || token AS left FROM intents"),
    ...rows(place, "SELECT 'claim of run ' || run AS left FROM claims"),
    ...rows(place, "SELECT 'run ' || id || ' is running' AS left FROM runs WHERE worker IS NOT NULL"),
  ];
}

/** Files whose bytes are not those that the state names. */
export async function damages(place: Place): Promise<string[]> {
  const found: string[] = [];
  for (const partitions of (await standing(place)).values()) {
    for (const { path, size, hash: wanted } of partitions.flatMap(({ files }) => files)) {
      const bytes = await Deno.readFile(`${place.lake}/${path}`).catch(() => new Uint8Array());
      if (bytes.length !== size || hash("sha256", bytes) !== wanted) {
        found.push(`"${path}" is not what is named`);
      }
    }
  }
  return found;
}

/** The files below a folder, none where there is no such folder. */
export function* filesBelow(folder: string): Iterable<string> {
  for (const { name, isDirectory } of entriesIn(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

function entriesIn(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function standing({ state: path }: Place) {
  const state = await openSqliteState({ path });
  try {
    const found = new Map<string, {
      readonly partition: number;
      readonly dataVersion: string;
      readonly rows: number | null;
      /** None once they have expired. */
      readonly files: readonly FileRef[];
    }[]>();
    for (const { key } of await state.assets()) {
      const records = await state.materializations(key, [{ from: 0, to: 2 ** 31 }]);
      found.set(
        key,
        records.map(({ partition, expired, event: { dataVersion, payload: { rows, files } } }) => ({
          partition,
          dataVersion,
          rows,
          files: expired ? [] : files,
        })),
      );
    }
    return found;
  } finally {
    await state.close();
  }
}

function rows({ state }: Place, statement: string): string[] {
  const db = new DatabaseSync(state, { readOnly: true });
  try {
    return db.prepare(statement).all().map(({ left }) => String(left));
  } finally {
    db.close();
  }
}
