import { LocalCatalog } from "../../../../adapters/catalog/local/catalog.ts";
import { LakeFolder } from "../../../../adapters/object_store/local/lake_folder.ts";
import { LocalSpool } from "../../../../adapters/object_store/local/spool.ts";
import type { LakeStorage } from "../../../../core/mod.ts";
import { Bucket } from "./bucket.ts";
import { BucketPublisher } from "./bucket_publisher.ts";
import { BucketDocuments, BucketStore } from "./bucket_store.ts";
import { BucketVersions } from "./bucket_versions.ts";
import { BucketWorkspace } from "./bucket_workspace.ts";

/** A fresh lake in a bucket, and a folder of this machine for what is checked out, gone at its end. */
export async function bucketLake(bucket = new Bucket()): Promise<LakeStorage & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const store = new BucketStore(bucket);
  const publisher = new BucketPublisher(bucket);
  return {
    url: "s3://bucket",
    store,
    publisher,
    versions: new BucketVersions(bucket),
    catalog: new LocalCatalog({ store, publisher }),
    documents: new BucketDocuments(bucket),
    workspace: new BucketWorkspace(bucket, folder),
    spool: new LocalSpool(new LakeFolder(`${folder}/spool`)),
    exists: async () => (await bucket.page("")).length > 0,
    make: () => Promise.resolve(() => Promise.resolve()),
    requireWritable: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
