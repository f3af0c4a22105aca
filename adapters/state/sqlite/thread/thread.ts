import { type Seq, StateError } from "../../../../core/mod.ts";
import { heardError } from "./errors.ts";
import type { Answer, Question, ThreadOptions } from "./messages.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What is asked, before it has its number. */
type Call =
  | { readonly kind: "open"; readonly options: ThreadOptions }
  | { readonly kind: "call"; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: "watch"; readonly closely: boolean }
  | { readonly kind: "next"; readonly of: number };

/** A thread that has a state open. */
export class Thread {
  readonly #worker: Worker;
  readonly #tell: (line: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  /** Until the thread listens, what is sent to it is heard by nobody. */
  readonly #ready = Promise.withResolvers<void>();
  #last = 0;
  /** Why nothing can be asked any more. */
  #over: StateError | undefined;
  #isBroken = false;
  #closed: Promise<void> | undefined;

  constructor(module: URL, tell: (line: string) => void) {
    this.#tell = tell;
    this.#ready.promise.catch(() => {}); // who opens is told
    this.#worker = new Worker(guarded(module), { type: "module", name: "state" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#hear(data));
    this.#worker.addEventListener("messageerror", () => this.#break("an answer cannot be read"));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#break(event.message);
    });
  }

  async open(options: ThreadOptions): Promise<void> {
    await this.#ready.promise;
    await this.#send({ kind: "open", options }).answer;
  }

  call(method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#send({ kind: "call", method, args }).answer;
  }

  async watch(signal: AbortSignal, closely: boolean): Promise<AsyncIterable<Seq>> {
    const { id, answer } = this.#send({ kind: "watch", closely });
    await answer;
    return this.#followed(id, signal);
  }

  /** Closes the state once all that was asked before is answered, and ends. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  /** Ends as it stands. */
  end(): void {
    this.#over ??= closed();
    this.#worker.terminate();
    this.#ready.reject(this.#over);
    for (const { reject } of this.#waiting.values()) reject(this.#over);
    this.#waiting.clear();
  }

  async #close(): Promise<void> {
    if (this.#over !== undefined) return;
    const answered = this.call("close", []);
    this.#over = closed();
    await answered.finally(() => this.end());
  }

  async *#followed(of: number, signal: AbortSignal): AsyncGenerator<Seq> {
    const over = Promise.withResolvers<undefined>();
    const end = () => over.resolve(undefined);
    signal.addEventListener("abort", end);
    try {
      while (!signal.aborted) {
        const seq = await Promise.race([this.#next(of), over.promise]);
        if (seq === undefined) return;
        yield seq;
      }
    } finally {
      signal.removeEventListener("abort", end);
      if (this.#over === undefined) this.#post({ kind: "end", of });
    }
  }

  /** @returns Undefined once the state is closed. */
  async #next(of: number): Promise<Seq | undefined> {
    try {
      return await this.#send({ kind: "next", of }).answer as Seq | undefined;
    } catch (error) {
      if (this.#over === undefined || this.#isBroken) throw error;
    }
  }

  #send(call: Call): { readonly id: number; readonly answer: Promise<unknown> } {
    const id = ++this.#last;
    if (this.#over !== undefined) return { id, answer: Promise.reject(this.#over) };
    const { promise: answer, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    try {
      this.#post({ ...call, id });
    } catch (error) {
      this.#waiting.delete(id);
      reject(error);
    }
    return { id, answer };
  }

  #post(question: Question): void {
    this.#worker.postMessage(question);
  }

  #hear(answer: Answer): void {
    switch (answer.say) {
      case "ready":
        return this.#ready.resolve();
      case "answer":
        return this.#settle(answer.id)?.resolve(answer.value);
      case "failure":
        return this.#settle(answer.id)?.reject(heardError(answer.error));
      case "line":
        return this.#tell(answer.line);
      case "broken":
        return this.#break(answer.message);
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #break(message: string): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const found = message.replace(/\s+/g, " ");
    this.#over = new StateError(`using the state: its thread broke off (${found}), wanted it to go on`);
    this.end();
  }
}

/** Loads a module and says if it cannot be: the runtime would write that to stderr by itself, whatever is to be there. */
function guarded(module: URL): string {
  const broken = "({ say: 'broken', message: error instanceof Error ? error.message : String(error) })";
  const code = `try { await import(${JSON.stringify(module)}); } catch (error) { postMessage(${broken}); }`;
  return `data:application/javascript,${encodeURIComponent(code)}`;
}

function closed(): StateError {
  return new StateError("using the state: found it closed, wanted it open");
}
