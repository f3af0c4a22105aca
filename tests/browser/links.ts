/** So many links of one shape are followed: of a thousand days, a few. */
const OF_A_SHAPE = 6;
/** So many are followed in all. */
const MOST = 800;

/** The links of pages, each followed once. */
export class Links {
  readonly #from = new Map<string, string>();
  readonly #shapes = new Map<string, number>();
  readonly #headers = new Set<string>();

  constructor(readonly base: string) {}

  /** Takes the links of a page. */
  add(
    page: string,
    { all, headers }: { readonly all: readonly string[]; readonly headers: readonly string[] },
  ) {
    for (const link of headers) this.#headers.add(link);
    for (const link of [...headers, ...all]) {
      if (this.#from.has(link) || this.#from.size >= MOST) continue;
      const { pathname, searchParams } = new URL(link, this.base);
      const shape = `${page} ${pathname.split("/").slice(0, 4).join("/")} ${[...searchParams.keys()].sort()}`;
      const seen = this.#shapes.get(shape) ?? 0;
      if (seen >= OF_A_SHAPE && !this.#headers.has(link)) continue;
      this.#shapes.set(shape, seen + 1);
      this.#from.set(link, page);
    }
  }

  get followed(): number {
    return this.#from.size;
  }

  /** Follows all of them. @returns Those that do not answer, and headers of tables that do not sort */
  async broken(): Promise<string[]> {
    const broken: string[] = [];
    const left = [...this.#from];
    const follow = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [link, page] = next;
        const answer = await fetch(this.base + link, { headers: { accept: "text/html" } });
        const text = await answer.text();
        if (answer.status >= 400) broken.push(`${page}: its link ${link} answers ${answer.status}`);
        else if (this.#headers.has(link) && !text.includes("aria-sort=")) {
          broken.push(`${page}: its table is not sorted by ${link}`);
        }
      }
    };
    await Promise.all([follow(), follow(), follow(), follow()]);
    return broken;
  }
}
