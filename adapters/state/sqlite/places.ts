import {
  type ClaimToken,
  DAMAGED,
  type FileRef,
  type Intent,
  STANDS,
  type Taken,
} from "../../../core/mod.ts";
import { placesOf } from "../commits.ts";
import type { Database } from "./database.ts";
import type { Registry } from "./registry.ts";

/** Rows of partitions that gave a path up stay: they count only while what stands there still names it. */
const OWNER = `
  SELECT l.asset, l.partition
  FROM places l
    CROSS JOIN partitions p ON p.asset = l.asset AND p.partition = l.partition
    CROSS JOIN details d ON d.seq = p.seq
  WHERE l.path = ?1 AND NOT (l.asset = ?2 AND l.partition = ?3) AND p.status IN (${STANDS}, ${DAMAGED})
    AND EXISTS (SELECT 1 FROM json_each(d.body, '$.files') f WHERE f.value ->> 'path' = ?1)
  LIMIT 1`;

const BEGUN = `
  SELECT c.asset, i.partition, r.value ->> 'final' AS path
  FROM intents i JOIN claims c ON c.token = i.token CROSS JOIN json_each(i.body, '$.replacements') r
  WHERE i.token <> ?1
  UNION ALL
  SELECT c.asset, i.partition, r.value ->> 'path'
  FROM intents i JOIN claims c ON c.token = i.token CROSS JOIN json_each(i.body, '$.event.payload.files') r
  WHERE i.token <> ?1`;

interface OwnerRow {
  readonly asset: number;
  readonly partition: number;
}

/** Whose file a path is. */
export class Places {
  readonly #db: Database;
  readonly #registry: Registry;

  constructor(db: Database, registry: Registry) {
    this.#db = db;
    this.#registry = registry;
  }

  /** Remembers the paths of a partition's files. */
  record(asset: number, partition: number, files: readonly FileRef[]): void {
    for (const { path } of files) {
      this.#db.run(
        "INSERT OR IGNORE INTO places (path, asset, partition) VALUES (?, ?, ?)",
        path,
        asset,
        partition,
      );
    }
  }

  /** The files that publications under a claim would name and that are other partitions'. */
  taken(token: ClaimToken, intents: readonly Intent[]): Taken[] {
    const begun = this.#begun(token);
    return intents.flatMap((intent) => {
      const { partition, asset: key } = intent.event;
      const asset = this.#registry.id(key);
      return placesOf(intent).flatMap((path) => {
        const owner = this.#db.get<OwnerRow>(OWNER, path, asset, partition) ?? begun.get(path);
        if (owner === undefined || owner.asset === asset && owner.partition === partition) return [];
        return [{
          partition,
          path,
          by: { asset: this.#registry.key(owner.asset), partition: owner.partition },
        }];
      });
    });
  }

  /** The paths that others are publishing, or had begun to when they died. */
  #begun(token: ClaimToken): ReadonlyMap<string, OwnerRow> {
    if (this.#db.get("SELECT 1 FROM intents WHERE token <> ? LIMIT 1", token) === undefined) return new Map();
    return new Map(this.#db.all<OwnerRow & { path: string }>(BEGUN, token).map((row) => [row.path, row]));
  }
}
