import { files } from "../static.ts";
import { type Language, words } from "../view/language.ts";

const text = words({
  signIn: "Sign in",
  token: "Token",
  help: "Whoever runs this server has it as WEB_TOKEN, or as WEB_READ_TOKEN to look only.",
  unknown: "That is none of the tokens. Look it up, and try again.",
  wait: (seconds: number) => `That was tried too often. Wait ${seconds} s, then try again.`,
  goOn: "Go on",
}, {
  signIn: "Đăng nhập",
  token: "Mã truy cập",
  help: "Người vận hành máy chủ có mã này trong WEB_TOKEN, hoặc WEB_READ_TOKEN nếu chỉ để xem.",
  unknown: "Không có mã nào như vậy. Hãy xem lại rồi thử lần nữa.",
  wait: (seconds) => `Đã thử quá nhiều lần. Hãy đợi ${seconds} giây rồi thử lại.`,
  goOn: "Tiếp tục",
});

/** Why signing in was not done: there is no such token, or so many seconds are to be waited. */
export type Refused = { readonly wait: number };

/** Where people sign in, as a whole page that needs no script. */
export function SignInPage(
  { language, csrf, next, refused }: {
    readonly language: Language;
    readonly csrf: string;
    /** Where to go on. */
    readonly next: string;
    readonly refused?: Refused;
  },
) {
  const t = text[language];
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={files.url("page.css")} />
        <title>{`${t.signIn} · Airgraph`}</title>
      </head>
      <body>
        <main class="alone panel">
          <h1>{t.signIn}</h1>
          <form method="post" action="/sign-in" class="stack">
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="next" value={next} />
            <p>
              <label for="token">{t.token}</label>
              <input
                id="token"
                name="token"
                type="password"
                autocomplete="current-password"
                required
                autofocus
                aria-describedby={refused === undefined ? "help" : "fault"}
              />
            </p>
            {refused === undefined ? "" : (
              <p id="fault" role="alert" class="notice bad">
                {refused.wait > 0 ? t.wait(refused.wait) : t.unknown}
              </p>
            )}
            <p id="help" class="small quiet">{t.help}</p>
            <p>
              <button type="submit" class="main">{t.signIn}</button>
            </p>
          </form>
        </main>
      </body>
    </html>
  );
}

/** Asks for the same page once more: a browser shows no cookie of ours to who comes from another site. */
export function AgainPage({ language, url }: { readonly language: Language; readonly url: string }) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <title>Airgraph</title>
      </head>
      <body>
        <p>
          <a href={url}>{text[language].goOn}</a>
        </p>
      </body>
    </html>
  );
}
