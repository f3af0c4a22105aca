import { hash } from "node:crypto";
import { keptFolder, keptOf } from "../../../../adapters/object_store/paths.ts";
import type { KeptFile, Versions } from "../../../../core/mod.ts";
import type { Bucket } from "./bucket.ts";

/** The kept versions of a bucket, in the order in which they were put there. */
export class BucketVersions implements Versions {
  constructor(readonly bucket: Bucket) {}

  async below(folder: string): Promise<readonly KeptFile[]> {
    const keys = await this.bucket.list(`${keptFolder(folder)}/`);
    const found = await Promise.all(
      keys.map(async (path) => ({ path, stored: await this.bucket.get(path) })),
    );
    return found.sort((a, b) => (a.stored?.written ?? 0) - (b.stored?.written ?? 0)).flatMap(
      ({ path, stored }) => {
        const of = keptOf(path);
        if (of === undefined || stored === undefined) return [];
        const { bytes } = stored;
        return [{ ...of, ref: { path, size: bytes.length, hash: hash("sha256", bytes) } }];
      },
    );
  }
}
