import * as sdk from "@aws-sdk/client-s3";
import { LocalCatalog } from "../../adapters/catalog/local/catalog.ts";
import { LakeFolder } from "../../adapters/object_store/local/lake_folder.ts";
import { LocalSpool } from "../../adapters/object_store/local/spool.ts";
import { S3Bucket } from "../../adapters/object_store/s3/bucket.ts";
import { LocalCache } from "../../adapters/object_store/s3/cache.ts";
import { S3Publisher } from "../../adapters/object_store/s3/publisher.ts";
import { S3Documents, S3ObjectStore } from "../../adapters/object_store/s3/store.ts";
import { S3Versions } from "../../adapters/object_store/s3/versions.ts";
import { S3Workspace } from "../../adapters/object_store/s3/workspace.ts";
import type { LakeStorage } from "../../core/mod.ts";
import type { BucketServer } from "./bucket_server.ts";

/** A lake in a bucket, on a machine of its own: nothing of it is here yet. */
export async function bucketLake(
  server: BucketServer,
  name?: string,
): Promise<LakeStorage & AsyncDisposable> {
  const client = server.client();
  const bucket = new S3Bucket(name ?? await server.bucket(), () => Promise.resolve({ sdk, client }));
  const folder = await Deno.makeTempDir();
  const cache = new LocalCache(`${folder}/cache`, 1 << 30);
  const store = new S3ObjectStore(bucket, cache);
  const publisher = new S3Publisher(bucket, cache);
  return {
    url: `s3://${bucket.name}`,
    store,
    publisher,
    versions: new S3Versions(bucket),
    catalog: new LocalCatalog({ store, publisher }),
    documents: new S3Documents(bucket),
    workspace: new S3Workspace(bucket, `${folder}/work`, cache),
    spool: new LocalSpool(new LakeFolder(`${folder}/spool`)),
    exists: () => bucket.isUsed(),
    make: () => Promise.resolve(() => Promise.resolve()),
    requireWritable: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
