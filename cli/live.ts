import type { Instant, Observer, Outlook, Progress, RunId, Warn } from "../core/mod.ts";
import type { Terminal } from "./context.ts";
import { EventLines, isOf, stepOf, waitOf, warningLine } from "./event_lines.ts";
import { HIDE_CURSOR, type Paint, painter, SHOW_CURSOR } from "./out.ts";
import { lasting, named, number, roughly } from "./text.ts";

/** Shows what a run tells: live where somebody watches, else a line an event. Dispose of it before the summary. */
export interface Reporter extends Disposable {
  readonly observe: Observer;
  readonly warn: Warn;
  /** Drops what a run that is over, or all, were at. */
  readonly forget: (run?: RunId) => void;
  /** Says a line of its own. */
  readonly say: (line: string) => void;
}

/** How often, in milliseconds, the block is drawn again. */
const INTERVAL = 100;
/** At most so many steps are shown at once. */
const SHOWN = 12;
const BAR = 10;
const CLEAR_BELOW = "\x1b[0J";

interface Step {
  readonly name: string;
  readonly started: Instant;
  done: number;
  total: number;
  unit: string;
  outlook: Outlook;
  /** When the outlook was heard. */
  heard: Instant;
}

/** Shows a run on a terminal: what has ended above, and below it the steps at work, redrawn in place. */
export class Live implements Reporter {
  readonly #terminal: Terminal;
  readonly #now: () => Instant;
  /** Begins each line above. */
  readonly #when: () => string;
  readonly #paint: Paint;
  readonly #lines: EventLines;
  readonly #steps = new Map<string, Step>();
  /** The steps of other runs that are waited for, since when. */
  readonly #waits = new Map<string, { readonly name: string; readonly since: Instant }>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #encoder = new TextEncoder();
  #above: string[] = [];
  /** The widths of the lines that are drawn now. */
  #drawn: number[] = [];
  #ended = false;

  constructor(
    terminal: Terminal,
    { now, when = () => "" }: { readonly now: () => Instant; readonly when?: () => string },
  ) {
    this.#terminal = terminal;
    this.#now = now;
    this.#when = when;
    this.#paint = painter(terminal);
    this.#lines = new EventLines(this.#paint, now);
    this.#timer = setInterval(() => this.#draw(), INTERVAL);
    this.#write(HIDE_CURSOR);
  }

  observe = (progress: Progress): void => {
    const lines = this.#lines.of(progress);
    switch (progress.type) {
      case "step-started": {
        const { asset, range: { from, to }, count } = progress;
        const name = named(asset, from, to, count);
        const at = { done: 0, total: count, unit: "partitions", outlook: {} };
        this.#steps.set(stepOf(progress), { name, started: this.#now(), ...at, heard: this.#now() });
        return;
      }
      case "step-progress":
        Object.assign(this.#steps.get(stepOf(progress)) ?? {}, {
          done: progress.done,
          total: progress.total,
          unit: progress.unit,
          outlook: progress.outlook,
          heard: this.#now(),
        });
        return;
      case "waiting": {
        const { asset, range: { from, to }, holder } = progress;
        const name = `waiting for run ${holder}: ${named(asset, from, to)}`;
        this.#waits.set(waitOf(progress), { name, since: this.#now() });
        return;
      }
      case "waited":
        this.#waits.delete(waitOf(progress));
        return;
      case "partitions": {
        const step = this.#steps.get(stepOf(progress))!;
        if (step.unit === "partitions") step.done += progress.materialized;
        return;
      }
      case "step-ended":
        this.#steps.delete(stepOf(progress));
    }
    this.#tell(lines);
  };

  warn: Warn = (subject, message) => {
    this.#tell([warningLine(this.#paint, subject, message)]);
  };

  forget = (run?: RunId): void => {
    this.#lines.forget(run);
    for (const step of this.#steps.keys()) if (isOf(step, run)) this.#steps.delete(step);
  };

  say = (line: string): void => {
    this.#tell([line]);
  };

  /** Draws the last time and gives the terminal back. */
  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.#steps.clear();
    this.#waits.clear();
    this.#draw();
    this.#write(SHOW_CURSOR);
  }

  #tell(lines: readonly string[]): void {
    this.#above.push(...lines.map((line) => this.#when() + line));
  }

  #draw(): void {
    const columns = Math.max(20, this.#terminal.columns() || 80);
    const all = [
      ...[...this.#steps.values()].map((step) => this.#stepLine(step)),
      ...[...this.#waits.values()].map(({ name, since }) => `${name}, for ${lasting(this.#now() - since)}`),
    ];
    const block = all.slice(0, SHOWN);
    if (all.length > SHOWN) block.push(`… and ${number(all.length - SHOWN)} more`);
    // A terminal that was made narrower since has wrapped what was drawn.
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const up = rows === 0 ? "\r" : `\x1b[${rows}A\r`;
    const lines = block.map((line) => cut(line, columns - 1));
    const drawn = [...this.#above, ...lines.map((line) => this.#paint("cyan", line))];
    this.#write(up + CLEAR_BELOW + drawn.map((line) => `${line}\n`).join(""));
    this.#above = [];
    this.#drawn = lines.map((line) => [...line].length);
  }

  /** Puts the most important first: a narrow terminal cuts the end off. */
  #stepLine({ name, started, done, total, unit, outlook: { left, note }, heard }: Step): string {
    const elapsed = this.#now() - started;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const full = Math.round(share * BAR);
    const bar = "█".repeat(full) + "░".repeat(BAR - full);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const counted = `${number(done)} of ${number(total)} ${unit}`;
    if (left !== undefined) {
      const rest = `${roughly(Math.max(0, left - (this.#now() - heard)))} left`;
      return `${bar}${percent} ${
        [rest, ...note === undefined ? [] : [note]].join(", ")
      }: ${name}, ${counted}`;
    }
    if (done === 0) return `${bar}${percent} ${name}, for ${lasting(elapsed)}`;
    const rate = done / Math.max(1, elapsed) * 1_000;
    const rates = rate < 10 ? rate.toFixed(1) : number(Math.round(rate));
    return `${bar}${percent} ${lasting((total - done) / rate * 1_000)} left: ${name}, ${counted}, ${rates}/s`;
  }

  #write(text: string): void {
    this.#terminal.write(this.#encoder.encode(text));
  }
}

function cut(line: string, columns: number): string {
  const signs = [...line];
  return signs.length <= columns ? line : `${signs.slice(0, columns - 1).join("")}…`;
}
