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
