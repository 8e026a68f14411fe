#!/usr/bin/env python3
"""核验启封发布包：只需 Python 3.8 以上的标准库和 openssl 命令。Verify a release bundle of Qifeng: Python 3.8+ and openssl, nothing else.

    verify_release.py BUNDLE --trust authority.pem [--entry CODE [--save PROOF]] [--language zh|en]
    verify_release.py BUNDLE --trust authority.pem --proof PROOF

BUNDLE   发布包文件夹，或者它的 .zip；核验证明时，文件夹里有 manifest.json 和 seal.json 即可。
         the folder of the bundle, or one .zip of it; for a proof, manifest.json and seal.json are enough.
--trust  档案馆的根证书（PEM），须从另一途径取得。 the archives' root certificate (PEM), had by another way than the bundle.
--entry  某条目是否在该次发布之中，并给出证明。 whether an entry is part of the release, with its proof.
--proof  只凭证明文件核验一个条目。 check one entry by its proof alone.

退出码 exit code: 0 完整可信 whole and trusted; 1 不符 not as issued; 2 没有核验成 could not be checked; 3 完整，但没有指明信任谁
whole, but nobody was named to trust.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TextIO

RELEASE, SEAL, PROOF = "qifeng-release/2", "qifeng-seal/1", "qifeng-proof/1"
WHOLE, REFUSED, UNCHECKED, UNTRUSTED = 0, 1, 2, 3

CHUNK = 1 << 20
HEX = re.compile("[0-9a-f]{64}")
NUMBER = re.compile("[0-9]{4}-[1-9][0-9]{0,5}")
NAME = re.compile(r"(?:(?:ead3|copies)/)?[^/\\\x00-\x1f.][^/\\\x00-\x1f]*")
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
FIELDS = {
    "fonds_code", "fonds_title", "series_title", "reference_code", "public_title", "responsible_body", "date", "extent",
    "early_opening", "redacted_copy",
}  # fmt: skip


class Refused(Exception):
    """The bundle, or the proof, is not what was issued."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.words = (zh, en)


class NotThere(Refused):
    """The bundle is whole, and what was asked for is not in it."""


class Unchecked(Refused):
    """Nothing can be said: something that the check needs is missing."""


class Speech:
    """What is said, in the language asked for, or first in Chinese and then in English."""

    def __init__(self, language: str | None) -> None:
        self.languages = [language] if language else ["zh", "en"]
        self.lines: dict[str, list[str]] = {"zh": [], "en": []}

    def say(self, zh: str, en: str) -> None:
        self.lines["zh"].append(zh)
        self.lines["en"].append(en)

    def out(self, stream: TextIO) -> None:
        stream.write("\n\n".join("\n".join(self.lines[language]) for language in self.languages) + "\n")


