"""The manifest of a release bundle: every key of the format present, of its type, and no other."""

import json
import re
from collections.abc import Callable
from datetime import date

from review.catalogue.refusals import BundleError

FORMAT = "qifeng-release/2"
MANIFEST, SEAL = "manifest.json", "seal.json"
LINES, CLOSED, CSV, NOTICE = "entries.jsonl", "closed.jsonl", "entries.csv", "notice.pdf"
MOST_MANIFEST_BYTES = 16 * 2**20

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
DIGEST = re.compile(r"[0-9a-f]{64}")
GROUND = re.compile(r"[A-Za-z0-9.()-]{1,40}")
HELP = (
    "请重新取得完整的发布包后再装载。",
    "Fetch the whole bundle again, then load it.",
)
_STRANGE = re.compile(r'^\.|[/\\~:*?"<>|]')
_NUMBER = re.compile(r"[0-9]{4}-[1-9][0-9]{0,5}")


def read_manifest(raw: bytes) -> dict:
    """The manifest, exactly in its canonical form. BundleError."""
    if len(raw) > MOST_MANIFEST_BYTES:
        raise bad_manifest("size", len(raw))
    try:
        manifest = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise bad_manifest("JSON", "") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(
            f"{MANIFEST} 的格式不是 {FORMAT}，本系统读不了。请用同一版本的程序生成发布包。",
            f"The format of {MANIFEST} is not {FORMAT}; this program cannot read it. Make the bundle with the same version.",
        )
    _match(manifest, _SHAPE, "")
    if (json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode() != raw:
        raise bad_manifest("JSON", "not canonical")
    _check_sums(manifest)
    _check_names(manifest)
    return manifest


def signed_names(manifest: dict) -> set[str]:
    """The files that carry a signature of their own: the volumes of the catalogue and the notice."""
    return {name for name in manifest["files"] if name.endswith(".pdf") and "/" not in name}


def copy_name(digest: str) -> str:
    """The file of a redacted copy in the bundle."""
    return f"copies/{digest}.pdf"


def ead_name(code: str) -> str:
    """The finding aid of a fonds in the bundle: its code, in which the few signs that a path cannot have are written ~HEX~."""
    return f"ead3/{_STRANGE.sub(lambda sign: f'~{ord(sign[0]):X}~', code)}.xml"


def bad_manifest(place: str, value: object) -> BundleError:
    """What is not as the format has it, and what stands there."""
    shown = str(value)[:80]
    return BundleError(
        f"{MANIFEST} 的“{place}”不合格式 {FORMAT}：{shown}。{HELP[0]}",
        f"In {MANIFEST}, “{place}” is not as {FORMAT} has it: {shown}. {HELP[1]}",
    )


def is_day(value: object) -> bool:
    """Whether a value is a date as ISO 8601 writes it."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 200 and not CONTROL.search(value)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9


def _size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _digest(value: object) -> bool:
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def is_number(value: object) -> bool:
    """Whether a value is the number of a release."""
    return isinstance(value, str) and bool(_NUMBER.fullmatch(value))


def _deferred(value: object) -> bool:
    return isinstance(value, dict) and all(GROUND.fullmatch(code) and _count(n) for code, n in value.items())


def _fonds(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(fonds, dict)
        and set(fonds) == {"code", "title", "entries"}
        and _text(fonds["code"])
        and len(fonds["code"]) <= 100
        and isinstance(fonds["title"], str)
        and not CONTROL.search(fonds["title"])
        and _count(fonds["entries"])
        for fonds in value
    )


def _files(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(facts, dict)
        and set(facts) == {"bytes", "sha256", "sm3"}
        and _size(facts["bytes"])
        and _digest(facts["sha256"])
        and _digest(facts["sm3"])
        for facts in value.values()
    )


_SHAPE: dict[str, Callable[[object], bool] | dict] = {
    "format": _text,
    "number": is_number,
    "corrects": lambda value: value == "" or is_number(value),
    "archives": {"zh": _text, "en": _text},
    "issued_on": is_day,
    "signed_off_by": _text,
    "signed_off_on": is_day,
    "ruleset": {"number": _text, "digest": _digest},
    "ledger": {"line": _count, "digest": _digest},
    "code_version": _text,
    "fonds": _fonds,
    "counts": {
        "opened": _count,
        "opened_early": _count,
        "opened_in_part": _count,
        "deferred": _deferred,
        "referred": _count,
        "not_due": _count,
    },
    "entries": {"count": _count, "merkle_root": _digest},
    "closed": _count,
    "pages": _count,
    "files": _files,
}


def _match(value: object, shape: dict, path: str) -> None:
    if not isinstance(value, dict) or set(value) != set(shape):
        keys = sorted(map(str, value)) if isinstance(value, dict) else value
        raise bad_manifest(path or MANIFEST, keys)
    for key, expected in shape.items():
        place = f"{path}.{key}" if path else key
        if isinstance(expected, dict):
            _match(value[key], expected, place)
        elif not expected(value[key]):
            raise bad_manifest(place, value[key])


def _check_sums(manifest: dict) -> None:
    """The figures agree with one another; the entries themselves are counted where they are read."""
    counts, fonds = manifest["counts"], manifest["fonds"]
    deferred = sum(counts["deferred"].values())
    if manifest["corrects"] == manifest["number"]:
        raise bad_manifest("corrects", manifest["corrects"])
    if counts["opened"] + counts["opened_in_part"] != manifest["entries"]["count"]:
        raise bad_manifest("entries.count", manifest["entries"]["count"])
    if counts["opened_early"] > manifest["entries"]["count"]:
        raise bad_manifest("counts.opened_early", counts["opened_early"])
    if counts["opened_in_part"] > deferred or manifest["closed"] > deferred:
        raise bad_manifest("counts.deferred", deferred)
    if sum(each["entries"] for each in fonds) != manifest["entries"]["count"] or len(
        {each["code"] for each in fonds}
    ) != len(fonds):
        raise bad_manifest("fonds", [each["code"] for each in fonds])


def _check_names(manifest: dict) -> None:
    """Exactly the files of the format: nothing is missing, nothing has another name, no name leads anywhere else."""
    names = set(manifest["files"])
    expected = {
        CSV,
        LINES,
        "catalogue.sqlite3",
        CLOSED,
        NOTICE,
        *(ead_name(each["code"]) for each in manifest["fonds"]),
    }
    expected |= _numbered(names, "open-catalogue", "pdf") | _numbered(names, "entries", "xlsx")
    expected |= {name for name in names if name.startswith("copies/") and DIGEST.fullmatch(name[7:-4])}
    if odd := names ^ expected:
        raise bad_manifest("files", "、".join(sorted(odd)))
    for name, facts in manifest["files"].items():
        if name.startswith("copies/") and name != copy_name(facts["sha256"]):
            raise bad_manifest(f"files.{name}", facts["sha256"])


def _numbered(names: set[str], stem: str, suffix: str) -> set[str]:
    """The file of that name, or where it is in parts all of them, from 1 on, at least two."""
    parts = [name for name in names if re.fullmatch(rf"{stem}-[1-9][0-9]{{0,5}}\.{suffix}", name)]
    if not parts:
        return {f"{stem}.{suffix}"}
    return {f"{stem}-{number}.{suffix}" for number in range(1, max(len(parts), 2) + 1)}
