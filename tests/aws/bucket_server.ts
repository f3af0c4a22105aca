import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { until } from "../faults/until.ts";
import { MOTO } from "./install.ts";

/** An answer in the place of the store's; undefined lets a request through. */
export type Fault = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** The keys that all clients of the stand-in have: it looks at none. */
export const KEYS = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any-secret-key" };

/** A stand-in for S3 behind a server that counts requests and can be made to fail; dispose of it. */
export class BucketServer implements AsyncDisposable {
  /** Requests that arrived, by method. */
  readonly requests = new Map<string, number>();
  fault: Fault | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(readonly moto: Deno.ChildProcess, readonly inner: string) {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  static async start(): Promise<BucketServer> {
    const port = freePort();
    const moto = new Deno.Command(MOTO, {
      args: ["-H", "127.0.0.1", "-p", String(port)],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const inner = `http://127.0.0.1:${port}`;
    const server = new BucketServer(moto, inner);
    await until("the stand-in for S3 to answer", async () => {
      const answer = await fetch(`${inner}/moto-api/`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok === true;
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The environment of a program whose lake is in a bucket here. */
  env(bucket: string): Record<string, string> {
    return { LAKE_URL: `s3://${bucket}`, AWS_ENDPOINT_URL: this.url, ...KEYS };
  }

  /** A client that asks once only. */
  client(): S3Client {
    return new S3Client({
      endpoint: this.url,
      region: "us-east-1",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY },
    });
  }

  /** Makes a bucket. @returns Its name */
  async bucket(): Promise<string> {
    const name = `lake-${crypto.randomUUID()}`;
    const client = this.client();
    await client.send(new CreateBucketCommand({ Bucket: name }));
    client.destroy();
    return name;
  }

  /** Puts other bytes in the place of the first object of a lake below a folder, or takes it away. */
  async damage(lake: string, folder: string, bytes: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    const client = this.client();
    const Bucket = lake.slice("s3://".length);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${folder}/` }));
    const Key = Contents![0]!.Key!;
    if (bytes === undefined) await client.send(new DeleteObjectCommand({ Bucket, Key }));
    else await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
    client.destroy();
  }

  /** What stands in all buckets, by key. */
  async etags(): Promise<Map<string, string>> {
    const client = this.client();
    const etags = new Map<string, string>();
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    for (const { Name: Bucket } of Buckets) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      for (const { Key, ETag } of Contents) etags.set(Key!, ETag!);
    }
    client.destroy();
    return etags;
  }

  get count(): number {
    return this.requests.values().reduce((sum, some) => sum + some, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.moto.kill("SIGKILL");
    await this.moto.status;
  }

  async #answer(request: Request): Promise<Response> {
    this.requests.set(request.method, (this.requests.get(request.method) ?? 0) + 1);
    return await this.fault?.(request.clone()) ?? await this.pass(request);
  }

  /** Does what a request asks for. */
  async pass(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const hasBody = !["GET", "HEAD"].includes(request.method);
    const answer = await fetch(`${this.inner}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      ...(hasBody && { body: await request.arrayBuffer() }),
    });
    const isEmpty = request.method === "HEAD" || answer.status === 204 || answer.status === 304;
    const body = isEmpty ? null : await answer.arrayBuffer();
    return new Response(body, { status: answer.status, headers: answer.headers });
  }
}

/** What S3 answers in words of its own. */
export function refusal(status: number, code: string): Response {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return new Response(body, { status, headers: { "content-type": "application/xml" } });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
