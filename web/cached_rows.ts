import type { Tables } from "../core/mod.ts";
import { type Answer, answerTo, type Row } from "./answer.ts";

export type { Row };

/** At most so many answers are kept, and so many characters of them. */
const MOST = 200, CHARACTERS = 8_000_000;
/** At most so many statements have their last answers kept. */
const SOON = 20;

interface Kept {
  readonly answer: Promise<Answer>;
  size: number;
}

/**
 * The answers of small statements that pages ask again and again. One is kept for as long as the content that it was read
 * of: of an unchanged lake a page is answered from memory. Who asks for what is being answered waits for that.
 */
export class CachedRows {
  readonly #tables: Tables;
  /** By statement and version; those asked for last come last. */
  readonly #kept = new Map<string, Kept>();
  /** By statement: the last answers of those that are asked for by who does not wait. */
  readonly #last = new Map<string, { readonly version: number | string; readonly rows: readonly Row[] }>();

  /** By statement: why those that nobody waited for were not answered, until they are. */
  readonly #faults = new Map<string, string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * The rows of a statement.
   *
   * @param version Names the content that it reads, such as `Orchestrator.contentOf` of the assets behind it.
   * @throws As `Tables.ask`; an error is kept for nobody.
   */
  async rows(statement: string, version: number | string): Promise<readonly Row[]> {
    return (await this.answer(statement, version)).rows;
  }

  /** The same, with the columns. */
  async answer(statement: string, version: number | string): Promise<Answer> {
    const key = JSON.stringify([version, statement]);
    const known = this.#kept.get(key);
    const kept = known ?? { answer: this.#ask(key, statement), size: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return await kept.answer;
  }

  /**
   * The rows of a statement, for who does not wait: those of the version, or else, while they are asked for, those that
   * were answered last; undefined where none were.
   */
  soon(statement: string, version: number | string): readonly Row[] | undefined {
    const last = this.#last.get(statement);
    if (last?.version === version) return last.rows;
    void this.answer(statement, version).then(({ rows }) => {
      this.#faults.delete(statement);
      this.#last.delete(statement);
      this.#last.set(statement, { version, rows });
      for (const [first] of this.#last) if (this.#last.size > SOON) this.#last.delete(first);
    }, (error) => {
      // Who asks next tries again, too.
      this.#faults.set(statement, error instanceof Error ? error.message : String(error));
      for (const [first] of this.#faults) if (this.#faults.size > SOON) this.#faults.delete(first);
    });
    return last?.rows;
  }

  /** Why the rows of a statement could not be had when `soon` last tried; undefined where they could. */
  faultOf(statement: string): string | undefined {
    return this.#faults.get(statement);
  }

  async #ask(key: string, statement: string): Promise<Answer> {
    try {
      const answer = await answerTo(this.#tables, statement, { signal: new AbortController().signal });
      const kept = this.#kept.get(key);
      if (kept !== undefined) kept.size = answer.size;
      this.#trim();
      return answer;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  #trim(): void {
    let size = this.#kept.values().reduce((sum, each) => sum + each.size, 0);
    for (const [key, each] of this.#kept) {
      if (this.#kept.size <= MOST && size <= CHARACTERS) return;
      this.#kept.delete(key);
      size -= each.size;
    }
  }
}
