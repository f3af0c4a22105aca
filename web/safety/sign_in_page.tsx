import { files } from "../static.ts";

/** Where people sign in, as a whole page that needs no script. */
export function SignInPage(
  { csrf, next, message }: {
    readonly csrf: string;
    /** Where to go on. */
    readonly next: string;
    /** Why it was not done. */
    readonly message?: string | undefined;
  },
) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={files.url("page.css")} />
        <title>Sign in · Airgraph</title>
      </head>
      <body>
        <main class="alone panel">
          <h1>Sign in</h1>
          <form method="post" action="/sign-in">
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="next" value={next} />
            <p>
              <label for="token">Token</label>
              <input
                id="token"
                name="token"
                type="password"
                autocomplete="current-password"
                required
                autofocus
                aria-describedby={message === undefined ? "help" : "fault"}
              />
            </p>
            {message === undefined ? "" : <p id="fault" role="alert">{message}</p>}
            <p id="help">Whoever runs this server has it as WEB_TOKEN, or as WEB_READ_TOKEN to look only.</p>
            <button type="submit">Sign in</button>
          </form>
        </main>
      </body>
    </html>
  );
}

/** Asks for the same page once more: a browser shows no cookie of ours to who comes from another site. */
export function AgainPage({ url }: { readonly url: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Airgraph</title>
      </head>
      <body>
        <p>
          <a href={url}>Go on</a>
        </p>
      </body>
    </html>
  );
}
