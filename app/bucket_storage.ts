import { LocalCatalog } from "../adapters/catalog/local/catalog.ts";
import { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import { makeLakeFolder } from "../adapters/object_store/local/make.ts";
import { LocalSpool } from "../adapters/object_store/local/spool.ts";
import { S3Bucket } from "../adapters/object_store/s3/bucket.ts";
import { LocalCache } from "../adapters/object_store/s3/cache.ts";
import { requireConditions } from "../adapters/object_store/s3/conditions.ts";
import { connect } from "../adapters/object_store/s3/connect.ts";
import { S3Publisher } from "../adapters/object_store/s3/publisher.ts";
import { S3Documents, S3ObjectStore } from "../adapters/object_store/s3/store.ts";
import { S3Versions } from "../adapters/object_store/s3/versions.ts";
import { S3Workspace } from "../adapters/object_store/s3/workspace.ts";
import { requireWritable } from "../adapters/sdk/files/place.ts";
import type { BucketPlace } from "../config.ts";
import type { LakeStorage } from "../core/mod.ts";

/** Of the lake's files on this machine. */
const CACHED_BYTES = 4 * 2 ** 30;

/** The storage of the lake in a bucket that is configured. */
export function bucketStorage({ name, local, access }: BucketPlace): LakeStorage {
  return storageIn(new S3Bucket(name, () => connect(access)), local);
}

/**
 * The storage of a lake in a bucket. Nobody makes one by writing to it: its rules are somebody's decision.
 *
 * @param local The folder of this machine for what is brought here.
 */
export function storageIn(bucket: S3Bucket, local: string): LakeStorage {
  const cache = new LocalCache(`${local}/cache`, CACHED_BYTES);
  const store = new S3ObjectStore(bucket, cache);
  const publisher = new S3Publisher(bucket, cache);
  return {
    url: `s3://${bucket.name}`,
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
