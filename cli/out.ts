import * as colours from "@std/fmt/colors";
import type { Terminal } from "./context.ts";

const encoder = new TextEncoder();

export function print(terminal: Terminal, text: string): void {
  terminal.write(encoder.encode(`${text}\n`));
}

/** One JSON document, on one line. */
export function printJson(terminal: Terminal, value: unknown): void {
  print(terminal, JSON.stringify(value));
}

export type Colour = "red" | "green" | "yellow" | "cyan" | "gray" | "bold" | "dim";
export type Paint = (colour: Colour, text: string) => string;

/** Colours a text, where the terminal shows colours. */
export function painter(terminal: Terminal): Paint {
  return terminal.colours ? (colour, text) => colours[colour](text) : (_colour, text) => text;
}

/** Says first what every output says: in the text where it is text, else beside it. */
export function notify(to: Terminal | Notes, notices: readonly string[]): void {
  for (const notice of notices) {
    if ("note" in to) to.note(notice);
    else print(to, painter(to)("yellow", `note: ${notice}`));
  }
}

/** Takes notes beside an answer. */
interface Notes {
  note(notice: string): void;
}

/** Escape sequences that hide and show a terminal's cursor. */
export const HIDE_CURSOR = "\x1b[?25l";
export const SHOW_CURSOR = "\x1b[?25h";
