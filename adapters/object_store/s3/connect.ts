import type { S3Client } from "@aws-sdk/client-s3";

/** What a client of S3 is told; it finds by itself what is left out, as other tools do. */
export interface Access {
  /** A server other than AWS: its buckets are parts of its paths. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly key?:
    | { readonly id: string; readonly secret: string; readonly session?: string | undefined }
    | undefined;
}

/** The SDK, which takes a while to load, and a client. */
export interface Connection {
  readonly sdk: typeof import("@aws-sdk/client-s3");
  readonly client: S3Client;
}

/** So often a request is sent that is not answered, or with an error that may pass. */
const ATTEMPTS = 5;

export async function connect({ endpoint, region, key }: Access): Promise<Connection> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    maxAttempts: ATTEMPTS,
    retryMode: "adaptive",
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: "us-east-1" }),
    ...(region !== undefined && { region }),
    ...(key !== undefined && {
      credentials: {
        accessKeyId: key.id,
        secretAccessKey: key.secret,
        ...(key.session !== undefined && { sessionToken: key.session }),
      },
    }),
  });
  return { sdk, client };
}
