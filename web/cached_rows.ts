import { type Instant, SECOND, type Tables } from "../core/mod.ts";
import { type Answer, answerTo, type Row, type Statement } from "./answer.ts";

export type { Row, Statement };

/** At most so many answers are kept, and so many characters of them. */
const MOST = 200, CHARACTERS = 8_000_000;
/** At most so many statements have their last answers kept. */
const LAST = 100;
/** Whoever follows a lake asks a statement anew at most once in so long. */
const PACE = 5 * SECOND;

interface Last {
  readonly version: number | string;
  readonly at: Instant;
  readonly answer: Promise<Answer>;
  /** Those of this version, or else of before; undefined until there are some. */
  rows: readonly Row[] | undefined;
}

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
  /** By statement: what was asked last by who follows the lake, and what came of it. */
  readonly #last = new Map<string, Last>();
  /** By statement: why the last answer that nobody waited for is none. */
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
  async rows(statement: Statement, version: number | string): Promise<readonly Row[]> {
    return (await this.answer(statement, version)).rows;
  }

  /** The same, with the columns. */
  async answer(statement: Statement, version: number | string): Promise<Answer> {
    const key = JSON.stringify([version, statement]);
    const known = this.#kept.get(key);
    const kept = known ?? { answer: this.#ask(key, statement), size: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return await kept.answer;
  }

  /** The rows of a statement, for who follows the lake: those of the version, or of up to some seconds before. */
  async paced(statement: Statement, version: number | string, now: Instant): Promise<readonly Row[]> {
    return (await this.#follow(statement, version, now).answer).rows;
  }

  /**
   * The same, for who does not wait: while newer rows are asked for, those that were answered last; undefined where none
   * were.
   */
  soon(statement: Statement, version: number | string, now: Instant): readonly Row[] | undefined {
    return this.#follow(statement, version, now).rows;
  }

  #follow(statement: Statement, version: number | string, now: Instant): Last {
    const name = nameOf(statement);
    const last = this.#last.get(name);
    if (last !== undefined && (last.version === version || now < last.at + PACE)) return last;
    const asked: Last = { version, at: now, answer: this.answer(statement, version), rows: last?.rows };
    this.#last.delete(name);
    this.#last.set(name, asked);
    for (const [first] of this.#last) if (this.#last.size > LAST) this.#last.delete(first);
    asked.answer.then(({ rows }) => {
      asked.rows = rows;
      this.#faults.delete(name);
    }, (error) => {
      if (this.#last.get(name) === asked) this.#last.delete(name); // who asks next tries again
      this.#faults.set(name, error instanceof Error ? error.message : String(error));
      for (const [first] of this.#faults) if (this.#faults.size > LAST) this.#faults.delete(first);
    });
    return asked;
  }

  /** Why the rows of a statement could not be had when they were asked for last; undefined where they could. */
  faultOf(statement: Statement): string | undefined {
    return this.#faults.get(nameOf(statement));
  }

  async #ask(key: string, statement: Statement): Promise<Answer> {
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

function nameOf(statement: Statement): string {
  return typeof statement === "string" ? statement : JSON.stringify(statement);
}
