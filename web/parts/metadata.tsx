import { type MetadataValue, SECOND } from "../../core/mod.ts";
import type { View } from "../view/view.ts";
import { DataTable } from "./data_table.tsx";

/** A value of metadata as people read it. @param name Tells it from others of the page. */
export function MetadataCell({ view, name, of }: { view: View; name: string; of: MetadataValue }) {
  const { format } = view;
  switch (of.type) {
    case "number":
      return <span>{format.number(of.value)}</span>;
    case "bytes":
      return <span>{format.bytes(of.value)}</span>;
    case "seconds":
      return <span>{format.duration(of.value * SECOND)}</span>;
    case "text":
      return <span>{of.value}</span>;
    case "path":
    case "url":
      return <code>{of.value}</code>;
    case "schema":
      return <span class="small">{of.value.map(({ name, type }) => `${name} ${type}`).join(", ")}</span>;
    case "table":
      return <Rows view={view} name={name} rows={of.value} />;
  }
}

/** A value of metadata that is a table of its own. */
function Rows(
  { view, name, rows }: {
    view: View;
    name: string;
    rows: readonly Readonly<Record<string, string | number | null>>[];
  },
) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <DataTable
      view={view}
      prefix={`${name}-`}
      label={name}
      rows={rows}
      columns={names.map((column) => ({
        name: column,
        title: column,
        by: (row: typeof rows[number]) => row[column] ?? null,
      }))}
    />
  );
}
