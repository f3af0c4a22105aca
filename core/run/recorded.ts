import type { RunId } from "../event.ts";
import type { RunRequest } from "../ports/state.ts";
import { Cancellation } from "./cancellation.ts";
import { recover } from "./recover.ts";
import { messageOf, refresh, type Session } from "./session.ts";

export interface RecordedOptions<T> {
  /** Whether the run came to what was asked for. @default always */
  readonly succeeded?: (result: T) => boolean;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

const never = new AbortController().signal;

/** Does what a request says, as a run with a record of its own. */
export async function recorded<T>(
  session: Session,
  request: RunRequest,
  act: (run: RunId, signal: AbortSignal) => Promise<T>,
  { succeeded = () => true, signal: here = never }: RecordedOptions<T> = {},
): Promise<T> {
  const { state, clock } = session;
  await recover(session);
  const run = await state.beginRun(request, clock.now());
  using cancellation = new Cancellation(session, here);
  const { signal } = cancellation;
  cancellation.begin(run);
  try {
    const result = await act(run, signal);
    await state.endRun(run, succeeded(result) ? "succeeded" : "failed", null, clock.now());
    return result;
  } catch (cause) {
    const summary = { errors: [{ message: messageOf(session, cause) }] };
    const status = signal.aborted ? "cancelled" : "failed";
    await state.endRun(run, status, summary, clock.now()).catch(() => {});
    throw cause;
  } finally {
    await refresh(session);
  }
}
