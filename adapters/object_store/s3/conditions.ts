import { LakeError } from "../../../core/mod.ts";
import type { S3Bucket } from "./bucket.ts";

/** An ETag of nothing. */
const NONE = '"00000000000000000000000000000000"';

/**
 * Makes sure that a bucket can be written and that its server heeds conditions: without them, who slept would overwrite
 * what others wrote since.
 *
 * @throws {LakeError} If it does not heed them.
 */
export async function requireConditions(bucket: S3Bucket): Promise<void> {
  const key = `_staging/${crypto.randomUUID()}`;
  const bytes = new Uint8Array();
  await bucket.put(key, bytes, { replaces: null });
  try {
    const ignored = [
      await bucket.put(key, bytes, { replaces: null }) && "a PUT of what is there already",
      await bucket.put(key, bytes, { replaces: NONE }) && "a PUT in the place of another object",
      await bucket.deleteSeen(key, NONE) && "a DELETE of another object",
    ].filter((each) => each !== false);
    if (ignored.length === 0) return;
    throw new LakeError(
      `opening the lake: the server of bucket "${bucket.name}" does ${ignored.join(" and ")}, ` +
        "wanted one that heeds If-Match and If-None-Match",
    );
  } finally {
    await bucket.delete([key]).catch(() => {});
  }
}
