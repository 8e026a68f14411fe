# Shared by demo, test and bench: what the machine lacks, and a .venv with exactly what the lock file names.
# Usage: . script/install.sh; install_all run|test|full
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else
        say "需要 root 或 sudo 来运行： root or sudo is needed to run: $*"
        exit 1
    fi
}

packages_of() {
    # pango and HarfBuzz (with its subsetting library) set the PDF; the fonts are in the repository.
    run="python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    test="poppler-utils libxml2-utils gettext"
    full="chromium fonts-noto-cjk default-jdk-headless libjaxb-java libreoffice-calc-nogui"
    # Ubuntu's chromium is a snap that cannot run everywhere; LibreOffice's package differs by release.
    apt-cache show libreoffice-calc-nogui >/dev/null 2>&1 || full="chromium fonts-noto-cjk default-jdk-headless libjaxb-java libreoffice-calc"
    case "$1" in
        run) echo "$run" ;;
        test) echo "$run $test" ;;
        full) echo "$run $test $full" ;;
    esac
}

install_system() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "本机没有 apt。请自行安装：pango、HarfBuzz（含 subset 库）。 This machine has no apt. Install yourself:"
        say "  pango and HarfBuzz with its subsetting library (macOS: brew install pango; Fedora: dnf install pango)"
        [ "$1" = run ] || say "  for the tests also: poppler (pdftotext), libxml2 (xmllint), gettext; for --full: Chromium, a JDK, JAXB, LibreOffice"
        return 0
    fi
    missing=""
    for package in $(packages_of "$1"); do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    say "安装系统软件包 installing:$missing"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # The lists may have been empty before: ask again which packages this release has.
    missing=""
    for package in $(packages_of "$1"); do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
    done
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    say "需要 Python 3.11 或更新版本。 Python 3.11 or newer is needed."
    exit 1
}

install_python() {
    lock=requirements.lock
    [ "$1" = run ] || lock="requirements-$1.lock"
    stamp=".venv/.installed-$1-$(cksum <"$lock" | tr ' ' '-')"
    [ -e "$stamp" ] && return 0
    [ -x .venv/bin/python ] || "$(find_python)" -m venv .venv
    say "安装 Python 软件包（$lock） installing Python packages"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    touch "$stamp"
}

install_model() {
    # Only the files of the model of personal names are wanted, never its code, nor what that would depend on. The package is
    # a source archive that an old setuptools builds; both are pinned by their hashes, so nothing is fetched beside them.
    stamp=".venv/.installed-model-$(cat requirements-model-build.lock requirements-model.lock | cksum | tr ' ' '-')"
    [ -e "$stamp" ] && return 0
    say "安装人名模型（下载 65 MB） installing the model of personal names (a download of 65 MB)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-model-build.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-build-isolation -r requirements-model.lock
    touch "$stamp"
}

install_all() {
    install_system "$1"
    install_python "$1"
    install_model
}
