export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The words that can be completed. */
export interface Completed {
  /** Of each command. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  /** Of the assets. */
  readonly keys: readonly string[];
}

/** The script that a shell is to source. Words hold no characters that a shell would read otherwise. */
export const completionScripts: Readonly<Record<typeof SHELLS[number], (completed: Completed) => string>> = {
  bash: (completed) =>
    `_airgraph() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words
  [ "\${COMP_WORDS[1]}" = task ] || { compopt -o default; COMPREPLY=(); return; }
${choice(completed, "COMP_CWORD", "2", "${COMP_WORDS[2]}")}
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _airgraph deno`,
  zsh: (completed) =>
    `_airgraph() {
  local words_
  [ "\${words[2]}" = task ] || { _files; return; }
${
      choice(completed, "CURRENT", "3", "${words[3]}").replaceAll("words=", "words_=").replaceAll(
        "$words ",
        "$words_ ",
      )
    }
  compadd -- \${=words_}
}
(( $+functions[compdef] )) || { autoload -Uz compinit; compinit; }
compdef _airgraph deno`,
  fish: ({ flags, keys }) =>
    [
      "# Deno's own completions begin by taking away all others: they are loaded first.",
      'complete -C "deno " > /dev/null',
      `set -l commands ${Object.keys(flags).join(" ")}`,
      'complete -c deno -f -n "__fish_seen_subcommand_from task; and not __fish_seen_subcommand_from $commands" -a "$commands"',
      `complete -c deno -f -n "__fish_seen_subcommand_from task; and __fish_seen_subcommand_from $commands" -a "${
        keys.join(" ")
      }"`,
      ...Object.entries(flags).flatMap(([name, own]) =>
        own.map((flag) =>
          `complete -c deno -n "__fish_seen_subcommand_from task; and __fish_seen_subcommand_from ${name}" -l ${
            flag.slice(2)
          }`
        )
      ),
    ].join("\n"),
};

/** Chooses the words of a place in the line, for bash and zsh: commands first, then keys and the command's flags. */
function choice({ flags, keys }: Completed, place: string, first: string, command: string): string {
  const cases = Object.entries(flags).map(([name, own]) =>
    `      ${name}) words="$words ${own.join(" ")}" ;;`
  );
  return [
    `  if [ "$${place}" -eq ${first} ]; then`,
    `    words="${Object.keys(flags).join(" ")}"`,
    "  else",
    `    words="${keys.join(" ")}"`,
    `    case "${command}" in`,
    ...cases,
    "    esac",
    "  fi",
  ].join("\n");
}
