/** Those in this process who wait for what is written. */
export class Listeners {
  readonly #heard = new Set<() => void>();
  #isOver = false;

  /** Says that something was written. */
  tell(): void {
    for (const heard of this.#heard) heard();
  }

  /** Ends all that is listened to. */
  end(): void {
    this.#isOver = true;
    this.tell();
  }

  /** A turn at once, one whenever something was told since the last, and one every so many milliseconds. */
  async *turns(signal: AbortSignal, every = Infinity): AsyncGenerator<void> {
    let isTold = true;
    let wake = () => {};
    const heard = () => {
      isTold = true;
      wake();
    };
    this.#heard.add(heard);
    signal.addEventListener("abort", heard);
    try {
      for (;;) {
        if (!isTold) await new Promise<void>((resolve) => wake = waited(resolve, every));
        if (signal.aborted || this.#isOver) return;
        isTold = false;
        yield;
      }
    } finally {
      this.#heard.delete(heard);
      signal.removeEventListener("abort", heard);
    }
  }
}

/** @returns What ends the wait before its time. */
function waited(resolve: () => void, most: number): () => void {
  if (most === Infinity) return resolve;
  const timer = setTimeout(resolve, most);
  return () => {
    clearTimeout(timer);
    resolve();
  };
}
