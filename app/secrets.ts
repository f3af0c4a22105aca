import type { Name } from "./variables.ts";

/** Values that are never shown. */
export const SECRETS: readonly Name[] = [
  "OPENAQ_API_KEY",
  "WEB_TOKEN",
  "WEB_READ_TOKEN",
  "ALERT_WEBHOOK_URL",
  "ALERT_SMTP_URL",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];
/** Variables by whose names their values are secrets, such as those of groups. */
const SECRET = /(^|_)(KEY|TOKEN|SECRET|PASSWORD)$/;
/** A shorter secret is not masked in texts: it would take the letters out of other words. */
export const SHORTEST_MASKED = 8;

/**
 * Takes the secrets among what is given out of any text: as they are, and as URLs and JSON write them. Those that are
 * too short to be told from other words stay, but for passwords where a URL has them.
 */
export function masker(given: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const secrets = new Set<string>();
  const passwords = new Set<string>();
  for (const [name, value = ""] of Object.entries(given)) {
    if (SECRET.test(name) || (SECRETS as readonly string[]).includes(name)) secrets.add(value.trim());
    const password = URL.canParse(value) ? new URL(value).password : "";
    if (password === "") continue;
    passwords.add(password);
    secrets.add(password).add(decoded(password));
  }
  const written = [...secrets].filter(({ length }) => length >= SHORTEST_MASKED).flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  const known = [
    ...written.map((secret) => [secret, "***"] as const),
    ...[...passwords].flatMap((password) =>
      [password, decoded(password)].map((each) => [`:${each}@`, ":***@"] as const)
    ),
  ];
  // The longest first: one may be part of another.
  const ordered = [...new Map(known)].sort(([a], [b]) => b.length - a.length);
  return (text) => ordered.reduce((masked, [secret, stars]) => masked.replaceAll(secret, stars), text);
}

/** A URL's part as it was before it was written for the URL; what stands for no character stays. */
function decoded(part: string): string {
  return part.replaceAll(/(%[0-9a-f]{2})+/gi, (written) => {
    try {
      return decodeURIComponent(written);
    } catch {
      return written;
    }
  });
}
