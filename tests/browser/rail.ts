/** The pages that a server's rail leads to. */
export async function railOf(base: string): Promise<string[]> {
  const page = await fetch(base).then((answer) => answer.text());
  const nav = page.slice(page.indexOf("<nav"), page.indexOf("</nav>"));
  return [...nav.matchAll(/href="([^"]+)"/g)].map(([, path]) => path!);
}
