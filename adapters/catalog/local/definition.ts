import { z } from "zod";
import type { BrokenEntry, Definition } from "../../../core/mod.ts";

const MOST_CHARACTERS = 255;

/** A name that stands in a path as well as in a statement. */
const Name = z.string().max(MOST_CHARACTERS).regex(/^\w+$/, "wanted letters, digits and underscores");

const Column = z.object({
  name: z.string().min(1).max(MOST_CHARACTERS).regex(/^\P{Cc}+$/u, "wanted no control characters"),
  type: z.enum(["bool", "int32", "int64", "float64", "utf8", "date32", "timestamp"]),
  nullable: z.boolean(),
});

const Location = z.string().refine(
  (path) =>
    /^[^_./\\]/.test(path) && path.split("/").every((part) => /^[\w=.-]+$/.test(part) && part !== ".."),
  "wanted a folder below the lake",
);

const Table = z.object({
  type: z.literal("table"),
  database: Name,
  name: Name,
  columns: z.array(Column).min(1),
  partitionColumns: z.array(Column),
  format: z.enum(["parquet", "ndjson", "json"]),
  location: Location,
}).refine(({ columns, partitionColumns }) => {
  const names = [...columns, ...partitionColumns].map(({ name }) => name.toLowerCase());
  return new Set(names).size === names.length;
}, "wanted each column once");

const View = z.object({
  type: z.literal("view"),
  database: Name,
  name: Name,
  statement: z.string().min(1),
});

const Definition = z.discriminatedUnion("type", [Table, View]);

/** Reads the text of an entry's file, which anybody may have written: a definition of the entry, or what is wrong. */
export function readDefinition(
  path: string,
  { database, name }: { readonly database: string; readonly name: string },
  text: string,
): Definition | BrokenEntry {
  const broken = (found: string): BrokenEntry => ({
    type: "broken",
    database,
    name,
    path,
    problem: `reading "${path}": ${found}`,
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return broken(`found ${text === "" ? "nothing" : "no JSON"}, wanted a table's or a view's definition`);
  }
  const { success, data, error } = Definition.safeParse(json);
  if (!success) {
    const [{ path, message }] = error.issues as [z.core.$ZodIssue];
    const place = path.length === 0 ? "" : ` in "${path.map(String).join(".")}"`;
    return broken(`found a fault${place}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
  if (data.database !== database || data.name !== name) {
    return broken(`found the definition of "${data.database}.${data.name}", wanted "${database}.${name}"`);
  }
  return data;
}
