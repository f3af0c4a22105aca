import { type AlertMessage, type Channel, iso } from "../../../core/mod.ts";

const NEWLINE = 0x0a;

/** Appends each message to a file as one line of JSON. */
export class AlertFile implements Channel {
  readonly name = "file";

  constructor(readonly path: string) {}

  async send({ event, rule, subject, severity, message, at, key }: AlertMessage): Promise<void> {
    const line = JSON.stringify({ event, rule, subject, severity, message, at: iso(at), key });
    try {
      await this.#append(line);
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      throw new Error(`appending to "${this.path}": ${found}, wanted a file that can be written`);
    }
  }

  /** In one write, so that lines of several processes do not mix; after a line that was cut off, on a new one. */
  async #append(line: string): Promise<void> {
    using file = await Deno.open(this.path, { read: true, append: true, create: true });
    const { size } = await file.stat();
    const last = new Uint8Array([NEWLINE]);
    if (size > 0) {
      await file.seek(size - 1, Deno.SeekMode.Start);
      await file.read(last);
    }
    const bytes = new TextEncoder().encode(`${last[0] === NEWLINE ? "" : "\n"}${line}\n`);
    const written = await file.write(bytes);
    if (written < bytes.length) throw new Error(`${written} of ${bytes.length} bytes fit`);
    await file.syncData();
  }
}
