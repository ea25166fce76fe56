import type { RepositoryItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { LOCK_SECONDS, type PackageManager } from "./manager";
import { HOST_STATE } from "./prelude";
import { repositoryFiles } from "./repositoryFiles";

/** Where a repository is tried before it counts. */
const TRIAL = `${HOST_STATE}/repository`;

/** Shell that writes a file, or removes it where there is to be none. */
export function place(path: string, content: string | undefined): string {
    if (content === undefined) {
        return `rm -f ${shellQuote(path)}`;
    }
    const encoded = Buffer.from(content, "utf8").toString("base64");
    return `printf %s ${shellQuote(encoded)} | base64 -d | put_file ${shellWords([path, "0644", "root", "root"])}`;
}

/** Shell that reads a repository by files beside, and puts them in their place when that has worked. */
export function addRepository(manager: PackageManager, name: string, item: RepositoryItem): string {
    if (manager === "none") {
        return "refuse 'this host has neither apt nor dnf'";
    }
    if (manager === "apt" && item.suite === undefined) {
        return `refuse ${shellQuote(`repository ${name} has no suite, which apt needs`)}`;
    }
    const [trialKey, extension] = [`${TRIAL}/${name}.asc`, manager === "apt" ? "sources" : "repo"];
    const trialSource = `${TRIAL}/${name}.${extension}`;
    const trial = repositoryFiles(manager, name, item, trialKey);
    const files = repositoryFiles(manager, name, item);
    const read =
        manager === "apt"
            ? `apt-get -qq -o Dir::Etc::SourceList=${trialSource} -o Dir::Etc::SourceParts=- ` +
              "-o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any update"
            : `dnf -y -q --setopt=exit_on_lock=True --setopt=reposdir=${TRIAL} --setopt=seamount-${name}.skip_if_unavailable=False makecache --refresh`;
    return [
        `rm -rf ${TRIAL}`,
        `mkdir -pm 0755 ${TRIAL}`,
        `trap 'rm -rf ${TRIAL}' EXIT`,
        place(trialKey, trial.key),
        place(trialSource, trial.source),
        "tries=0",
        `until out=$(${read} 2>&1); do`,
        "    status=$?",
        "    case $status$out in 200* | *'Could not get lock'*)",
        "        [ $tries != 0 ] || mark step 'waiting for another package manager'",
        `        tries=$((tries + 1)); if [ $tries -lt ${LOCK_SECONDS / 5} ]; then sleep 5; continue; fi ;;`,
        "    esac",
        "    printf '%s\\n' \"$out\" | grep -E '^(E|W|Err|Error|  )|rror:' | head -n 4 >&2 || :",
        `    refuse ${shellQuote(`repository ${name} (${item.url}) could not be read, and was not added`)}`,
        "done",
        place(files.keyPath, files.key),
        place(files.sourcePath, files.source),
    ].join("\n");
}
