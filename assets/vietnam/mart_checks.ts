import type { OwnCheck } from "../table/checks.ts";

/** The mart's checks beside its contract's. */
export const martChecks: Readonly<Record<string, OwnCheck>> = {
  records: {
    severity: "blocking",
    judge: (_, { metadata: { records, raw_records } }) =>
      records?.value === raw_records?.value
        ? undefined
        : `it was made of ${records?.value} records, wanted the ${raw_records?.value} of its hours`,
  },
  newest: {
    severity: "warning",
    judge: ({ rows }, { key, metadata: { built } }) =>
      rows > 0 || !(typeof built?.value === "string" && built.value.startsWith(key!))
        ? undefined
        : "the newest day has no rows, wanted some",
  },
};