class OpenSSL:
    """The openssl command, which believes nobody but whom it is told to."""

    def __init__(self, aside: Path) -> None:
        self.aside = aside
        nobody = aside / "nobody"
        nobody.mkdir()
        self.environment = {**os.environ, "SSL_CERT_FILE": str(nobody / "none.pem"), "SSL_CERT_DIR": str(nobody)}
        self.environment.pop("OPENSSL_CONF", None)

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        try:
            return subprocess.run(  # noqa: S603  no shell
                ["openssl", *map(str, arguments)],  # noqa: S607  the one on the path, wherever it is
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise Unchecked(
                f"找不到 openssl 命令（{error}），无法核对签名。请先安装 OpenSSL。",
                f"There is no openssl command ({error}), so no signature can be checked. Install OpenSSL first.",
            ) from error

    def keep(self, name: str, content: bytes) -> Path:
        path = self.aside / name
        path.write_bytes(content)
        return path


class Tree:
    """The Merkle root over lines (RFC 9162, section 2.1)."""

    def __init__(self) -> None:
        self.count = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        node, full = leaf, self.count
        while full & 1:
            node = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest()
            full >>= 1
        self.peaks.append(node)
        self.count += 1

    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256().digest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\1" + peak + node).digest()
        return node


def leaf_hash(line: bytes) -> bytes:
    return hashlib.sha256(b"\0" + line).digest()


def canonical(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def read_json(path: Path) -> dict:
    """A file that is exactly the canonical form of the object in it."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Refused(f"缺少文件 {path.name}。", f"The file {path.name} is missing.") from None
    try:
        content = json.loads(raw.decode("utf-8"))
        if not isinstance(content, dict) or canonical(content) != raw:
            raise ValueError
    except (ValueError, RecursionError):
        raise Refused(
            f"{path.name} 已被改动或者不合格式。", f"{path.name} was changed, or is not as the format has it."
        ) from None
    return content


def read_manifest(folder: Path) -> dict:
    manifest = read_json(folder / "manifest.json")
    try:
        good = (
            manifest["format"] == RELEASE
            and NUMBER.fullmatch(manifest["number"])
            and datetime.date.fromisoformat(manifest["issued_on"])
            and type(manifest["entries"]["count"]) is int
            and HEX.fullmatch(manifest["entries"]["merkle_root"])
            and {"entries.jsonl", "closed.jsonl"} <= set(manifest["files"])
            and all(
                NAME.fullmatch(name)
                and type(facts["bytes"]) is int
                and HEX.fullmatch(facts["sha256"])
                and HEX.fullmatch(facts["sm3"])
                for name, facts in manifest["files"].items()
            )
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        good = False
    if not good:
        raise Refused(f"manifest.json 不合格式 {RELEASE}。", f"manifest.json is not as {RELEASE} has it.")
    return manifest


def read_seal(folder: Path, manifest: dict) -> dict:
    seal = read_json(folder / "seal.json")
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    try:
        signature = base64.b64decode(seal["signature"], validate=True)
        good = (
            set(seal) == {"format", "manifest", "files", "algorithm", "certificates", "signature"}
            and (seal["format"], seal["algorithm"]) == (SEAL, "RSA-PKCS1v15-SHA256")
            and base64.b64encode(signature).decode() == seal["signature"]
            and 0 < len(seal["certificates"]) <= 9
            and set(seal["files"])
            == {name for name in manifest["files"] if name.endswith(".pdf") and "/" not in name}
        )
    except (KeyError, TypeError, ValueError, binascii.Error):
        good = False
    if not good:
        raise Refused(f"seal.json 不合格式 {SEAL}。", f"seal.json is not as {SEAL} has it.")
    if seal["manifest"] != digest:
        raise Refused("印章所盖的是另一份清单。", "The seal was put on another manifest.")
    return seal


def check_seal(seal: dict, issued_on: str, trust: Path | None, openssl: OpenSSL) -> dict[str, str]:
    """Who signed, as the certificate says it; the signature holds, and the certificate was good on the issue day."""
    signed = openssl.keep("signed", canonical({key: value for key, value in seal.items() if key != "signature"}))
    signature = openssl.keep("signature", base64.b64decode(seal["signature"]))
    signer = openssl.keep("signer.pem", str(seal["certificates"][0]).encode())
    between = openssl.keep("between.pem", "".join(map(str, seal["certificates"][1:])).encode())
    key = openssl.run("x509", "-in", signer, "-pubkey", "-noout")
    if key.returncode:
        raise Refused("seal.json 里的证书读不出来。", "The certificate in seal.json cannot be read.")
    public = openssl.keep("public.pem", key.stdout)
    if openssl.run("dgst", "-sha256", "-verify", public, "-signature", signature, signed).returncode:
        raise Refused(
            "印章的签名与所附证书不符。",
            "The signature of the seal is not one by the certificate that comes with it.",
        )
    names = openssl.run(
        "x509", "-in", signer, "-noout", "-subject", "-issuer", "-serial", "-startdate", "-enddate",
        "-nameopt", "RFC2253,utf8,-esc_msb",
    ).stdout.decode(errors="replace")  # fmt: skip
    who = dict(line.split("=", 1) for line in names.splitlines() if "=" in line)
    if trust is not None:
        more = ["-untrusted", between] if between.stat().st_size else []
        found = openssl.run("verify", "-attime", moment(issued_on), "-CAfile", trust, *more, signer)
        if found.returncode:
            said = re.findall(
                r"error \d+ at \d+ depth lookup: ?(.*)", (found.stdout + found.stderr).decode(errors="replace")
            )
            why = "; ".join(said) or "?"
            raise Refused(
                f"印章的证书（{who.get('subject')}）在签发日 {issued_on} 不可信：{why}。",
                f"The certificate of the seal ({who.get('subject')}) is not to be trusted on the issue day {issued_on}: {why}.",
            )
    return who


def moment(issued_on: str) -> int:
    """The start of a day, UTC, in seconds since 1970."""
    day = datetime.date.fromisoformat(issued_on)
    return (day - datetime.date(1970, 1, 1)).days * 86400


def check_names(folder: Path, manifest: dict) -> None:
    present = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink() and name in ("ead3", "copies") and any(path.iterdir()):
            continue
        if path.is_symlink() or not path.is_file():
            raise Refused(
                f"发布包里有不该有的东西：{name}。", f"The bundle holds what does not belong there: {name}."
            )
        present.add(name)
    expected = {"manifest.json", "seal.json", *manifest["files"]}
    for name in sorted(expected - present):
        raise Refused(f"缺少文件 {name}。", f"The file {name} is missing.")
    for name in sorted(present - expected):
        raise Refused(f"有清单没有列出的文件 {name}。", f"There is a file that the manifest does not list: {name}.")


def new_sm3() -> object:
    try:
        return hashlib.new("sm3")
    except ValueError:
        return None


def check_file(path: Path, name: str, facts: dict, whole: dict | None) -> None:
    """The size and digests of the manifest; of a signed PDF, those are of its beginning, and the seal has those of all of it."""
    sha, sm3, left, size = hashlib.sha256(), new_sm3(), facts["bytes"], 0
    changed = Refused(
        f"{name} 与清单所记的摘要不符，已被改动或残缺。",
        f"{name} does not have the digest in the manifest: it was changed or cut.",
    )
    with path.open("rb") as file:
        while left > 0:
            block = file.read(min(CHUNK, left))
            if not block:
                raise changed
            left -= len(block)
            size += len(block)
            sha.update(block)
            if sm3 is not None:
                sm3.update(block)  # type: ignore[attr-defined]
        if sha.hexdigest() != facts["sha256"] or (sm3 is not None and sm3.hexdigest() != facts["sm3"]):  # type: ignore[attr-defined]
            raise changed
        for block in iter(lambda: file.read(CHUNK), b""):
            size += len(block)
            sha.update(block)
    if (size, sha.hexdigest()) != ((whole or facts)["bytes"], (whole or facts)["sha256"]):
        raise changed


def check_pdf(path: Path, unsigned: int, seal: dict, chain: list[object], openssl: OpenSSL) -> None:
    """The signature inside a PDF: it covers all of the file, and is by the certificate of the seal."""
    bad = Refused(f"{path.name} 里的签名不成立。", f"The signature inside {path.name} does not hold.")
    with path.open("rb") as file:
        file.seek(unsigned)
        appended = file.read()
        found = RANGE.findall(appended)
        if len(found) != 1:
            raise bad
        start, first, second, rest = map(int, found[0])
        contents = appended[first - unsigned : second - unsigned]
        if (
            start
            or second + rest != path.stat().st_size
            or not unsigned <= first < second
            or contents[:1] + contents[-1:] != b"<>"
        ):
            raise bad
        covered = openssl.aside / "covered"
        with covered.open("wb") as out:
            file.seek(0)
            for block in iter(lambda: file.read(min(CHUNK, first - file.tell())), b""):
                out.write(block)
            file.seek(second)
            shutil.copyfileobj(file, out, CHUNK)
    try:
        der = openssl.keep("cms.der", bytes.fromhex(contents[1:-1].decode("ascii")))
    except ValueError:
        raise bad from None
    by = openssl.aside / "by.pem"
    done = openssl.run(
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        der,
        "-content",
        covered,
        "-out",
        os.devnull,
        "-signer",
        by,
        *chain,
    )
    covered.unlink()
    if done.returncode or pem_body(by.read_text()) != pem_body(str(seal["certificates"][0])):
        raise bad


def pem_body(pem: str) -> str:
    return "".join(pem.split("-----")[2].split()) if pem.count("-----") >= 4 else ""


def read_lines(folder: Path, manifest: dict, code: str | None) -> tuple[list[tuple[int, bytes]], list[bytes]]:
    """Go through the entries: their number and Merkle root are those of the manifest. The lines of `code`, and all leaves
    where one was asked for."""
    tree, found, leaves = Tree(), [], []
    wanted = json.dumps(code, ensure_ascii=False).encode() if code is not None else None
    with (folder / "entries.jsonl").open("rb") as file:
        for number, raw in enumerate(file):
            line = raw[:-1]
            leaf = leaf_hash(line)
            tree.add(leaf)
            if wanted is not None:
                leaves.append(leaf)
                if wanted in line and json.loads(line)["reference_code"] == code:
                    found.append((number, line))
    if (tree.count, tree.root().hex()) != (manifest["entries"]["count"], manifest["entries"]["merkle_root"]):
        raise Refused(
            "entries.jsonl 的条数或 Merkle 根与清单不符。",
            "The number of entries or their Merkle root is not that of the manifest.",
        )
    return found, leaves


def path_of(leaves: list[bytes], at: int) -> list[dict[str, str]]:
    """The inclusion path of a leaf, from below: each sibling with its side."""
    path = []
    while len(leaves) > 1:
        if at ^ 1 < len(leaves):
            path.append({"side": "left" if at & 1 else "right", "hash": leaves[at ^ 1].hex()})
        pairs = zip(leaves[::2], leaves[1::2])  # noqa: B905  Python 3.8 has no strict
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        leaves, at = above + leaves[len(above) * 2 :], at // 2
    return path


def sides_of(at: int, count: int) -> list[str]:
    """The sides of the siblings on the way up from leaf `at` of `count`."""
    sides = []
    while count > 1:
        if at ^ 1 < count:
            sides.append("left" if at & 1 else "right")
        at, count = at // 2, (count + 1) // 2
    return sides


def check_proof(path: Path, folder: Path, manifest: dict) -> dict:
    """The entry of a proof that leads to the Merkle root of the manifest."""
    try:
        proof = json.loads(path.read_bytes().decode("utf-8"))
        line = proof["line"].encode()
        node = leaf_hash(line)
        steps = [(step["side"], bytes.fromhex(step["hash"])) for step in proof["path"]]
        entry = json.loads(line)
        if proof["format"] != PROOF or set(entry) != FIELDS or any(len(each) != 32 for _, each in steps):
            raise ValueError
        expected = (
            manifest["number"],
            hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest(),
            manifest["entries"]["merkle_root"],
            manifest["entries"]["count"],
        )
        named = (proof["release"], proof["manifest"], proof["merkle_root"], proof["entries"])
        place = type(proof["leaf"]) is int and 0 <= proof["leaf"] < manifest["entries"]["count"]
    except OSError as error:
        raise Unchecked(f"读不了证明文件：{error}。", f"The proof cannot be read: {error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(f"证明文件不合格式 {PROOF}。", f"The proof is not as {PROOF} has it.") from None
    for side, other in steps:
        node = hashlib.sha256(b"\1" + (other + node if side == "left" else node + other)).digest()
    if (
        named != expected
        or not place
        or [side for side, _ in steps] != sides_of(proof["leaf"], manifest["entries"]["count"])
        or node.hex() != manifest["entries"]["merkle_root"]
        or proof.get("leaf_hash", leaf_hash(line).hex()) != leaf_hash(line).hex()
    ):
        raise Refused(
            "证明与该次发布不符：条目不在其中，或者已被改动。",
            "The proof does not fit the release: the entry is not part of it, or was changed.",
        )
    return {**proof, "entry": entry}


def unpacked(bundle: Path, aside: Path) -> Path:
    """The folder of the bundle: itself, or what its .zip holds."""
    if bundle.is_dir():
        return bundle
    bad = Refused("压缩包已损坏，或含有不应有的内容。", "The .zip is damaged, or holds what does not belong there.")
    if not bundle.is_file():
        raise Unchecked(f"找不到 {bundle}。", f"There is no {bundle}.")
    try:
        with zipfile.ZipFile(bundle) as packed:
            names = [each.filename for each in packed.infolist() if not each.is_dir()]
            if len(set(names)) != len(names):
                raise bad
            for name in names:
                parts = PurePosixPath(name)
                if parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
                    raise bad
                packed.extract(name, aside / "unpacked")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise bad from None
    inside = list((aside / "unpacked").iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else aside / "unpacked"


def check_files(folder: Path, manifest: dict, seal: dict, trust: Path | None, openssl: OpenSSL) -> None:
    """Every file is there and as it was sealed, and no other is; the PDFs carry the same signer's signature."""
    check_names(folder, manifest)
    files = manifest["files"]
    with ThreadPoolExecutor(2) as threads:
        checks = [
            threads.submit(check_file, folder / name, name, facts, seal["files"].get(name))
            for name, facts in sorted(files.items(), key=lambda each: -each[1]["bytes"])
        ]
        for check in checks:
            check.result()
    chain: list[object] = ["-noverify"]
    if trust is not None:
        chain = ["-CAfile", trust, "-attime", moment(manifest["issued_on"]), "-purpose", "any"]
    for name in sorted(seal["files"]):
        check_pdf(folder / name, files[name]["bytes"], seal, chain, openssl)


def day_of(text: str | None) -> str:
    """The day of "Jan  1 00:00:00 1950 GMT", as openssl writes it, in the ISO form."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    parts = (text or "").split()
    if len(parts) < 4 or parts[0] not in months:
        return text or "?"
    return f"{parts[3]}-{months.index(parts[0]) + 1:02}-{int(parts[1]):02}"


def tell_release(speech: Speech, manifest: dict, folder: Path, who: dict[str, str], *, whole: bool) -> None:
    number, count = manifest["number"], manifest["entries"]["count"]
    if whole:
        speech.say(f"发布 {number} 完整，未被改动。", f"Release {number} is whole and unchanged.")
    else:
        speech.say(
            "  只核验了这个条目；发布包的其余文件没有核对。",
            "  Only this entry was checked, not the other files of the bundle.",
        )
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    since, until = day_of(who.get("notBefore")), day_of(who.get("notAfter"))
    archives, by = manifest["archives"], manifest["signed_off_by"]
    speech.say(
        f"  签发：{archives['zh']}，{manifest['issued_on']}；审定：{by}",
        f"  Issued:    {archives['en']}, {manifest['issued_on']}; signed off by {by}",
    )
    speech.say(
        f"  内容：条目 {count}，文件 {len(manifest['files'])}",
        f"  Holds:     {count} entries, {len(manifest['files'])} files",
    )
    speech.say(f"  清单：SHA-256 {digest}", f"  Manifest:  SHA-256 {digest}")
    speech.say(f"  印章：{who.get('subject')}", f"  Sealed by: {who.get('subject')}")
    speech.say(
        f"    颁发者 {who.get('issuer')}；序号 {who.get('serial')}；有效期 {since} 至 {until}",
        f"    issuer {who.get('issuer')}; serial {who.get('serial')}; valid from {since} to {until}",
    )
    if re.search("演示|demonstration", str(who), re.IGNORECASE):
        speech.say(
            "  注意：这是演示证书，不代表任何档案馆。",
            "  NOTE: this is a demonstration certificate and stands for no archives.",
        )
    if manifest.get("corrects"):
        speech.say(f"  本次发布更正 {manifest['corrects']}。", f"  It corrects release {manifest['corrects']}.")
    if whole and new_sm3() is None:
        speech.say(
            "  注意：本机没有 SM3 算法，SM3 摘要没有核对。",
            "  NOTE: this machine lacks SM3; the SM3 digests were not checked.",
        )


def tell_entry(speech: Speech, proof: dict, entry: dict) -> None:
    part = "（部分开放，见遮盖复制件）" if entry["redacted_copy"] else ""
    speech.say(
        f"条目 {entry['reference_code']} 是发布 {proof['release']} 的第 {proof['leaf'] + 1} 条{part}：{entry['public_title']}",
        f"Entry {entry['reference_code']} is number {proof['leaf'] + 1} of release {proof['release']}"
        f"{' (opened in part: see its redacted copy)' if part else ''}: {entry['public_title']}",
    )
    speech.say(
        f"  叶值 {proof['leaf_hash']}，路径 {len(proof['path'])} 步",
        f"  leaf {proof['leaf_hash']}, {len(proof['path'])} steps to the root",
    )
    for step in proof["path"]:
        speech.say(*[f"  {step['side']:5} {step['hash']}"] * 2)


def proofs_of(
    folder: Path, manifest: dict, code: str, found: list[tuple[int, bytes]], leaves: list[bytes]
) -> list[dict]:
    if not found:
        raise NotThere(
            f"发布 {manifest['number']} 里没有条目 {code}。", f"Release {manifest['number']} holds no entry {code}."
        )
    return [
        {
            "format": PROOF,
            "release": manifest["number"],
            "manifest": hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest(),
            "merkle_root": manifest["entries"]["merkle_root"],
            "entries": manifest["entries"]["count"],
            "leaf": at,
            "line": line.decode(),
            "leaf_hash": leaf_hash(line).hex(),
            "path": path_of(leaves, at),
        }
        for at, line in found
    ]


def verify(options: argparse.Namespace, speech: Speech, aside: Path) -> int:
    trust = Path(options.trust) if options.trust else None
    if trust is not None and not trust.is_file():
        raise Unchecked(f"找不到根证书文件 {trust}。", f"There is no trust file {trust}.")
    openssl = OpenSSL(aside)
    folder = unpacked(Path(options.bundle), aside)
    manifest = read_manifest(folder)
    named = Path(options.bundle).name.split(".zip")[0]
    if NUMBER.fullmatch(named) and named != manifest["number"]:
        raise Refused(
            f"名称是 {named}，内容却是发布 {manifest['number']}。",
            f"It is called {named}, but it is release {manifest['number']}.",
        )
    seal = read_seal(folder, manifest)
    who = check_seal(seal, manifest["issued_on"], trust, openssl)
    if options.proof:
        proof = check_proof(Path(options.proof), folder, manifest)
        tell_entry(speech, proof, proof["entry"])
        tell_release(speech, manifest, folder, who, whole=False)
    else:
        check_files(folder, manifest, seal, trust, openssl)
        found, leaves = read_lines(folder, manifest, options.entry)
        tell_release(speech, manifest, folder, who, whole=True)
        if options.entry is not None:
            proofs = proofs_of(folder, manifest, options.entry, found, leaves)
            for proof in proofs:
                tell_entry(speech, proof, json.loads(proof["line"]))
            if options.save:
                Path(options.save).write_bytes(canonical(proofs[0]))
    if trust is None:
        speech.say(
            "注意：没有用 --trust 指明根证书，签章人的身份没有核对。",
            "NOTE: without --trust nobody vouches for who sealed this.",
        )
        return UNTRUSTED
    return WHOLE


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", metavar="BUNDLE")
    parser.add_argument("--trust", metavar="PEM")
    parser.add_argument("--entry", metavar="CODE")
    parser.add_argument("--save", metavar="PROOF")
    parser.add_argument("--proof", metavar="PROOF")
    parser.add_argument("--language", choices=["zh", "en"])
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[attr-defined]
    speech = Speech(options.language)
    failed = Speech(options.language)
    code = REFUSED
    try:
        with tempfile.TemporaryDirectory(prefix="qifeng-") as aside:
            code = verify(options, speech, Path(aside))
    except NotThere as error:
        failed.say(*error.words)
    except Unchecked as error:
        failed.say(f"没有核验成：{error.words[0]}", f"Could not be checked: {error.words[1]}")
        code = UNCHECKED
    except Refused as error:
        failed.say(f"不可信：{error.words[0]}", f"NOT as issued: {error.words[1]}")
    except OSError as error:
        failed.say(f"没有核验成：{error}", f"Could not be checked: {error}")
        code = UNCHECKED
    if speech.lines["zh"]:
        speech.out(sys.stdout)
    if failed.lines["zh"]:
        failed.out(sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
