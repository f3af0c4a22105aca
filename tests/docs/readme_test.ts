import { assertEquals, AssertionError } from "@std/assert";
import { goBack } from "./clock.ts";
import { type Block, readDocument } from "./document.ts";
import { Shell } from "./shell.ts";

goBack();

const readme = await readDocument("README.md");
const sections = Map.groupBy(readme.blocks, ({ section }) => section);
const ofLanguage = (language: string, blocks: readonly Block[] = readme.blocks) =>
  blocks.filter((block) => block.language === language);

for (const [section, blocks] of sections) {
  const sessions = ofLanguage("console", blocks);
  if (sessions.length === 0) continue;
  Deno.test(`README shows what its commands say: ${section}`, async () => {
    await using shell = await Shell.open();
    for (const { line, command, shown } of sessions.flatMap(commandsOf)) {
      const { text } = await shell.run(command);
      compare(`README.md:${line}: ${command}`, text, shown);
    }
  });
}

for (const { line, lines } of ofLanguage("sh")) {
  Deno.test(`README's commands at line ${line} succeed`, async () => {
    await using stations = await Shell.open();
    await stations.run("deno task simulate --port 8787 &");
    // Where a key is given, the stations answer in the place of OpenAQ.
    const asksOpenAQ = lines.some((text) => text.includes("OPENAQ_API_KEY"));
    await using shell = await Shell.open(asksOpenAQ ? { OPENAQ_API_URL: stations.address } : {});
    for (const line of lines) {
      const { code, text } = await shell.run(line);
      assertEquals(code, 0, `${line}: ${text}`);
    }
  });
}

interface Command {
  readonly line: number;
  readonly command: string;
  readonly shown: readonly string[];
}

/** The commands of a session, each with the lines that are shown of it. */
function commandsOf({ line, lines }: Block): Command[] {
  const commands: { line: number; command: string; shown: string[] }[] = [];
  for (const [i, text] of lines.entries()) {
    if (text.startsWith("$ ")) commands.push({ line: line + i, command: text.slice(2), shown: [] });
    else commands.at(-1)!.shown.push(text);
  }
  for (const { shown } of commands) if (shown.at(-1) === "") shown.pop();
  return commands;
}

/** Fails unless the text is what is shown, where a line `…` stands for any lines, and times it took may differ. */
function compare(command: string, text: string, shown: readonly string[]): void {
  const real = plain(text === "" || text.endsWith("\n") ? text : `${text}\n`);
  const wanted = shown.map((line) => `${plain(line)}\n`);
  const pattern = wanted.map((line) => line === "…\n" ? "(?:.*\n)*?" : RegExp.escape(line)).join("");
  if (new RegExp(`^${pattern}$`).test(real)) return;
  throw new AssertionError(`${command}: found\n${real}wanted what is shown:\n${wanted.join("")}`);
}

function plain(text: string): string {
  return text.replaceAll(/\b\d+(\.\d+)? s\b/g, "0.0 s");
}
