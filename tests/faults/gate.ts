import type { Server } from "./server.ts";

/** Answers so many requests of a server, and holds what arrives then until it is opened. */
export class Gate {
  /** Requests that are held. */
  held = 0;
  readonly #opened = Promise.withResolvers<void>();

  constructor(server: Server, most: number) {
    let arrived = 0;
    server.fault = async (request) => {
      if (++arrived > most) {
        this.held++;
        await this.#opened.promise;
        this.held--;
      }
      return await server.honest(request);
    };
  }

  open(): void {
    this.#opened.resolve();
  }
}
