/** Escape sequences that hide and show a terminal's cursor. */
export const HIDE_CURSOR = "\x1b[?25l";
export const SHOW_CURSOR = "\x1b[?25h";
