/** A value of somebody else's code in a few words, for messages. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** Characters that steer a terminal, break a line or turn the direction of a text. */
const HIDDEN = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** A text of unknown origin on one line: what would steer a terminal stands as JSON escapes it, such as `\n`, `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (sign) => {
    const written = JSON.stringify(sign).slice(1, -1);
    return written === sign ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}` : written;
  });
}
