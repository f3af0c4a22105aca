import type { ClaimToken, Intent, Kept, Materialized, Staged } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

type Stored = Omit<Intent, "event" | "replacements"> & {
  readonly event: Omit<Materialized, "codeId" | "member" | "edges"> & {
    /** The code id. */
    readonly code: number;
    readonly member: string;
    readonly edges: string;
  };
  /** Before 0.2 `standing` was the data version alone. */
  readonly replacements: readonly (Staged & { readonly standing?: Kept | string })[];
};

/** Publications that were begun under a claim and are neither completed nor given up. */
export class Intents {
  readonly #db: Database;
  /** The tokens of this handle's claims under which publications may be open: others have none. */
  readonly #open = new Set<ClaimToken>();

  constructor(db: Database) {
    this.#db = db;
  }

  of(token: ClaimToken): Intent[] {
    return this.#db.all<{ body: string }>(
      "SELECT body FROM intents WHERE token = ? ORDER BY partition",
      token,
    )
      .map(({ body }) => decode(JSON.parse(body)));
  }

  any(token: ClaimToken): boolean {
    return this.#open.has(token) &&
      this.#db.get("SELECT 1 FROM intents WHERE token = ? LIMIT 1", token) !== undefined;
  }

  begin(token: ClaimToken, intents: readonly Intent[]): void {
    this.#open.add(token);
    for (const intent of intents) {
      this.#db.run(
        "INSERT OR REPLACE INTO intents (token, partition, body) VALUES (?, ?, ?)",
        token,
        intent.event.partition,
        JSON.stringify(encode(intent)),
      );
    }
  }

  end(token: ClaimToken, partitions: Iterable<number>): void {
    if (!this.any(token)) return;
    for (const partition of partitions) {
      this.#db.run("DELETE FROM intents WHERE token = ? AND partition = ?", token, partition);
    }
  }

  pass(from: ClaimToken, to: ClaimToken): void {
    this.#open.add(to);
    this.#db.run("UPDATE intents SET token = ? WHERE token = ?", to, from);
  }
}

function encode({ event: { codeId: code, ...event }, replacements, measured }: Intent): Stored {
  return {
    event: { ...event, code, member: event.member.toHex(), edges: event.edges.toHex() },
    replacements,
    measured,
  };
}

function decode({ event: { code: codeId, ...event }, replacements, measured }: Stored): Intent {
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
