import {
  type BrokenEntry,
  DamageError,
  type Definition,
  RefusedError,
  type ViewDefinition,
} from "../../../core/mod.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import type { TableName } from "./names.ts";
import { parseStatement } from "./statement.ts";
import { faultOfText, ViewError } from "./view_fault.ts";

/** The way back from damage. */
export const REPAIR = '"deno task check" finds what is damaged, "deno task materialize" makes it again';

/** The entries of a catalog by their names, in any case. */
export class Entries {
  readonly #byName: ReadonlyMap<string, Definition | BrokenEntry>;

  constructor(readonly all: readonly (Definition | BrokenEntry)[]) {
    this.#byName = new Map(all.map((each) => [wholeName(each), each]));
  }

  /**
   * Definitions that are read for the wanted ones, each after those that it reads.
   *
   * @throws {RefusedError} If the catalog does not have something that is wanted for.
   * @throws {ViewError} If a view among them cannot be parsed, or reads what is not there.
   */
  async needed(session: Session, wanted: readonly TableName[]): Promise<Definition[]> {
    const found: Definition[] = [];
    const state = new Map<string, "begun" | "done">();
    const need = async (definition: Definition): Promise<void> => {
      const whole = wholeName(definition);
      if (state.get(whole) === "done") return;
      state.set(whole, "begun");
      if (definition.type === "view") await needAll(definition);
      state.set(whole, "done");
      found.push(definition);
    };
    const needAll = async (view: ViewDefinition): Promise<void> => {
      for (const read of await readBy(session, view)) {
        const known = this.#byName.get(wholeName(read));
        const fault = known === undefined
          ? `it reads "${read.database}.${read.name}", which is not there`
          : state.get(wholeName(read)) === "begun"
          ? `it reads itself, through "${read.database}.${read.name}"`
          : known.type === "broken"
          ? known.problem
          : undefined;
        if (fault !== undefined) throw new ViewError(view, { message: fault });
        await need(known as Definition);
      }
    };
    for (const name of wanted) {
      const entry = this.#byName.get(wholeName(name));
      if (entry === undefined) throw new RefusedError(unknown(name, this.all));
      if (entry.type === "broken") {
        const message = `${entry.problem}; ${REPAIR}; a file that no asset published is to be deleted`;
        throw new DamageError(message, entry.path);
      }
      await need(entry);
    }
    return found;
  }
}

/** The tables that a view reads; names without a database are of its own. */
async function readBy(session: Session, view: ViewDefinition): Promise<TableName[]> {
  try {
    const { tables } = await parseStatement(session, view.statement);
    return tables.map(({ database, name }) => ({ database: database || view.database, name }));
  } catch (error) {
    if (error instanceof RefusedError) throw new ViewError(view, faultOfText(view, error));
    throw error;
  }
}

function wholeName({ database, name }: TableName): string {
  return `${database}.${name}`.toLowerCase();
}

function unknown({ database, name }: TableName, entries: readonly TableName[]): string {
  const whole = database === "" ? name : `${database}.${name}`;
  const advice = `"deno task materialize" makes the lake's tables and views`;
  if (entries.length === 0) return `reading "${whole}": the catalog is empty; ${advice}`;
  const known = entries.map(({ database, name }) => `${database}.${name}`).join(", ");
  return `reading "${whole}": there is no such table, wanted one of ${known}; ${advice}`;
}
