import type { Documents, ObjectStore, VersionedText, Written } from "../../../core/mod.ts";
import { lakePath } from "../paths.ts";
import type { S3Bucket } from "./bucket.ts";
import type { LocalCache } from "./cache.ts";

/** The objects of a bucket as a lake's files. */
export class S3ObjectStore implements ObjectStore {
  constructor(readonly bucket: S3Bucket, readonly cache: LocalCache) {}

  async read(path: string): Promise<Uint8Array | undefined> {
    return (await this.bucket.get(lakePath(path)))?.bytes;
  }

  async write(path: string, bytes: Uint8Array): Promise<Written> {
    await this.bucket.put(lakePath(path), bytes);
    return await this.cache.add(bytes);
  }

  async list(folder: string): Promise<string[]> {
    const keys = await Array.fromAsync(this.bucket.list(`${lakePath(folder)}/`), ({ key }) => key);
    return keys.sort();
  }

  async folders(folder: string): Promise<string[]> {
    return (await Array.fromAsync(this.bucket.folders(`${lakePath(folder)}/`))).sort();
  }
}

/** Documents as objects of a bucket: their etags are their versions. */
export class S3Documents implements Documents {
  constructor(readonly bucket: S3Bucket) {}

  async read(path: string): Promise<VersionedText | undefined> {
    const found = await this.bucket.get(lakePath(path));
    return found && { text: new TextDecoder().decode(found.bytes), version: found.etag };
  }

  async swap(path: string, text: string, version: string | null): Promise<boolean> {
    return await this.bucket.put(lakePath(path), new TextEncoder().encode(text), { replaces: version });
  }
}
