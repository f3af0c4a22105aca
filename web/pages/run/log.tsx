import type { KeptLogEntry, LogLevel, LogPage, RunId, State } from "../../../core/mod.ts";
import { LogLines } from "../../parts/log.tsx";
import { numberIn, oneOf } from "../../view/given.ts";
import { link, type View } from "../../view/view.ts";
import { text } from "./words.ts";

/** So many lines are shown. */
const LINES = 200;

/** The lowest levels by which a log is filtered, and the levels that are shown then. */
const LEVELS: Readonly<Record<string, readonly LogLevel[]>> = {
  warn: ["warn", "error"],
  error: ["error"],
};

/** The part of a run's log that the page's address asks for. */
export interface LogAsked {
  /** The lowest level; undefined for all. */
  readonly level: string | undefined;
  readonly step: number | undefined;
  /** The lines before this one; undefined for the latest, which grow. */
  readonly before: number | undefined;
}

/** Reads which part of the log is asked for. @throws {RequestError} If it cannot be meant. */
export function logAsked({ url: { searchParams: given } }: Pick<View, "url">): LogAsked {
  return {
    level: oneOf(given, "level", Object.keys(LEVELS)),
    step: numberIn(given, "step"),
    before: numberIn(given, "line"),
  };
}

/** The lines that are asked for: the last ones, those before a line, or those after one. */
export async function linesOf(
  state: State,
  run: RunId,
  { level, step, before = Number.MAX_SAFE_INTEGER }: LogAsked,
  after?: number,
): Promise<readonly KeptLogEntry[]> {
  const page: LogPage = {
    limit: LINES,
    ...(after === undefined ? { before } : { after }),
    ...(step !== undefined && { step }),
    ...(level !== undefined && { levels: LEVELS[level]! }),
  };
  return await state.logs(run, page);
}

/** Lines of a run's log, with what is said where there are none. */
export function Lines(
  { view, asked: { level, step, before }, lines, isLive }: {
    view: View;
    asked: LogAsked;
    lines: readonly KeptLogEntry[];
    isLive: boolean;
  },
) {
  const t = view.in(text);
  const isFiltered = [level, step, before].some((each) => each !== undefined);
  return (
    <>
      <LogLines view={view} lines={lines} />
      <p class="quiet" data-no-lines hidden={lines.length > 0}>
        {isLive ? t.noLogYet : isFiltered ? t.noLogLike : t.noLog}
      </p>
    </>
  );
}

/** A run's log with its filter; while the run goes on, it grows. */
export function Log(
  { view, run, asked, lines, isOpen }: {
    view: View;
    run: RunId;
    asked: LogAsked;
    lines: readonly KeptLogEntry[];
    isOpen: boolean;
  },
) {
  const t = view.in(text);
  const { level = "", step, before } = asked;
  const choice = (value: string, label: string) => (
    <option value={value} selected={value === level}>{label}</option>
  );
  const query = new URLSearchParams({ ...(level && { level }), ...(step && { step: String(step) }) });
  const isLive = isOpen && before === undefined;
  return (
    <>
      <form method="get" action={`/runs/${run}#log`} data-at-once>
        <fieldset>
          <label>
            {t.level}
            <select name="level">
              {choice("", t.everything)}
              {choice("warn", t.warnings)}
              {choice("error", t.onlyErrors)}
            </select>
          </label>
          <label>
            {t.step}
            <input
              name="step"
              inputmode="numeric"
              pattern="[0-9]*"
              size={6}
              value={step ?? ""}
              placeholder={t.everyStep}
            />
          </label>
          <button type="submit">{t.filter}</button>
        </fieldset>
      </form>
      <div {...(isLive && { "data-log": `/runs/${run}/logs?${query}` })}>
        <Lines view={view} asked={asked} lines={lines} isLive={isLive} />
      </div>
      <nav class="pages" aria-label={t.log}>
        {lines.length < LINES
          ? null
          : <a href={`${link(view, { line: String(lines[0]!.line) })}#log`}>{t.earlier}</a>}
        {before === undefined ? null : <a href={`${link(view, { line: undefined })}#log`}>{t.latest}</a>}
      </nav>
    </>
  );
}
