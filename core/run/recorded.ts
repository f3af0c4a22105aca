import type { RunId } from "../event.ts";
import type { Json } from "../ports/key_value.ts";
import type { RunRequest } from "../ports/state.ts";
import { Cancellation } from "./cancellation.ts";
import { recover } from "./recover.ts";
import { messageOf, refresh, type Session } from "./session.ts";

export interface RecordedOptions<T> {
  /** Whether the run came to what was asked for. @default always */
  readonly succeeded?: (result: T) => boolean;
  /** The record that it leaves. @default none */
  readonly summary?: (result: T) => Json;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

const never = new AbortController().signal;

/** Does what a request says, as a run with a record of its own. */
export async function recorded<T>(
  session: Session,
  request: RunRequest,
  act: (run: RunId, signal: AbortSignal) => Promise<T>,
  { succeeded = () => true, summary = () => null, signal: here = never }: RecordedOptions<T> = {},
): Promise<T> {
  const { state, clock } = session;
  await recover(session);
  const run = await state.beginRun(request, clock.now());
  using cancellation = new Cancellation(session, here);
  const { signal } = cancellation;
  cancellation.begin(run);
  try {
    const result = await act(run, signal);
    await state.endRun(run, succeeded(result) ? "succeeded" : "failed", summary(result), clock.now());
    return result;
  } catch (cause) {
    const failure = { errors: [{ message: messageOf(session, cause) }] };
    const status = signal.aborted ? "cancelled" : "failed";
    await state.endRun(run, status, failure, clock.now()).catch(() => {});
    throw cause;
  } finally {
    await refresh(session);
  }
}
