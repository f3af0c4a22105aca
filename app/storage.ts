import { isAbsolute, join } from "node:path";
import { LocalCatalog } from "../adapters/catalog/local/catalog.ts";
import { LocalDocuments } from "../adapters/object_store/local/documents.ts";
import { LocalFolder } from "../adapters/object_store/local/folder.ts";
import { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import { makeLakeFolder } from "../adapters/object_store/local/make.ts";
import { LocalPublisher } from "../adapters/object_store/local/publisher.ts";
import { LocalSpool } from "../adapters/object_store/local/spool.ts";
import { LocalObjectStore } from "../adapters/object_store/local/store.ts";
import { LocalVersions } from "../adapters/object_store/local/versions.ts";
import { LocalWorkspace } from "../adapters/object_store/local/workspace.ts";
import { S3Bucket } from "../adapters/object_store/s3/bucket.ts";
import { requireConditions } from "../adapters/object_store/s3/conditions.ts";
import { LocalCache } from "../adapters/object_store/s3/cache.ts";
import { connect } from "../adapters/object_store/s3/connect.ts";
import { S3Publisher } from "../adapters/object_store/s3/publisher.ts";
import { S3Documents, S3ObjectStore } from "../adapters/object_store/s3/store.ts";
import { S3Versions } from "../adapters/object_store/s3/versions.ts";
import { S3Workspace } from "../adapters/object_store/s3/workspace.ts";
import { isThere, requireWritable } from "../adapters/sdk/files/place.ts";
import type { BucketPlace, Config } from "../config.ts";
import type { Folder, LakeStorage } from "../core/mod.ts";

/** Of the lake's files on this machine, for a lake in a bucket. */
const CACHED_BYTES = 4 << 30;

/** The storage of the lake that `LAKE_URL` names, a folder or a bucket; nothing is made by opening it. */
export function openStorage(
  { lake, bucket }: Pick<Config, "lake"> & Partial<Pick<Config, "bucket">>,
): LakeStorage {
  return bucket ? bucketStorage(lake, bucket) : localStorage(lake);
}

/** A folder beside the lake in which others write, by its path below `cwd`. */
export function openFolder(path: string, cwd: string): Folder {
  return new LocalFolder(isAbsolute(path) ? path : join(cwd, path));
}

function localStorage(root: string): LakeStorage {
  const folder = new LakeFolder(root);
  const store = new LocalObjectStore(folder);
  const publisher = new LocalPublisher(folder);
  return {
    url: root,
    store,
    publisher,
    versions: new LocalVersions(folder),
    catalog: new LocalCatalog({ store, publisher }),
    documents: new LocalDocuments(folder),
    workspace: new LocalWorkspace(folder),
    spool: new LocalSpool(folder),
    exists: () => isThere(root),
    async make() {
      const undo = await makeLakeFolder(root);
      folder.requireSame();
      return undo;
    },
    async requireWritable() {
      await requireWritable(root);
      await requireWritable(join(root, "_staging"));
    },
  };
}

/** Nobody makes a bucket by writing to it: its rules are somebody's decision. */
function bucketStorage(url: string, { name, local, access }: BucketPlace): LakeStorage {
  const bucket = new S3Bucket(name, () => connect(access));
  const cache = new LocalCache(`${local}/cache`, CACHED_BYTES);
  const store = new S3ObjectStore(bucket, cache);
  const publisher = new S3Publisher(bucket, cache);
  return {
    url,
    store,
    publisher,
    versions: new S3Versions(bucket),
    catalog: new LocalCatalog({ store, publisher }),
    documents: new S3Documents(bucket),
    workspace: new S3Workspace(bucket, `${local}/work`, cache),
    spool: new LocalSpool(new LakeFolder(local)),
    exists: () => bucket.isUsed(),
    async make() {
      await requireConditions(bucket);
      await makeLakeFolder(local);
      return async () => {};
    },
    async requireWritable() {
      await requireConditions(bucket);
      await requireWritable(local);
    },
  };
}
