/** A text, with a colon behind it if it is a name; or where an object begins or ends. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g;

/** A name that an object of a JSON text has twice, of which parsers keep one or the other; undefined where there is none. */
export function namedTwice(text: string, parsed: unknown): string | undefined {
  const names = text.match(/"\s*:/g)?.length ?? 0;
  return names > namesIn(parsed) ? firstTwice(text) : undefined; // texts may have such places, too
}

function namesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) { for (const item of value) count += namesIn(item); }
  else for (const name in value) count += 1 + namesIn(Reflect.get(value, name));
  return count;
}

function firstTwice(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const [token, quoted, colon] of text.matchAll(TOKEN)) {
    if (token === "{") objects.push(new Set());
    else if (token === "}") objects.pop();
    else if (colon !== undefined) {
      const name: string = JSON.parse(quoted!);
      const names = objects.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
}
