/** The lines of a stream as they come, until it ends or is aborted. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const found = (rest + text).split("\n");
      rest = found.pop()!;
      yield* found;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
