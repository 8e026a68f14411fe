import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from policies.sentences import Refusal
from review.documents.drafts import draft_of, paths_in

ROOT = Path(__file__).resolve().parents[3]


def test_a_draft_that_is_still_written_is_left_alone(tmp_path):
    with draft_of(tmp_path / "2026-1") as first:
        (first / "a").write_text("a")
        with draft_of(tmp_path / "2026-1") as second:
            assert second != first
        assert (first / "a").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_draft_of_a_process_that_was_killed_is_cleared_away(tmp_path):
    held = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(ROOT)!r})
        from review.documents.drafts import draft_of
        with draft_of(Path({str(tmp_path)!r}) / "2026-1"):
            print("ready", flush=True)
            sys.stdin.read()
        """
    )
    with subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        (left,) = tmp_path.iterdir()
        with draft_of(tmp_path / "2026-1"):
            assert left.exists()
        process.send_signal(signal.SIGKILL)
    assert left.exists()
    with draft_of(tmp_path / "2026-1"):
        assert not left.exists()


def test_a_draft_that_was_renamed_stays(tmp_path):
    with draft_of(tmp_path / "2026-1") as draft:
        draft.rename(tmp_path / "2026-1")
    assert [path.name for path in tmp_path.iterdir()] == ["2026-1"]


def test_a_full_disk_is_a_refusal_and_any_other_error_is_itself(tmp_path):
    with pytest.raises(Refusal, match="磁盘空间不足"), draft_of(tmp_path / "2026-1"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(PermissionError), draft_of(tmp_path / "2026-1"):
        raise PermissionError
    assert list(tmp_path.iterdir()) == []


def test_links_and_empty_folders_count_as_what_is_there(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "full")
    assert [path.relative_to(tmp_path).as_posix() for path in paths_in(tmp_path)] == ["empty", "full/file", "link"]
