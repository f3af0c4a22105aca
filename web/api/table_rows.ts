/** The header that says that an answer was cut. */
export const MORE = "airgraph-more-rows";

/** At most so many rows, and so many characters, are put together for one answer. */
const ROWS = 10_000;
const CHARACTERS = 16_000_000;

/** The rows of an answer in JSON, a row a line, cut where there are too many. */
export async function rowsOf(
  stream: ReadableStream<Uint8Array>,
  { rows = ROWS, characters = CHARACTERS }: { readonly rows?: number; readonly characters?: number } = {},
): Promise<{ readonly text: string; readonly more: boolean }> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const lines: string[] = [];
  let open = "";
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { text: [...lines, open].join("\n"), more: false };
    const found = (open + value).split("\n");
    open = found.pop()!;
    for (const line of found) {
      // A row ends with a comma where another follows.
      if (lines.length >= rows || size + line.length > characters && lines.length > 0) {
        await reader.cancel();
        return { text: `${lines.join("\n").replace(/,$/, "")}]\n`, more: true };
      }
      lines.push(line);
      size += line.length;
    }
  }
}
