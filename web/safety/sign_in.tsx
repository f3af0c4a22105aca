import type { Context, Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import { SECOND } from "../../core/mod.ts";
import { languageIn } from "../view/language.ts";
import type { SafetyEnv } from "./options.ts";
import { refuse } from "./refusal.ts";
import { SIGN_IN, SIGN_OUT } from "./routes.ts";
import { LASTS } from "./session.ts";
import { AgainPage, SignInPage } from "./sign_in_page.tsx";
import { cookieName, type Door } from "./who.ts";

/** Signing in and out, by forms. */
export function signIn(app: Hono<SafetyEnv>, door: Door): void {
  app.get(SIGN_IN, (context) => {
    const next = ownPath(context.req.query("next"));
    if (door.isWide) return context.redirect(next, 303);
    return page(
      context,
      200,
      <SignInPage language={languageIn(context)} csrf={context.var.csrf} next={next} />,
    );
  });
  app.post(SIGN_IN, async (context) => {
    const { token, next: given } = await context.req.parseBody();
    const next = ownPath(given);
    if (door.isWide) return context.redirect(next, 303);
    const { auditor, address } = context.var;
    const role = door.roleOf(typeof token === "string" ? token.trim() : "", address);
    if (typeof role === "object") {
      const seconds = Math.ceil(role.wait / SECOND);
      const message = role.wait > 0 ? `tried too often: wait ${seconds} s` : "no such token";
      auditor.tell("sign in", {}, { outcome: "refused", message });
      if (role.wait > 0) context.header("retry-after", String(seconds));
      return page(
        context,
        role.wait > 0 ? 429 : 403,
        <SignInPage
          language={languageIn(context)}
          csrf={context.var.csrf}
          next={next}
          refused={{ wait: seconds }}
        />,
      );
    }
    setCookie(context, cookieName(context), await door.sessions.issue(role), {
      ...cookieOptions(context),
      maxAge: LASTS / SECOND,
    });
    await auditor.note("sign in", {}, { role });
    return context.redirect(next, 303);
  });
  app.post(SIGN_OUT, async (context) => {
    deleteCookie(context, cookieName(context), cookieOptions(context));
    await context.var.auditor.note("sign out", {});
    return context.redirect(SIGN_IN, 303);
  });
}

/** Sends who is not admitted to where people sign in; a program is told to name a token. */
export function toSignIn(context: Context): Response | Promise<Response> {
  const { req } = context;
  const { pathname, search } = new URL(req.url);
  if (req.header("sec-fetch-site") === "cross-site" && req.header("sec-fetch-mode") === "navigate") {
    const url = ownPath(`${pathname}${search}`);
    context.header("refresh", `0; url=${url}`);
    return page(context, 200, <AgainPage language={languageIn(context)} url={url} />);
  }
  return context.redirect(
    `${SIGN_IN}?${new URLSearchParams({ next: ownPath(`${pathname}${search}`) })}`,
    303,
  );
}

/** Says that a token is wanted, or when it may be tried again. */
export function denied(context: Context, wait: number): Response {
  if (wait > 0) {
    const seconds = Math.ceil(wait / SECOND);
    const detail = `signing in: found too many tries in vain, wanted a pause of ${seconds} s`;
    return refuse(context, 429, detail, { "retry-after": String(seconds) });
  }
  const detail = 'signing in: found no token that is known, wanted "Authorization: Bearer …"';
  return refuse(context, 401, detail, { "www-authenticate": 'Bearer realm="airgraph"' });
}

function cookieOptions(context: Context) {
  const { protocol } = new URL(context.req.url);
  const secure = protocol === "https:" || context.req.header("x-forwarded-proto") === "https";
  return { httpOnly: true, sameSite: "Strict", path: "/", secure } as const;
}

/** A path of this server; whatever leads elsewhere is none. */
export function ownPath(given: unknown): string {
  const path = typeof given === "string" ? given : "/";
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) && !path.startsWith(SIGN_IN) ? path : "/";
}

async function page(context: Context, status: 200 | 403 | 429, body: unknown): Promise<Response> {
  return await context.html(html`<!DOCTYPE html>${body}`, status);
}
