import type { Graph } from "./graph.ts";

/** The assets that a selection chooses from. */
export interface SelectionGraph {
  readonly assets: readonly { readonly key: string; readonly group: string; readonly kind: string }[];
  /** The keys of the assets that an asset reads. */
  upstream(key: string): Iterable<string>;
  /** The keys of the assets that read an asset. */
  downstream(key: string): Iterable<string>;
}

/** Assets by key. */
export type Selected =
  | { readonly ok: true; readonly keys: ReadonlySet<string> }
  | { readonly ok: false; readonly message: string };

/** The one of `names` that somebody who wrote `word` most likely meant, if any is near. */
export type Nearest = (word: string, names: readonly string[]) => string | undefined;

/**
 * The assets that any of the expressions chooses, in the graph's order; all of them where there is no expression.
 *
 * An expression is made of asset keys, `group:name` and `kind:name` (in all of which `*` stands for any text), `+x` (with
 * all that x reads, however far up), `x+` (with all that reads x), `not`, `and`, `or` (binding in this order) and
 * parentheses.
 */
export function select(expressions: readonly string[], graph: SelectionGraph, nearest?: Nearest): Selected {
  const chosen = new Set<string>();
  for (const text of expressions.length === 0 ? ["*"] : expressions) {
    const reader = new Reader(text, graph, nearest);
    const keys = reader.expression();
    if (reader.fault !== undefined) return { ok: false, message: `selecting "${text}": ${reader.fault}` };
    for (const key of keys) chosen.add(key);
  }
  return { ok: true, keys: new Set(graph.assets.map(({ key }) => key).filter((key) => chosen.has(key))) };
}

/** A graph's assets, to choose from. */
export function selectionGraph({ assets, byKey }: Graph): SelectionGraph {
  const upstream = (key: string) => Object.values(byKey.get(key)?.deps ?? {}).map(({ asset }) => asset.key);
  const downstream = new Map<string, string[]>();
  for (const { key } of assets) {
    for (const up of upstream(key)) downstream.set(up, [...downstream.get(up) ?? [], key]);
  }
  return { assets, upstream, downstream: (key) => downstream.get(key) ?? [] };
}

type Keys = ReadonlySet<string>;
type Field = "key" | "group" | "kind";

const NONE: Keys = new Set();
const WORDS = ["and", "or", "not"];

/** Reads and evaluates one expression, by recursive descent; at the first fault it leaves the rest unread. */
class Reader {
  fault: string | undefined;
  readonly #text: string;
  readonly #graph: SelectionGraph;
  readonly #nearest: Nearest;
  #tokens: readonly RegExpExecArray[];
  #next = 0;

  constructor(text: string, graph: SelectionGraph, nearest: Nearest = () => undefined) {
    this.#text = text;
    this.#graph = graph;
    this.#nearest = nearest;
    this.#tokens = [...text.matchAll(/[()+]|[^\s()+]+/g)];
  }

  expression(): Keys {
    const keys = this.#or();
    return this.#peek() === undefined ? keys : this.#unexpected('"and", "or" or its end');
  }

  #or(): Keys {
    let keys = this.#and();
    while (this.#take("or")) keys = keys.union(this.#and());
    return keys;
  }

  #and(): Keys {
    let keys = this.#not();
    while (this.#take("and")) keys = keys.intersection(this.#not());
    return keys;
  }

  #not(): Keys {
    if (!this.#take("not")) return this.#reach();
    const every = new Set(this.#graph.assets.map(({ key }) => key));
    return every.difference(this.#not());
  }

  #reach(): Keys {
    const up = this.#take("+");
    const keys = this.#operand();
    const down = this.#take("+");
    return keys
      .union(up ? closure(keys, (key) => this.#graph.upstream(key)) : NONE)
      .union(down ? closure(keys, (key) => this.#graph.downstream(key)) : NONE);
  }

  #operand(): Keys {
    if (this.#take("(")) {
      const keys = this.#or();
      return this.#take(")") ? keys : this.#unexpected('"and", "or" or ")"');
    }
    const word = this.#peek();
    if (word === undefined || /^[()+]$/.test(word) || WORDS.includes(word)) {
      const quotes = WORDS.includes(this.#text) ? "; an expression of several words goes in quotes" : "";
      return this.#unexpected('an asset, "not" or "("', quotes);
    }
    return this.#named(word);
  }

  #named(word: string): Keys {
    const [, prefix, name = ""] = /^(?:(group|kind):)?(.*)$/.exec(word)!;
    const field: Field = prefix === "group" || prefix === "kind" ? prefix : "key";
    const pattern = new RegExp(`^${name.split("*").map((part) => RegExp.escape(part)).join(".*")}$`);
    const found = this.#graph.assets.filter((asset) => pattern.test(asset[field]));
    if (found.length === 0 && word !== "*") {
      const near = this.#nearest(name, [...new Set(this.#graph.assets.map((asset) => asset[field]))]);
      const what = field === "key" ? "asset" : field;
      return this.#fail(
        `found no ${what} "${name}" at position ${this.#position()}` +
          (near ? `, did you mean "${near}"?` : ""),
      );
    }
    this.#next++;
    return new Set(found.map(({ key }) => key));
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next]?.[0];
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next++;
    return true;
  }

  /** Of the next token in the text, from 1. */
  #position(): number {
    return (this.#tokens[this.#next]?.index ?? this.#text.length) + 1;
  }

  #unexpected(wanted: string, hint = ""): Keys {
    const token = this.#peek();
    const found = token === undefined ? "its end" : `"${token}"`;
    return this.#fail(`found ${found} at position ${this.#position()}, wanted ${wanted}${hint}`);
  }

  #fail(fault: string): Keys {
    this.fault ??= fault;
    this.#tokens = [];
    return NONE;
  }
}

/** All that can be reached from `keys` by `neighbours`. */
function closure(keys: Keys, neighbours: (key: string) => Iterable<string>): Keys {
  const reached = new Set<string>();
  const queue = [...keys];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const neighbour of neighbours(key)) {
      if (reached.has(neighbour)) continue;
      reached.add(neighbour);
      queue.push(neighbour);
    }
  }
  return reached;
}
