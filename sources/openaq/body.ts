/** The most bytes that an answer's body may have, unpacked: a thousand rows have less than a megabyte. */
const MOST = 64 * 2 ** 20;

/** An answer's body as text, or why there is none. */
export type Body = { readonly text: string } | { readonly broken: string };

/** Reads a body to its end, but never more of it than it may have. */
export async function bodyOf(response: Response): Promise<Body> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MOST) return { broken: `answered more than ${MOST / 2 ** 20} MiB, wanted less` }; // the rest is cancelled
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    return { broken: `broke off after ${size} bytes, wanted a whole answer` };
  }
  return { text: text + decoder.decode() };
}

const NO_NUMBER = /([:[,]\s*)(-?(?:NaN|Infinity))(?=\s*[,\]}])/g;

/** The text's JSON, with texts for what some servers write where numbers are none; undefined where it is no JSON. */
export function jsonOf(text: string): unknown {
  for (const json of [text, text.replaceAll(NO_NUMBER, '$1"$2"')]) {
    try {
      return JSON.parse(json);
    } catch { /* the other may be */ }
  }
  return undefined;
}
