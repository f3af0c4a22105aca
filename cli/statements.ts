/** Where the text is: in the open, or inside of a quote or a comment that only its own end closes. */
const CLOSES: Readonly<Record<string, string>> = { "'": "'", '"': '"', "--": "\n", "/*": "*/" };

/** Nothing but white space and comments that have ended. */
const COMMENTS = /^(\s|--[^\n]*\n|\/\*[^]*?\*\/)*$/;

/** The statements of a text that end with a semicolon, and what is left of it. */
export function statementsOf(text: string): { readonly whole: readonly string[]; readonly rest: string } {
  const whole: string[] = [];
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const opened = [text.slice(at, at + 2), text[at]!].find((mark) => Object.hasOwn(CLOSES, mark));
    if (opened !== undefined) {
      const close = CLOSES[opened]!;
      const end = text.indexOf(close, at + opened.length);
      if (end < 0) break;
      at = end + close.length - 1;
    } else if (text[at] === ";") {
      const statement = text.slice(begin, at).trim();
      if (!COMMENTS.test(`${statement}\n`)) whole.push(statement);
      begin = at + 1;
    }
  }
  const rest = text.slice(begin);
  return { whole, rest: COMMENTS.test(rest) ? "" : rest };
}
