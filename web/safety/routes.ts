/** What is asked by those who see to it that the process runs: it tells nothing of the lake to who is not admitted. */
const SIGNS: readonly string[] = ["/healthz", "/readyz"];
/** Where people sign in. */
export const SIGN_IN = "/sign-in";
export const SIGN_OUT = "/sign-out";
/** Below it lie the files of the pages, which are the same for everybody. */
export const STATIC = "/static/";
/** What is asked with POST and changes nothing of the lake: who may read may ask it, and it is no act. */
const READING: readonly string[] = ["/api/preview", "/api/backfills/preview", "/api/query", "/preferences"];

/** Whether a route tells nothing of the lake to who is not admitted. */
export function tellsNothing(path: string): boolean {
  return SIGNS.includes(path);
}

/** Whether a route is there for who is not admitted, too. */
export function isOpen(path: string): boolean {
  return tellsNothing(path) || path === SIGN_IN || path.startsWith(STATIC);
}

/** Whether a request may change something. */
export function isUnsafe(method: string): boolean {
  return !["GET", "HEAD", "OPTIONS"].includes(method);
}

/** Whether a request that is not safe is for those alone who may ask for runs. */
export function isAct(method: string, path: string): boolean {
  return isUnsafe(method) && path !== SIGN_IN && path !== SIGN_OUT && !READING.includes(path);
}
