import { hash } from "node:crypto";
import { lakePath } from "../../../../adapters/object_store/paths.ts";
import type { Documents, FileRef, ObjectStore, VersionedText, Written } from "../../../../core/mod.ts";
import type { Bucket } from "./bucket.ts";

/** The objects of a bucket as a lake's files. */
export class BucketStore implements ObjectStore {
  constructor(readonly bucket: Bucket) {}

  async read(path: string): Promise<Uint8Array | undefined> {
    return (await this.bucket.get(lakePath(path)))?.bytes;
  }

  async write(path: string, bytes: Uint8Array): Promise<Written> {
    await this.bucket.put(lakePath(path), bytes);
    const { size, hash } = refOf(path, bytes);
    return { size, hash };
  }

  async list(folder: string): Promise<string[]> {
    return await this.bucket.list(`${lakePath(folder)}/`);
  }

  async folders(folder: string): Promise<string[]> {
    const below = (await this.list(folder)).map((path) => path.slice(folder.length + 1).split("/"));
    return [...new Set(below.filter(({ length }) => length > 1).map(([name]) => name!))].sort();
  }
}

/** Documents as objects of a bucket. */
export class BucketDocuments implements Documents {
  constructor(readonly bucket: Bucket) {}

  async read(path: string): Promise<VersionedText | undefined> {
    const found = await this.bucket.get(lakePath(path));
    return found && { text: new TextDecoder().decode(found.bytes), version: found.etag };
  }

  async swap(path: string, text: string, version: string | null): Promise<boolean> {
    return await this.bucket.put(lakePath(path), new TextEncoder().encode(text), { replaces: version });
  }
}

/** The record of an object of these bytes. */
export function refOf(path: string, bytes: Uint8Array): FileRef {
  return { path, size: bytes.length, hash: hash("sha256", bytes) };
}
