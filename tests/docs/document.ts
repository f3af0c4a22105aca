import { dirname, fromFileUrl, join } from "@std/path";

/** The project's folder. */
export const ROOT = dirname(dirname(dirname(fromFileUrl(import.meta.url))));

/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  /** The `##` heading above it. */
  readonly section: string;
  /** The number of its first line. */
  readonly line: number;
  readonly lines: readonly string[];
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

/** A Markdown document of the project: its blocks, and what its prose names. */
export interface Document {
  readonly name: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** The code spans in its prose. */
  readonly codes: readonly Link[];
  /** The anchors of its headings, as a forge makes them. */
  readonly anchors: ReadonlySet<string>;
}

export async function readDocument(name: string): Promise<Document> {
  const blocks: Block[] = [];
  const links: Link[] = [];
  const codes: Link[] = [];
  const anchors = new Set<string>();
  let section = "";
  let block: { language: string; section: string; line: number; lines: string[] } | undefined;
  for (const [i, text] of (await Deno.readTextFile(join(ROOT, name))).split("\n").entries()) {
    const fence = /^ *```(\w*)$/.exec(text);
    if (fence && block) block = void blocks.push(block);
    else if (fence) block = { language: fence[1]!, section, line: i + 2, lines: [] };
    else if (block) block.lines.push(text);
    else {
      const heading = /^(#+) (.+)$/.exec(text);
      if (heading) anchors.add(anchorOf(heading[2]!));
      if (heading?.[1] === "##") section = heading[2]!;
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        links.push({ line: i + 1, target: target! });
      }
      for (const [, target] of text.matchAll(/`([^`]+)`/g)) codes.push({ line: i + 1, target: target! });
    }
  }
  return { name, blocks, links, codes, anchors };
}

/** The project's documents by name. */
export async function readDocuments(): Promise<ReadonlyMap<string, Document>> {
  const names = [...Deno.readDirSync(ROOT)].map(({ name }) => name).filter((name) => name.endsWith(".md"))
    .sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readDocument(name)] as const)));
}

function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}
