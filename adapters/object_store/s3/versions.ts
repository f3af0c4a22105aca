import type { FileRef, KeptFile, Versions } from "../../../core/mod.ts";
import { keptFolder, keptOf, keptPath } from "../paths.ts";
import type { Head, S3Bucket } from "./bucket.ts";
import { headsOf, measureOf, WIDTH } from "./looks.ts";

/** The versions that are kept in a bucket, in the order in which they were replaced; within a second, in that of their writing. */
export class S3Versions implements Versions {
  constructor(readonly bucket: S3Bucket) {}

  async keeps(
    versions: readonly { readonly ref: FileRef; readonly dataVersion: string }[],
  ): Promise<boolean[]> {
    const keys = versions.map(({ ref: { path }, dataVersion }) => keptPath(path, dataVersion));
    const found = await headsOf(this.bucket, keys, WIDTH);
    return versions.map(({ ref: { size } }, place) => found[place]?.size === size);
  }

  async below(folder: string): Promise<readonly KeptFile[]> {
    const keys = await Array.fromAsync(this.bucket.list(`${keptFolder(folder)}/`), ({ key }) => key);
    const heads = await headsOf(this.bucket, keys, WIDTH);
    const found = keys.flatMap((key, place) => {
      const [of, head] = [keptOf(key), heads[place]];
      return of === undefined || head === undefined ? [] : [{ key, of, head }];
    });
    const kept: KeptFile[] = [];
    for (const { key, of, head } of found.sort(inOrder)) {
      const measured = await measureOf(this.bucket, key, head);
      if (measured !== undefined) kept.push({ ...of, ref: { path: key, ...measured } });
    }
    return kept;
  }
}

interface Found {
  readonly key: string;
  readonly head: Head;
}

function inOrder(a: Found, b: Found): number {
  return a.head.modified - b.head.modified || a.head.written - b.head.written || (a.key < b.key ? -1 : 1);
}
