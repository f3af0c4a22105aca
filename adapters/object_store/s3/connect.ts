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
/** How long nobody answers, in milliseconds, until a request is sent again: whoever publishes is waited for. */
const SILENCE = { connectionTimeout: 5_000, socketTimeout: 20_000 };

export async function connect({ endpoint, region, key }: Access): Promise<Connection> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    maxAttempts: ATTEMPTS,
    retryMode: "adaptive",
    requestHandler: SILENCE,
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

/** A request to S3 failed: one line of what was done and what was answered. */
export class S3Error extends Error {
  override readonly name = "S3Error";

  static of(action: string, cause: unknown): S3Error {
    if (cause instanceof S3Error) return cause;
    const { name, message } = cause instanceof Error ? cause : { name: "", message: String(cause) };
    const status = statusOf(cause);
    const said = [name, message].filter((part) => part !== "" && part !== "Error" && part !== "Unknown");
    const answered = status === undefined ? "" : ` (status ${status})`;
    return new S3Error(`${action}: ${[...new Set(said)].join(": ") || "no answer"}${answered}`, { cause });
  }
}

/** The status of the answer that an error is about. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}
