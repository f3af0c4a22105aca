import { hash } from "node:crypto";
import { type Instant, LakeError } from "../../../core/mod.ts";
import { type Connection, S3Error, statusOf } from "./connect.ts";

/** An object as a look at it tells, without its bytes. */
export interface Head {
  readonly size: number;
  /** Names what stands there: conditions go by it. */
  readonly etag: string;
  /** SHA-256 of the bytes, hex, as the store computed it or who wrote it says; undefined where neither does. */
  readonly hash: string | undefined;
  /** When it was written or copied there, to the second. */
  readonly modified: Instant;
  /** When its bytes were written first, by the time of who wrote them. */
  readonly written: Instant;
}

export interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** An object that a listing tells of. */
export interface Listed {
  readonly key: string;
  readonly size: number;
}

/** When an object is written: in the place of the one of an etag only, or, with null, only where there is none. */
export interface Condition {
  readonly replaces: string | null;
}

/** Keys that one request deletes. */
const TOGETHER = 1_000;
/** So often an object is asked for whose bytes do not come whole. */
const BODIES = 3;
/** So often a write is sent anew that met another one of the same key. */
const CONFLICTS = 5;

/** The objects of a bucket, by key. A request that fails is an error of one line, which names the object. */
export class S3Bucket {
  #connection: Promise<Connection> | undefined;

  /** @param connect Called once, when the first request is sent. */
  constructor(readonly name: string, readonly connect: () => Promise<Connection>) {}

  async get(key: string): Promise<Stored | undefined> {
    const { client, sdk } = await this.#connected();
    const send = () => client.send(new sdk.GetObjectCommand({ Bucket: this.name, Key: key }));
    for (let tries = 1;; tries++) {
      const found = await this.#request("reading", key, send, { 404: undefined });
      if (found === undefined) return undefined;
      try {
        const bytes = await found.Body!.transformToByteArray();
        return { bytes: new Uint8Array(bytes), etag: found.ETag! };
      } catch (error) {
        // The client asks again until there is an answer, and not where its body breaks off.
        if (tries === BODIES) throw S3Error.of(`reading "${this.#url(key)}"`, error);
      }
    }
  }

