import type { UserItem } from "../items";
import { shellQuote } from "../shell";

/** Shell that adds an account. One that left its home behind gets back the numbers to which the home belongs. */
export function addUser(key: string, item: UserItem, shell: string): string[] {
    const name = shellQuote(key);
    const owner = `the owner of ${"$home"} is another account: give the user another home, or chown it`;
    return [
        `set -- --create-home --home-dir "$home" --shell ${shellQuote(shell)}`,
        ...(item.uid === undefined
            ? [
                  'if [ -d "$home" ]; then',
                  '    id=$(stat -c %u "$home")',
                  `    ! getent passwd "$id" >/dev/null || refuse "${owner}"`,
                  '    set -- "$@" --uid "$id"',
                  "fi",
              ]
            : [
                  `set -- "$@" --uid ${item.uid}`,
                  `[ ! -d "$home" ] || [ "$(stat -c %u "$home")" = ${item.uid} ] || refuse "${owner}"`,
              ]),
        `if getent group ${name} >/dev/null; then set -- "$@" --gid ${name}`,
        'elif [ -d "$home" ] && ! getent group "$(stat -c %g "$home")" >/dev/null; then',
        `    groupadd --gid "$(stat -c %g "$home")" ${name}; set -- "$@" --gid ${name}`,
        'else set -- "$@" --user-group; fi',
        `useradd "$@" ${name} >&2`,
    ];
}

/** Shell that makes an empty home where there is none. */
export function makeHome(key: string): string[] {
    return [`[ -e "$home" ] || install -d -m 0700 -o ${shellQuote(key)} -g "$(id -g ${shellQuote(key)})" "$home"`];
}
