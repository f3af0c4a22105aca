import type { Intent, Kept, Materialized, Staged } from "../../core/mod.ts";

/** An intent as it is kept as JSON. */
type StoredIntent = Omit<Intent, "event" | "replacements"> & {
  readonly event: Omit<Materialized, "codeId" | "member" | "edges"> & {
    /** The code id. */
    readonly code: number;
    readonly member: string;
    readonly edges: string;
  };
  /** Before 0.2 `standing` was the data version alone. */
  readonly replacements: readonly (Staged & { readonly standing?: Kept | string })[];
};

/** The JSON of an intent. */
export function encodeIntent(
  { event: { codeId: code, ...event }, replacements, measured }: Intent,
): StoredIntent {
  return {
    event: { ...event, code, member: event.member.toHex(), edges: event.edges.toHex() },
    replacements,
    measured,
  };
}

/** The intent of a JSON. */
export function decodeIntent(
  { event: { code: codeId, ...event }, replacements, measured }: StoredIntent,
): Intent {
  return {
    event: {
      ...event,
      codeId,
      member: Uint8Array.fromHex(event.member),
      edges: Uint8Array.fromHex(event.edges),
    },
    replacements: replacements.map(({ standing, ...change }) =>
      standing === undefined
        ? change
        : { ...change, standing: typeof standing === "string" ? { dataVersion: standing } : standing }
    ),
    measured,
  };
}
