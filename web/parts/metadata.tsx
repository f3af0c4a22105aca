import { type MetadataValue, SECOND } from "../../core/mod.ts";
import type { View } from "../view/view.ts";

/** A value of metadata as people read it. */
export function MetadataCell({ view, of }: { view: View; of: MetadataValue }) {
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
      return <Rows view={view} rows={of.value} />;
  }
}

function Rows(
  { view, rows }: { view: View; rows: readonly Readonly<Record<string, string | number | null>>[] },
) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <table class="small">
      <thead>
        <tr>{names.map((name) => <th scope="col">{name}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            {names.map((name) => {
              const value = row[name] ?? "";
              return <td>{typeof value === "number" ? view.format.number(value) : value}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
