"""The source is offered to everyone, and nothing but the source."""

import io
import tarfile

import pytest

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def test_anyone_gets_the_source_and_nothing_else(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    (tmp_path / "secret_key").write_text("kept", encoding="utf-8")
    answer = client.get("/source/")
    assert answer.status_code == 200
    with tarfile.open(fileobj=io.BytesIO(b"".join(answer.streaming_content))) as tar:
        names = tar.getnames()
    assert "qifeng/manage.py" in names
    assert "qifeng/LICENSE" in names
    assert not [name for name in names if "secret_key" in name or name.endswith(".sqlite3") or "/var" in name]


def test_every_page_says_where_the_source_is(client):
    assert 'href="/source/"' in client.get("/sign-in/").content.decode()
    assert 'href="/source/"' in client.get("/open/").content.decode()
