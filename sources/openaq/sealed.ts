import { hash } from "node:crypto";

const DIGEST = 32;

/** The bytes behind a SHA-256 over them and the key under which they are kept. */
export function sealed(key: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = new Uint8Array(DIGEST + bytes.length);
  kept.set(digestOf(key, bytes));
  kept.set(bytes, DIGEST);
  return kept;
}

/** The bytes that were sealed under the key; undefined where anything of them, or their place, is another. */
export function opened(key: string, kept: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const bytes = kept.slice(DIGEST);
  const digest = digestOf(key, bytes);
  return digest.every((byte, i) => byte === kept[i]) ? bytes : undefined;
}

function digestOf(key: string, bytes: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(`${key}\0`);
  const all = new Uint8Array(name.length + bytes.length);
  all.set(name);
  all.set(bytes, name.length);
  return hash("sha256", all, "buffer");
}
