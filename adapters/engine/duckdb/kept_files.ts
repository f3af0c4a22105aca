/**
 * The bytes of the latest files written, by what was evaluated and written: the development mart's file is the production
 * mart's, which is copied instead of encoded once more. Bounded by bytes; the oldest go first.
 */
export class KeptFiles {
  readonly #files = new Map<string, Uint8Array>();
  #size = 0;

  constructor(readonly most: number) {}

  get(key: string): Uint8Array | undefined {
    return this.#files.get(key);
  }

  add(key: string, bytes: Uint8Array): void {
    this.#size += bytes.length - (this.#files.get(key)?.length ?? 0);
    this.#files.set(key, bytes);
    for (const [oldest, { length }] of this.#files) {
      if (this.#size <= this.most) return;
      this.#files.delete(oldest);
      this.#size -= length;
    }
  }
}
