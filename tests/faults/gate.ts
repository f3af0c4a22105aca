import type { Server } from "./server.ts";

/** Holds requests of a server until it is opened: those that arrive after so many, or those of a kind. */
export class Gate {
  /** Requests that are held. */
  held = 0;
  readonly #opened = Promise.withResolvers<void>();

  constructor(server: Server, holds: number | ((request: Request) => boolean)) {
    let arrived = 0;
    const isHeld = (request: Request) => typeof holds === "number" ? ++arrived > holds : holds(request);
    server.fault = async (request) => {
      if (isHeld(request)) {
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
