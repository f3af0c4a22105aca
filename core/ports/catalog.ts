import type { FileRef, Staged } from "./publisher.ts";
import type { Column, FileFormat } from "./table.ts";

/** A table over the files below a folder of the lake, or over one file, whose path carries the partition columns (`name=value/`). */
export interface TableDefinition {
  readonly type: "table";
  readonly database: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns that are in the path and not in the files; tables show them last. */
  readonly partitionColumns: readonly Column[];
  readonly format: FileFormat;
  /** A folder below the lake's root, or a single file. */
  readonly location: string;
}

/** A view: one statement in Athena's dialect, naming the tables of its own database unqualified. */
export interface ViewDefinition {
  readonly type: "view";
  readonly database: string;
  readonly name: string;
  readonly statement: string;
}

/** A table or a view as a catalog holds it. */
export type Definition = TableDefinition | ViewDefinition;

/** An entry of the catalog that is no definition. */
export interface BrokenEntry {
  readonly type: "broken";
  readonly database: string;
  readonly name: string;
  /** The path of its file. */
  readonly path: string;
  /** One line: where it lies, what was found, what was wanted. */
  readonly problem: string;
}

/** The tables and views by which the lake is read. */
export interface Catalog {
  /** Stages a definition, to be published with the output of the asset that it belongs to. */
  stage(definition: Definition, staging: string): Promise<Staged>;
  /**
   * All entries, by database and name; one that is broken stands in no other's way.
   *
   * @param published What the entries' files were published as, where they are to be compared with that.
   */
  list(published?: readonly FileRef[]): Promise<readonly (Definition | BrokenEntry)[]>;
  /** Takes a definition out; an absent one is no error. */
  drop(entry: { readonly database: string; readonly name: string }): Promise<void>;
}
