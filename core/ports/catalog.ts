import type { Column, FileFormat } from "./table.ts";

/** A table over the files below a folder of the lake, whose path carries the partition columns (`name=value/`). */
export interface TableDefinition {
  readonly type: "table";
  readonly database: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns that are in the path and not in the files; tables show them last. */
  readonly partitionColumns: readonly Column[];
  readonly format: FileFormat;
  /** A folder below the lake's root. */
  readonly location: string;
}

/** A view: one statement in Athena's dialect, naming the tables of its own database unqualified. */
export interface ViewDefinition {
  readonly type: "view";
  readonly database: string;
  readonly name: string;
  readonly statement: string;
}

export type Definition = TableDefinition | ViewDefinition;

/** The tables and views by which the lake is read. */
export interface Catalog {
  /** Puts the definition in the place of any that is there. */
  put(definition: Definition): Promise<void>;
  get(database: string, name: string): Promise<Definition | undefined>;
  /** Forgets a definition; the files stay. An absent one is no error. */
  drop(database: string, name: string): Promise<void>;
  /** All definitions, by database and name. */
  list(): Promise<readonly Definition[]>;
}
