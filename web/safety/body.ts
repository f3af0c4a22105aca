import type { Milliseconds } from "../../core/mod.ts";
import { SECOND } from "../../core/mod.ts";

/** How much a request may bring, in bytes, and how long that may take. */
export const MOST_BODY = 65_536;
export const MOST_BODY_TIME: Milliseconds = 10 * SECOND;

/** The same request with its whole body, aborted when who asks leaves; or what of it was too much. */
export async function whole(
  request: Request,
  { bytes: most = MOST_BODY, time = MOST_BODY_TIME } = {},
): Promise<Request | "large" | "late"> {
  if (request.body === null) return request;
  if (Number(request.headers.get("content-length") ?? 0) > most) return "large";
  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, time);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return "late";
      if (done) break;
      size += value.length;
      if (size > most) {
        reader.cancel().catch(() => {});
        return "large";
      }
      parts.push(value);
    }
  } catch (error) {
    if (late) return "late";
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: new Blob(parts) });
}
