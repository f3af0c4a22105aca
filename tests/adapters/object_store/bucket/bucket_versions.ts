import { hash } from "node:crypto";
import { keptFolder, keptOf, keptPath } from "../../../../adapters/object_store/paths.ts";
import type { FileRef, KeptFile, Versions } from "../../../../core/mod.ts";
import type { Bucket } from "./bucket.ts";

/** The kept versions of a bucket, in the order in which they were put there. */
export class BucketVersions implements Versions {
  constructor(readonly bucket: Bucket) {}

  async keeps(
    versions: readonly { readonly ref: FileRef; readonly dataVersion: string }[],
  ): Promise<boolean[]> {
    return await Promise.all(
      versions.map(async ({ ref: { path, size }, dataVersion }) =>
        (await this.bucket.get(keptPath(path, dataVersion)))?.bytes.length === size
      ),
    );
  }

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
