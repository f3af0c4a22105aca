import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Vitals } from "../../core/mod.ts";
import { Auditor } from "./audit.ts";
import { MOST_BODY, MOST_BODY_TIME, whole } from "./body.ts";
import { headers } from "./headers.ts";
import { ownHosts } from "./hosts.ts";
import { limits } from "./limits.ts";
import { readMethods } from "./methods.ts";
import { HERE_ALONE, type SafetyEnv, type WebOptions } from "./options.ts";
import { foreignOrigin, notEmbedded } from "./origin.ts";
import { isOfProgram, refuse } from "./refusal.ts";
import { isAct, isOpen, isUnsafe } from "./routes.ts";
import { isSame } from "./secret.ts";
import { denied, signIn, toSignIn } from "./sign_in.tsx";
import { streams } from "./streams.ts";
import { type Asker, Door } from "./who.ts";

type Safe = MiddlewareHandler<SafetyEnv & { Variables: { asker: Asker } }>;

/** Kinds of bodies that a page of another site can send without being asked whether it may. */
const FORMS = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/** Lets nothing reach an app's routes that are added after this but what may, and says who asks. */
export function makeSafe(
  app: Hono<SafetyEnv>,
  vitals: Vitals,
  { admission = HERE_ALONE, told = () => {}, broke = () => {}, now = Date.now }: WebOptions,
): void {
  const door = new Door(admission, now);
  app.use(headers, limits(), ownHosts(admission), readMethods, notEmbedded);
  app.use(async (context, next) => {
    context.set("broke", (line) => broke(`answering ${context.req.path}: ${line}`));
    await next();
  });
  app.use(admitted(door, vitals, told), meant, streams());
  signIn(app, door);
}

/** Finds out who asks, and refuses who may not. */
function admitted(door: Door, vitals: Vitals, told: NonNullable<WebOptions["told"]>): Safe {
  return async (context, next) => {
    const address = addressOf(context);
    const { path } = context.req;
    const asker = await door.asker(context, address);
    if ("wait" in asker) {
      if (!isOpen(path)) return denied(context, asker.wait);
    }
    const known: Asker = "wait" in asker
      ? { role: undefined, csrf: crypto.randomUUID(), named: false }
      : asker;
    const { role, csrf } = known;
    context.set("address", address);
    context.set("role", role);
    context.set("csrf", csrf);
    context.set("asker", known);
    context.set("auditor", new Auditor(vitals, told, { role, address }));
    if (role !== undefined || isOpen(path)) return await next();
    if (isOfProgram(context) || isUnsafe(context.req.method)) return denied(context, 0);
    return await toSignIn(context);
  };
}

/** Refuses what changes something and was not meant by who asks, or is not for them; notes what was done. */
const meant: Safe = async (context, next) => {
  const { req, var: { role, asker, auditor } } = context;
  const { method, path } = req;
  if (!isUnsafe(method)) return await next();
  const foreign = asker.named ? undefined : foreignOrigin(context);
  if (foreign !== undefined) return refuse(context, 403, `reading the request: ${foreign}`);
  const read = await whole(req.raw);
  if (read === "large") {
    return refuse(
      context,
      413,
      `reading the request: found more than ${MOST_BODY} bytes, wanted at most these`,
    );
  }
  if (read === "late") {
    const detail = `reading the request: found no end within ${MOST_BODY_TIME / 1_000} s, wanted the whole`;
    return refuse(context, 408, detail, { connection: "close" });
  }
  req.raw = read;
  if (!asker.named && FORMS.test(req.header("content-type") ?? "") && !await holds(context, asker.csrf)) {
    return refuse(context, 403, "reading the form: found it older than this server, wanted it loaded anew");
  }
  if (!isAct(method, path)) return await next();
  const written = { method, path: path.slice(0, 200) };
  if (role !== "operate") {
    const message = 'found the role "read", wanted "operate"';
    await auditor.note("request", written, { outcome: "refused", message });
    return refuse(context, 403, `asking for what changes something: ${message}`);
  }
  await next();
  const { status } = context.res;
  // Where there is nothing, nothing was asked for.
  if (auditor.noted || status === 404 || status === 405) return;
  const outcome = status < 400 ? "done" : status < 500 ? "refused" : "failed";
  await auditor.note("request", { ...written, status }, { outcome });
};

/** Whether a form has the field that a page of ours puts into it. */
async function holds(context: Context, csrf: string): Promise<boolean> {
  try {
    const { csrf: given } = await context.req.parseBody();
    return typeof given === "string" && isSame(given, csrf);
  } catch {
    return false;
  }
}

/** Where who asks is, as the server that took the request says. */
function addressOf(context: Context): string {
  const { remoteAddr } = (context.env ?? {}) as { readonly remoteAddr?: { readonly hostname?: string } };
  return remoteAddr?.hostname ?? "127.0.0.1";
}
