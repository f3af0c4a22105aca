/** The pages that a server's rail leads to. */
export interface Rail {
  readonly paths: readonly string[];
  /** Those that are not made yet. */
  readonly awaited: readonly string[];
}

/** Reads the rail; pages that are not there yet are said to be skipped. */
export async function railOf(base: string): Promise<Rail> {
  const page = await fetch(base).then((answer) => answer.text());
  const nav = page.slice(page.indexOf("<nav"), page.indexOf("</nav>"));
  const named = [...nav.matchAll(/href="([^"]+)"/g)].map(([, path]) => path!);
  const statuses = await Promise.all(named.map(async (path) => {
    const answer = await fetch(base + path);
    await answer.body?.cancel();
    return answer.status;
  }));
  const awaited = named.filter((_, place) => statuses[place] === 404);
  for (const path of awaited) console.log(`skipped: ${path} is not there yet`);
  return { paths: named.filter((path) => !awaited.includes(path)), awaited };
}
