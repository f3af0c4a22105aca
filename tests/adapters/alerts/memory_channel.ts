import type { AlertMessage, Channel } from "../../../core/mod.ts";

/** A channel that keeps what it is given; `fault` is thrown in its place. */
export class MemoryChannel implements Channel {
  readonly sent: AlertMessage[] = [];
  /** How often it was tried. */
  tries = 0;
  fault: string | undefined;

  constructor(readonly name = "memory") {}

  // deno-lint-ignore require-await
  async send(message: AlertMessage): Promise<void> {
    this.tries++;
    if (this.fault !== undefined) throw new Error(this.fault);
    this.sent.push(message);
  }
}
