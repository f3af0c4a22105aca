import { variableNear } from "./variables.ts";

/** A `.env` file's variables, and one line for each thing in it that cannot be meant. */
export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  /** Where each variable is given: the file and the line. */
  readonly places: Readonly<Record<string, string>>;
}

const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;
const NOT_QUITE = /^(?:export\s+)?([A-Za-z_]\w*)\s*:/;
const QUOTED = /^(["'`])(.*?)\1(.*)$/;

/**
 * Reads `NAME=value` lines: comments begin with `#`, values may stand in quotes, and `export` before a name is allowed.
 * Faults name the file and the line, and never what may be a secret.
 */
export function readEnvFile(text: string, file: string): EnvFile {
  const values: Record<string, string> = {};
  const faults: string[] = [];
  const places: Record<string, string> = {};
  for (const [i, line] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    const written = line.trim();
    if (written === "" || written.startsWith("#")) continue;
    const read = readLine(written);
    const place = `${file}:${i + 1}`;
    if ("fault" in read) faults.push(`${place}: ${read.fault}`);
    else [values[read.name], places[read.name]] = [read.value, place];
  }
  return { values, faults, places };
}

function readLine(
  line: string,
): { readonly name: string; readonly value: string } | { readonly fault: string } {
  const [, name, rest = ""] = ASSIGNMENT.exec(line) ?? [];
  if (name === undefined) {
    const [, before] = NOT_QUITE.exec(line) ?? [];
    return before === undefined
      ? { fault: 'found no "=", wanted NAME=value' }
      : { fault: `found "${before}:", wanted "${before}="` };
  }
  const meant = variableNear(name);
  if (meant !== undefined) return { fault: `found the variable ${name}, did you mean ${meant}?` };
  const [, , quoted, after = ""] = QUOTED.exec(rest) ?? [];
  if (quoted !== undefined && /^\s*(#.*)?$/.test(after)) return { name, value: quoted };
  if (quoted !== undefined) return { fault: `found ${name} with text after its closing quote, wanted none` };
  if (/^["'`]/.test(rest)) return { fault: `found ${name} with a quote that is not closed, wanted its end` };
  return { name, value: rest.replace(/(^|\s)#.*$/, "").trim() };
}
