import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
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

export async function s3Lake(): Promise<LakeStorage & AsyncDisposable> {
  const client = new S3Client({
    endpoint: Deno.env.get("S3_TEST_URL")!,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  const name = `lake-${crypto.randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const bucket = new S3Bucket(client, name);
  const folder = await Deno.makeTempDir();
  const store = new S3ObjectStore(bucket);
  const publisher = new S3Publisher(bucket);
  return {
    url: `s3://${name}`,
    store,
    publisher,
    versions: new S3Versions(bucket),
    catalog: new LocalCatalog({ store, publisher }),
    documents: new S3Documents(bucket),
    workspace: new S3Workspace(bucket, `${folder}/work`, new LocalCache(`${folder}/cache`, 1 << 30)),
    spool: new LocalSpool(new LakeFolder(`${folder}/spool`)),
    exists: () => bucket.any(""),
    make: () => Promise.resolve(() => Promise.resolve()),
    requireWritable: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
