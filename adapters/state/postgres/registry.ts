import {
  type AssetKey,
  type CodeRecord,
  type DeclaredAsset,
  type Instant,
  merge,
  type PartitionSpec,
  type RegisteredAsset,
  type Registering,
} from "../../../core/mod.ts";
import { REGISTERED } from "../event_rows.ts";
import type { Database, Queries } from "./database.ts";

interface AssetRow {
  readonly id: number;
  readonly key: string;
  readonly partitions: string;
  readonly code: number;
}
interface CodeRow {
  readonly id: number;
  readonly asset: number;
  readonly version: string;
  readonly edges: string;
}

/** What is recorded of assets. */
interface Recorded {
  readonly assets: ReadonlyMap<AssetKey, AssetRow>;
  readonly codes: readonly CodeRow[];
}

interface Found {
  readonly spec: PartitionSpec;
  readonly id: number | undefined;
  readonly codeId: number | undefined;
  /** Whether its code is the present one, or stays behind it. */
  readonly isPresent: boolean;
  /** Whether all of it is recorded as it is declared. */
  readonly recorded: boolean;
}

/** In the place of a code id: no row names it. */
const NEW = -1;

/** The assets ever registered, and the integers that stand for them. */
export class Registry {
  readonly #db: Database;
  readonly #access: "read" | "write";
  readonly #ids = new Map<AssetKey, number>();
  readonly #keys = new Map<number, AssetKey>();
  /** What a reader declares passes for the present code. */
  readonly #read = new Map<AssetKey, number>();

  constructor(db: Database, access: "read" | "write") {
    this.#db = db;
    this.#access = access;
  }

  /** To read, nothing is recorded: what is new gets a number that no row has. */
  async register(
    assets: readonly DeclaredAsset[],
    at: Instant,
    { yielding = false }: Registering,
  ): Promise<RegisteredAsset[]> {
    const recorded = await recordedIn(this.#db);
    const found = assets.map((asset) => look(asset, yielding, recorded));
    if (this.#access === "read" || found.every(({ recorded }) => recorded)) {
      return found.map(({ spec, codeId = NEW }, place) => {
        const { key } = assets[place]!;
        if (this.#access === "read") this.#read.set(key, codeId);
        return { key, partitions: spec, codeId };
      });
    }
    return await this.#db.write(async (transaction) => {
      await transaction.run("SELECT hold('registry')");
      const recorded = await recordedIn(transaction);
      const isFirst = recorded.assets.size === 0;
      const registered: RegisteredAsset[] = [];
      for (const asset of assets) {
        const found = look(asset, yielding, recorded);
        registered.push(await record(transaction, asset, found, isFirst ? null : at));
      }
      return registered;
    });
  }

  /** The number of an asset's present code record. */
  present(key: AssetKey, code: number | null): number | undefined {
    return this.#read.get(key) ?? code ?? undefined;
  }

  async all(): Promise<RegisteredAsset[]> {
    const rows = await this.#db.all<AssetRow>("SELECT * FROM assets ORDER BY id");
    return rows.map(({ key, partitions, code }) => ({
      key,
      partitions: JSON.parse(partitions),
      codeId: code,
    }));
  }

  /** The number of an asset, or undefined if it was never registered. */
  async find(key: AssetKey): Promise<number | undefined> {
    if (!this.#ids.has(key)) await this.#load();
    return this.#ids.get(key);
  }

  async id(key: AssetKey): Promise<number> {
    const id = await this.find(key);
    if (id === undefined) {
      throw new Error(`using the state: found asset "${key}", wanted one that was registered`);
    }
    return id;
  }

  /** The keys of assets by their numbers, once those of all that are given are among them. */
  async keys(ids: Iterable<number>): Promise<(id: number) => AssetKey> {
    for (const id of ids) {
      if (this.#keys.has(id)) continue;
      await this.#load();
      break;
    }
    return (id) => this.#keys.get(id)!;
  }

  async #load(): Promise<void> {
    for (const { id, key } of await this.#db.all<AssetRow>("SELECT id, key FROM assets")) {
      this.#ids.set(key, id);
      this.#keys.set(id, key);
    }
  }
}

async function recordedIn(db: Queries): Promise<Recorded> {
  const assets = await db.all<AssetRow>("SELECT * FROM assets");
  const codes = await db.all<CodeRow>("SELECT * FROM codes");
  return { assets: new Map(assets.map((asset) => [asset.key, asset])), codes };
}

/** A declaration beside what is recorded of it, where there is anything. */
function look(
  { key, partitions, record: { version, edges } }: DeclaredAsset,
  yielding: boolean,
  { assets, codes }: Recorded,
): Found {
  const asset = assets.get(key);
  const spec = merge(partitions, asset && JSON.parse(asset.partitions));
  const text = edgesText(edges);
  const codeId = codes.find((code) =>
    code.asset === asset?.id && code.version === version && code.edges === text
  )?.id;
  const isPresent = codeId !== undefined && (yielding || asset?.code === codeId);
  const recorded = isPresent && asset?.partitions === JSON.stringify(spec);
  return { spec, id: asset?.id, codeId, isPresent, recorded };
}

/** @param told When other code than before was registered; null where nobody is told. */
async function record(
  db: Queries,
  { key, record: { version, edges } }: DeclaredAsset,
  found: Found,
  told: Instant | null,
): Promise<RegisteredAsset> {
  const insert = async (statement: string, ...values: (string | number)[]) =>
    (await db.get<{ id: number }>(statement, ...values))!.id;
  const text = JSON.stringify(found.spec);
  const id = found.id ??
    await insert("INSERT INTO assets (key, partitions) VALUES ($1, $2) RETURNING id", key, text);
  const codeId = found.codeId ??
    await insert(
      "INSERT INTO codes (asset, version, edges) VALUES ($1, $2, $3) RETURNING id",
      id,
      version,
      edgesText(edges),
    );
  if (!found.recorded) await db.run("UPDATE assets SET partitions = $1 WHERE id = $2", text, id);
  if (!found.isPresent) {
    await db.run("UPDATE assets SET code = $1 WHERE id = $2", codeId, id);
    if (told !== null) {
      await db.run(
        // It speaks of no partition.
        `WITH numbered AS (UPDATE counter SET seq = seq + 1 RETURNING seq)
        INSERT INTO events (seq, kind, asset, at, first, last, code)
        SELECT seq, ${REGISTERED}, $1, $2, 0, -1, $3 FROM numbered`,
        id,
        told,
        codeId,
      );
      await db.run("SELECT tell()");
    }
  }
  return { key, partitions: found.spec, codeId };
}

function edgesText(edges: CodeRecord["edges"]): string {
  return JSON.stringify(edges.map(({ upstream, mapping }) => ({ upstream, mapping })));
}
