/** The formats in which answers are taken along. */
export const FORMATS = [
  { ending: "csv", name: "CSV" },
  { ending: "json", name: "JSON" },
  { ending: "parquet", name: "Parquet" },
  { ending: "arrow", name: "Arrow" },
] as const;
