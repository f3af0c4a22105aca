import { assertEquals, assertRejects } from "@std/assert";
import * as sdk from "@aws-sdk/client-s3";
import { S3Bucket } from "../../adapters/object_store/s3/bucket.ts";
import { requireConditions } from "../../adapters/object_store/s3/conditions.ts";
import { sizesOf } from "../../adapters/object_store/s3/looks.ts";
import { LakeError } from "../../core/mod.ts";
import { BucketServer, refusal } from "./bucket_server.ts";

async function withBucket(body: (bucket: S3Bucket, server: BucketServer) => Promise<void>): Promise<void> {
  await using server = await BucketServer.start();
  const client = server.client();
  await body(new S3Bucket(await server.bucket(), () => Promise.resolve({ sdk, client })), server);
  client.destroy();
}

const keyOf = (hour: number) => `aq_raw_prod/${new Date(Date.UTC(2017, 11, 31, hour)).toISOString()}`;

Deno.test("sizes of many objects are looked up by listing no more than what lies between them", () =>
  withBucket(async (bucket, server) => {
    const keys = Array.from({ length: 40 }, (_, hour) => keyOf(hour));
    await Promise.all(keys.map((key, size) => bucket.put(key, new Uint8Array(size))));
    await bucket.put("aq_raw_prod/", new Uint8Array());
    const asked = [...keys.slice(10, 30), keyOf(50)];
    let listings = 0;
    server.fault = (request) => {
      if (new URL(request.url).searchParams.has("list-type")) listings++;
      return undefined;
    };
    assertEquals([...await sizesOf(bucket, asked, 4)], keys.slice(10, 30).map((key, i) => [key, i + 10]));
    assertEquals(listings, 1);
    assertEquals((await Array.fromAsync(bucket.list("aq_raw_prod/"))).length, 40, "folders are no objects");
    assertEquals([...await sizesOf(bucket, [keys[0]!, keyOf(99)], 4)], [[keys[0], 0]]);
  }));

Deno.test("an object whose bytes break off is asked for again", () =>
  withBucket(async (bucket, server) => {
    await bucket.put("key", new Uint8Array(100_000).fill(7));
    let broken = 0;
    server.fault = async (request) => {
      if (request.method !== "GET" || broken++ > 0) return undefined;
      const whole = await server.pass(request);
      const bytes = new Uint8Array(await whole.arrayBuffer());
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(bytes.slice(0, 50_000));
          setTimeout(() => controller.error(new Error("broken off")), 0);
        },
      });
      return new Response(body, {
        headers: { ...Object.fromEntries(whole.headers), "content-length": "100000" },
      });
    };
    assertEquals((await bucket.get("key"))?.bytes.length, 100_000);
    assertEquals(broken > 1, true);
  }));

Deno.test("a server that heeds no conditions is refused, and nothing is left there", () =>
  withBucket(async (bucket, server) => {
    await requireConditions(bucket);
    server.fault = async (request) => {
      const headers = new Headers(request.headers);
      for (const name of ["if-match", "if-none-match"]) headers.delete(name);
      const hasBody = request.method === "PUT" || request.method === "POST";
      return await server.pass(
        new Request(request.url, {
          method: request.method,
          headers,
          ...(hasBody && { body: await request.arrayBuffer() }),
        }),
      );
    };
    await assertRejects(() => requireConditions(bucket), LakeError, "wanted one that heeds If-Match");
    server.fault = () => refusal(403, "AccessDenied");
    await assertRejects(() => requireConditions(bucket), Error, "AccessDenied (status 403)");
    server.fault = undefined;
    assertEquals(await bucket.isUsed(), false);
  }));
