/** The sort of a cause of staleness. */
export type CauseKind = "code" | "input" | "upstream" | "source" | "dependency" | "damaged" | "forced";
