import * as sdk from "@aws-sdk/client-s3";
import { S3Bucket } from "../../adapters/object_store/s3/bucket.ts";
import { storageIn } from "../../app/bucket_storage.ts";
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
  return {
    ...storageIn(bucket, folder),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
