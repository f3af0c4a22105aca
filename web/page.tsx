import type { Context, Hono } from "hono";
import type { Child } from "hono/jsx";
import { Layout, type LayoutProps } from "./parts/layout.tsx";
import type { PageEnv } from "./view/view.ts";

/** The app to which pages are added. */
export type Pages = Hono<PageEnv>;

/** The fields of the form that was sent. */
export async function sentIn(context: Context<PageEnv>): Promise<URLSearchParams> {
  const form = await context.req.formData();
  return new URLSearchParams([...form].map(([name, value]) => [name, String(value)]));
}

/** What a page is, but for its content. */
export type Shown = Omit<LayoutProps, "view" | "children">;

/** Answers with a page. */
export function show(
  context: Context<PageEnv>,
  { status = 200, ...props }: Shown & { readonly status?: 200 | 400 | 403 | 404 | 500 | 503 },
  children: Child,
): Response | Promise<Response> {
  return context.html(<Layout view={context.var.view} {...props}>{children}</Layout>, status);
}
