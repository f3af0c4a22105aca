import type { AlertText, Episode } from "../ports/alerts.ts";
import type { Symptom } from "./rule.ts";

/** A symptom of one subject by one rule. */
export interface Found extends Symptom {
  readonly rule: string;
}

/** The episodes that begin, go on and end by what is found now. */
export interface Changes {
  /** There is none of these yet. */
  readonly begin: readonly Found[];
  /** By key, what is found of those that go on, where it is something else. */
  readonly change: ReadonlyMap<string, AlertText>;
  readonly end: readonly Episode[];
}

/** So many messages on one subject are told. */
const TOLD = 3;

/** Compares what is found with the episodes that go on: each rule and subject has one. */
export function compare(open: readonly Episode[], found: readonly Found[]): Changes {
  const bySubject = new Map([...Map.groupBy(found, nameOf)].map(([name, those]) => [name, together(those)]));
  const known = new Set(open.map(nameOf));
  const change = new Map<string, AlertText>();
  for (const episode of open) {
    const now = bySubject.get(nameOf(episode));
    if (now === undefined || now.severity === episode.severity && now.message === episode.message) continue;
    change.set(episode.key, { severity: now.severity, message: now.message });
  }
  return {
    begin: [...bySubject].filter(([name]) => !known.has(name)).map(([, each]) => each),
    change,
    end: open.filter((episode) => !bySubject.has(nameOf(episode))),
  };
}

export function nameOf({ rule, subject }: { readonly rule: string; readonly subject: string }): string {
  return JSON.stringify([rule, subject]);
}

/** All that is found of one subject: as bad as the worst, and due to a source, or being mended, where all of it is. */
function together(those: readonly Found[]): Found {
  const [{ rule, subject }] = those as [Found];
  const errors = those.filter(({ severity }) => severity === "error");
  const messages = [...new Set([...errors, ...those].map(({ message }) => message))];
  const rest = messages.length > TOLD ? `; and ${messages.length - TOLD} more` : "";
  const [because, ...others] = new Set(those.map((each) => each.because));
  return {
    rule,
    subject,
    severity: errors.length > 0 ? "error" : "warning",
    message: messages.slice(0, TOLD).join("; ") + rest,
    ...(because !== undefined && others.length === 0 && { because }),
    ...(those.every(({ mending }) => mending) && { mending: true }),
  };
}
