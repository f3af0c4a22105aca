import type { MiddlewareHandler } from "hono";

/** Only what this server itself serves is run, shown or asked; nothing inline; nobody frames it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** No page needs any of these. */
const FEATURES = ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"];

const HEADERS: readonly (readonly [string, string])[] = [
  ["content-security-policy", POLICY],
  ["x-content-type-options", "nosniff"],
  // With "no-referrer" a form is sent with no origin, which tells a page of ours from another.
  ["referrer-policy", "same-origin"],
  ["permissions-policy", FEATURES.map((feature) => `${feature}=()`).join(", ")],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
];

/** Says on every answer what a browser is to keep it from, and that nobody keeps it; whoever answers may say otherwise of that. */
export const headers: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  for (const [name, value] of HEADERS) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
};
