import type { Seq, Snapshot, State } from "../../../../core/mod.ts";
import type { SqliteOptions } from "../open.ts";
import { tellError } from "./errors.ts";
import type { Answer, Question, ThreadOptions } from "./messages.ts";
import { type Method, METHODS, methodsOf } from "./methods.ts";

/** The thread that this runs in, as far as it is spoken with. */
interface Thread {
  addEventListener(type: string, heard: (event: Event) => void): void;
  postMessage(answer: Answer, transfer: Transferable[]): void;
}

type Say = (answer: Answer, transfer?: Transferable[]) => void;
type Followed = { readonly iterator: AsyncIterator<Seq>; readonly over: AbortController };

export type Open = (options: ThreadOptions & Pick<SqliteOptions, "tell">) => Promise<State>;

/** Answers whoever made this thread what it asks of the state that it has opened here. */
export function serve(open: Open): void {
  const thread = globalThis as unknown as Thread;
  const say = (answer: Answer, transfer: Transferable[] = []) => thread.postMessage(answer, transfer);
  const server = new Server(open, say);
  thread.addEventListener("message", (event) => server.hear((event as MessageEvent<Question>).data));
  const broken = (event: Event) => {
    event.preventDefault();
    const error = event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason;
    say({ say: "broken", message: tellError(error).message });
  };
  for (const type of ["error", "unhandledrejection"]) thread.addEventListener(type, broken);
  say({ say: "ready" });
}

class Server {
  readonly #open: Open;
  readonly #say: Say;
  readonly #followed = new Map<number, Followed>();
  readonly #pending = new Set<Promise<void>>();
  #state: State | undefined;
  #methods: ReadonlyMap<string, Method> = new Map();

  constructor(open: Open, say: Say) {
    this.#open = open;
    this.#say = say;
  }

  hear(question: Question): void {
    if (question.kind === "end") return this.#end(question.of);
    const isLast = question.kind === "call" && question.method === "close";
    const answered = this.#answer(question, isLast ? [...this.#pending] : []);
    if (question.kind !== "call") return;
    this.#pending.add(answered);
    answered.finally(() => this.#pending.delete(answered));
  }

  async #answer(
    question: Exclude<Question, { kind: "end" }>,
    before: readonly Promise<void>[],
  ): Promise<void> {
    const { id } = question;
    try {
      // Whoever closes the state waits for all that was asked before.
      if (before.length > 0) await Promise.all(before);
      const value = await this.#valueOf(question);
      const isSnapshot = question.kind === "call" && question.method === "snapshot";
      this.#say({ say: "answer", id, value }, isSnapshot ? buffersOf(value as Snapshot) : []);
    } catch (error) {
      this.#say({ say: "failure", id, error: tellError(error) });
    }
  }

  async #valueOf(question: Exclude<Question, { kind: "end" }>): Promise<unknown> {
    switch (question.kind) {
      case "open": {
        const tell = (line: string) => this.#say({ say: "line", line });
        this.#state = await this.#open({ ...question.options, tell });
        this.#methods = methodsOf(METHODS, this.#state);
        return;
      }
      case "call":
        return await this.#methods.get(question.method)!(...question.args);
      case "watch": {
        const over = new AbortController();
        const followed = await this.#state!.watch(over.signal, { closely: question.closely });
        this.#followed.set(question.id, { iterator: followed[Symbol.asyncIterator](), over });
        return;
      }
      case "next": {
        const next = await this.#followed.get(question.of)?.iterator.next();
        return next?.value;
      }
    }
  }

  #end(of: number): void {
    this.#followed.get(of)?.over.abort();
    this.#followed.delete(of);
  }
}

/** The memory of the rows, which is handed over and not copied. */
function buffersOf({ assets }: Snapshot): ArrayBuffer[] {
  const columns = [...assets.values()].flatMap((rows) => Object.values(rows) as Uint8Array<ArrayBuffer>[]);
  return [...new Set(columns.map(({ buffer }) => buffer))];
}