  async head(key: string): Promise<Head | undefined> {
    return await this.#request("looking at", key, async () => {
      const { client, sdk } = await this.#connected();
      const command = new sdk.HeadObjectCommand({ Bucket: this.name, Key: key, ChecksumMode: "ENABLED" });
      const found = await client.send(command);
      return {
        size: found.ContentLength ?? 0,
        etag: found.ETag!,
        hash: hexOf(found.ChecksumSHA256) ?? found.Metadata?.sha256,
        modified: found.LastModified?.getTime() ?? 0,
        written: Number(found.Metadata?.written ?? 0),
      };
    }, { 404: undefined });
  }

  /** @returns Whether the condition held. */
  async put(key: string, bytes: Uint8Array, condition?: Condition): Promise<boolean> {
    const sha256 = hash("sha256", bytes);
    const { client, sdk } = await this.#connected();
    const command = new sdk.PutObjectCommand({
      Bucket: this.name,
      Key: key,
      Body: bytes,
      ChecksumSHA256: Uint8Array.fromHex(sha256).toBase64(),
      Metadata: { sha256, written: String(Date.now()) },
      ...(condition?.replaces === null && { IfNoneMatch: "*" }),
      ...(condition?.replaces && { IfMatch: condition.replaces }),
    });
    const send = async () => (await client.send(command), true);
    return await this.#write("writing", key, send, condition?.replaces ? { 404: false } : {});
  }

  /** Copies an object as it was seen. @returns Whether it still was that one. */
  async copy(from: string, etag: string, to: string): Promise<boolean> {
    const source = `${this.name}/${from}`.split("/").map(encodeURIComponent).join("/");
    const { client, sdk } = await this.#connected();
    const command = new sdk.CopyObjectCommand({
      Bucket: this.name,
      Key: to,
      CopySource: source,
      CopySourceIfMatch: etag,
      ChecksumAlgorithm: "SHA256",
    });
    const send = async () => (await client.send(command), true);
    return await this.#write("copying", from, send, { 404: false });
  }

  async delete(keys: readonly string[]): Promise<void> {
    const parts = Array.from(
      { length: Math.ceil(keys.length / TOGETHER) },
      (_, part) => keys.slice(part * TOGETHER, (part + 1) * TOGETHER),
    );
    const { client, sdk } = await this.#connected();
    for (const part of parts) {
      const { Errors: [first] = [] } = await this.#request("deleting", part[0]!, () =>
        client.send(
          new sdk.DeleteObjectsCommand({
            Bucket: this.name,
            Delete: { Objects: part.map((key) => ({ Key: key })), Quiet: true },
          }),
        ));
      if (first !== undefined) {
        throw new S3Error(`deleting "${this.#url(first.Key ?? "")}": ${first.Code}: ${first.Message}`);
      }
    }
  }

  /** Deletes an object as it was seen. @returns Whether it still was that one, or is gone. */
  async deleteSeen(key: string, etag: string): Promise<boolean> {
    const { client, sdk } = await this.#connected();
    const command = new sdk.DeleteObjectCommand({ Bucket: this.name, Key: key, IfMatch: etag });
    const send = async () => (await client.send(command), true);
    // An answer may have been lost: then what was sent once more found nothing.
    return await this.#write("deleting", key, send, { 404: true }) || await this.head(key) === undefined;
  }

  /**
   * The objects whose keys begin so, ascending by code point; those that other programs make for folders are none.
   *
   * @param after The greatest key that is of no interest. @default none is
   */
  async *list(prefix: string, after?: string): AsyncIterable<Listed> {
    for await (
      const { Contents = [] } of this.#pages({ Prefix: prefix, ...(after && { StartAfter: after }) })
    ) {
      for (const { Key: key, Size: size = 0 } of Contents) if (!key!.endsWith("/")) yield { key: key!, size };
    }
  }

  /** The names of what would be folders directly below a prefix that ends with a slash. */
  async *folders(prefix: string): AsyncIterable<string> {
    for await (const { CommonPrefixes = [] } of this.#pages({ Prefix: prefix, Delimiter: "/" })) {
      for (const { Prefix } of CommonPrefixes) yield Prefix!.slice(prefix.length, -1);
    }
  }

  /** Whether any object is there. @throws {LakeError } If there is no such bucket. */
  async isUsed(): Promise<boolean> {
    for await (const { KeyCount = 0 } of this.#pages({ Prefix: "", MaxKeys: 1 })) return KeyCount > 0;
    return false;
  }

  async *#pages(
    where: {
      readonly Prefix: string;
      readonly Delimiter?: string;
      readonly MaxKeys?: number;
      readonly StartAfter?: string;
    },
  ) {
    const { client, sdk } = await this.#connected();
    let token: string | undefined;
    do {
      const page = await this.#request("listing", where.Prefix, () =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: this.name,
            ...where,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ));
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** Sends what writes, anew where it met another write of the same key. */
  async #write(
    action: string,
    key: string,
    send: () => Promise<boolean>,
    answers: Readonly<Record<number, boolean>>,
  ): Promise<boolean> {
    for (let tries = 0; tries < CONFLICTS; tries++) {
      const done = await this.#request<boolean | undefined>(action, key, send, {
        ...answers,
        409: undefined,
        412: false,
      });
      if (done !== undefined) return done;
    }
    throw new S3Error(`${action} "${this.#url(key)}": another wrote it each time, wanted nobody else to`);
  }

  /** Sends a request; statuses that are no failures are answered with what stands for them. */
  async #request<T>(
    action: string,
    key: string,
    send: () => Promise<T>,
    answers: Readonly<Record<number, T>> = {},
  ): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && status in answers && !isWithoutBucket(error)) return answers[status]!;
      if (isWithoutBucket(error)) {
        throw new LakeError(`opening the lake: found no bucket "${this.name}", wanted LAKE_URL to name one`);
      }
      throw S3Error.of(`${action} "${this.#url(key)}"`, error);
    }
  }

  #connected(): Promise<Connection> {
    return this.#connection ??= this.connect();
  }

  #url(key: string): string {
    return `s3://${this.name}/${key}`;
  }
}

function isWithoutBucket(error: unknown): boolean {
  return error instanceof Error && error.name === "NoSuchBucket";
}

/** Checksums of objects in parts are none of their bytes. */
function hexOf(base64: string | undefined): string | undefined {
  return base64 === undefined || base64.includes("-") ? undefined : Uint8Array.fromBase64(base64).toHex();
}
