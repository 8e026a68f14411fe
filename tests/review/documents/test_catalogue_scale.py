"""The catalogue in parts and volumes: page numbers, parts kept, builds killed, titles of fifty pages."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pypdf
import pytest

from review.documents.catalogue_parts import draw_part, load_part
from review.documents.catalogue_pdf import write_catalogue
from review.documents.edition import Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.documents.entries_csv import entries_csv
from tests.review.documents.tagged_text import rows

SUBJECTS = ("调整救济标准", "安置复员退伍军人", "加强防汛工作，增设县级卫生院", "整顿“中小学”教学秩序")


def entries(series: int, count: int, titled: str = "") -> tuple[EditionEntry, ...]:
    return tuple(
        EditionEntry(
            f"J047-{series:03}-{n // 30:04}-{n % 30:03}",
            f"{titled}关于{SUBJECTS[n % 4] * (1 + n % 3)}的通知（第 {n} 号）",
            ("省民政局", "省卫生局、省财政局", "")[n % 3],
            f"{1950 + n // 90}-{n % 12 + 1:02}",
            f"{n % 40 + 1} 页",
        )
        for n in range(count)
    )


def edition_of(make_edition, *series: Sequence[EditionEntry], fonds: int = 1) -> Edition:
    """Series 类目 0, 类目 1 ..., all of one fonds, or dealt out to several one after another."""
    parts = [SeriesPart(f"类目 {number}", listed) for number, listed in enumerate(series)]
    each = -(-len(parts) // fonds)
    opened = sum(len(part.entries) for part in parts)
    return make_edition(
        fonds=tuple(
            FondsPart(
                f"J{47 + number:03}", f"省民政局第{number}处", tuple(parts[number * each : (number + 1) * each])
            )
            for number in range(fonds)
        ),
        counts=EditionCounts(opened=opened, opened_early=0, deferred={}, referred=0, not_due=0),
    )


def printed(entry: EditionEntry) -> str:
    """A row as it is printed, its lines joined."""
    rest = "　".join(filter(None, (entry.responsible_body, entry.date, entry.extent)))
    return f"{entry.reference_code} {entry.public_title}" + (f" {rest}" if rest else "")


def texts(path: Path) -> list[str]:
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages]


@pytest.fixture(scope="module")
def edition(make_edition):
    """Three fonds: two long series, a hundred short ones, a series of one entry and one without any."""
    short = [entries(100 + n, 7) for n in range(100)]
    return edition_of(make_edition, entries(1, 2600), *short, entries(2, 1200), entries(3, 1), (), fonds=3)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory, edition):
    """The edition as one volume, drawn by two workers."""
    folder = tmp_path_factory.mktemp("catalogue")
    write_catalogue(edition, folder, workers=2)
    return folder / "open-catalogue.pdf"


def test_the_text_of_the_rows_is_the_list_of_entries_and_nothing_else(catalogue, edition):
    assert rows(catalogue) == [printed(entry) for entry in edition.entries()]


def test_every_page_shows_its_own_number_but_the_cover_and_empty_ones(catalogue):
    pages = texts(catalogue)
    assert len(pages) > 100
    for number, page in enumerate(pages[2:], start=3):
        assert not page or page.endswith(str(number)), number
    assert sum(not page for page in pages[2:]) <= 1


def test_contents_and_bookmarks_lead_to_the_page_on_which_each_series_begins(catalogue, edition):
    reader = pypdf.PdfReader(catalogue)
    pages = texts(catalogue)
    begins = {}
    for fonds in edition.fonds:
        for series in fonds.series:
            if series.entries:
                first = series.entries[0].reference_code
                begins[series.title] = next(number for number, page in enumerate(pages) if first in page)
    marked = {}
    for mark in reader.outline:
        for kid in mark if isinstance(mark, list) else ():
            marked[kid.title] = reader.get_destination_page_number(kid)
    assert marked == begins
    linked = {}
    for page in reader.pages:
        for link in page.get("/Annots", ()):
            if (link := link.get_object())["/Subtype"] == "/Link":
                linked[link["/Contents"]] = reader.get_page_number(link["/Dest"][0].get_object())
    assert {title: page for title, page in linked.items() if title in begins} == begins
    start = next(number for number, page in enumerate(pages) if page.startswith("目次"))
    contents = "".join(pages[start : min(begins.values())])
    for title, page in list(begins.items())[::9]:
        count = next(len(s.entries) for fonds in edition.fonds for s in fonds.series if s.title == title)
        said = contents.split(f"{title}{count:,}条".replace(" ", ""))[1].lstrip(".")
        assert said.startswith(str(page + 1))


def test_the_indexes_name_the_pages_on_which_a_year_stands(catalogue, edition):
    pages = texts(catalogue)
    index = next(page for page in pages if "数字为页码" in page)
    code = next(entry.reference_code for entry in edition.entries() if entry.date.startswith("1978"))
    first = next(number for number, page in enumerate(pages, 1) if code in page)
    assert f"1978{first}" in index


def test_running_heads_name_fonds_series_and_release(catalogue):
    pages = texts(catalogue)
    page = next(page for page in pages if "J047-001-0080-000" in page)
    assert page.count("全宗J047省民政局第0处类目0第2026-1号") == 1


def test_a_row_is_never_split_unless_no_page_can_hold_it(tmp_path, make_edition):
    long = [f"起{n}" + "关于调整救济标准的通知" * 9 + f"止{n}。" for n in range(60)]
    fifty_pages = "起长" + "关于调整救济标准的通知" * 11000 + "止长。"
    titles = [*long[:30], fifty_pages, *long[30:]]
    write_catalogue(make_edition(titles), tmp_path)
    pages = texts(tmp_path / "open-catalogue.pdf")
    assert len(pages) > 50
    for title in long:
        assert sum(title in page for page in pages) == 1
    assert [row.split(" ")[1] for row in rows(tmp_path / "open-catalogue.pdf")] == titles


def test_one_worker_or_two_or_what_was_kept_give_the_same_bytes(tmp_path, catalogue, edition):
    for name, options in {
        "one": {"workers": 1},
        "cache": {"cache": tmp_path / "parts"},
        "cache again": {"cache": tmp_path / "parts", "workers": 1},
    }.items():
        (tmp_path / name).mkdir()
        write_catalogue(edition, tmp_path / name, **options)
        assert (tmp_path / name / "open-catalogue.pdf").read_bytes() == catalogue.read_bytes(), name
        assert [path.name for path in (tmp_path / name).iterdir()] == ["open-catalogue.pdf"]


def test_a_changed_series_has_only_its_own_parts_drawn_again_and_the_head_that_counts_it(tmp_path, make_edition):
    listed = [entries(n, 900) for n in range(6)]
    write_catalogue(edition_of(make_edition, *listed), tmp_path, cache=tmp_path / "parts")
    before = set((tmp_path / "parts").glob("*.part"))
    assert len(before) == 6
    listed[3] = (*listed[3], EditionEntry("J047-900", "新增一条"))
    write_catalogue(edition_of(make_edition, *listed), tmp_path, cache=tmp_path / "parts")
    drawn = [load_part(path) for path in set((tmp_path / "parts").glob("*.part")) - before]
    assert sorted(part.pages[0].marks[:2] for part in drawn) == ["Ff", "Ss"]


def test_a_kept_part_that_was_damaged_is_drawn_again(tmp_path, catalogue, edition):
    cache = tmp_path / "parts"
    write_catalogue(edition, tmp_path, cache=cache)
    for part in cache.iterdir():
        part.write_bytes(part.read_bytes()[:-7])
    write_catalogue(edition, tmp_path, cache=cache)
    assert (tmp_path / "open-catalogue.pdf").read_bytes() == catalogue.read_bytes()


@pytest.mark.parametrize("seconds", [0.8, 1.6, 2.4])
def test_a_build_that_was_killed_is_taken_up_again_with_the_same_result(tmp_path, catalogue, seconds):
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:];"
        "import conftest, test_catalogue_scale as here; make = conftest._edition;"
        "short = [here.entries(100 + n, 7) for n in range(100)];"
        "edition = here.edition_of(make, here.entries(1, 2600), *short, here.entries(2, 1200), here.entries(3, 1), (), fonds=3);"
        "folder = Path(sys.argv[1]); here.write_catalogue(edition, folder, cache=folder / 'parts')"
    )
    here = Path(__file__).resolve()
    command = [sys.executable, "-c", program, tmp_path, here.parent, here.parents[3]]
    killed = subprocess.Popen(command)
    time.sleep(seconds)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    subprocess.run(command, check=True)
    assert (tmp_path / "open-catalogue.pdf").read_bytes() == catalogue.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["open-catalogue.pdf", "parts"]


def test_a_part_is_the_same_in_whatever_process_and_comes_back_whole(tmp_path, edition):
    write_catalogue(edition, tmp_path, cache=tmp_path / "parts", workers=2)
    kept = [load_part(path) for path in (tmp_path / "parts").glob("*.part")]
    assert sum(len(part.pages) for part in kept) > 100
    assert draw_part(b'[[["R","1","\xe7\x94\xb2","",""]],[58]]') == draw_part(
        b'[[["R","1","\xe7\x94\xb2","",""]],[58]]'
    )


class Passing(Sequence):
    """Entries that are made as they pass by; how many were alive at once is counted."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.passes = 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, at):
        raise AssertionError("entries are gone through in order, never asked for one by one")

    def __iter__(self):
        self.passes += 1
        for n in range(self.count):
            yield EditionEntry(f"J047-001-{n:06}", f"关于救济的通知第{n}号", "省民政局", "1950-03")


def test_entries_pass_by_in_order_a_few_times_and_are_never_all_in_memory(tmp_path, make_edition):
    passing = Passing(3000)
    write_catalogue(edition_of(make_edition, passing), tmp_path, workers=1, entries_in_a_volume=1200)
    assert passing.passes <= 3
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["open-catalogue-1.pdf", "open-catalogue-2.pdf", "open-catalogue-3.pdf"]
    assert sum(len(rows(tmp_path / name)) for name in names) == 3000


@pytest.fixture(scope="module")
def volumes(tmp_path_factory, make_edition):
    """Three volumes: a long series goes over two of them, the others end with a series."""
    folder = tmp_path_factory.mktemp("volumes")
    edition = edition_of(make_edition, entries(1, 700), entries(2, 300), entries(3, 1500), entries(4, 200), fonds=2)
    files = write_catalogue(edition, folder, entries_in_a_volume=1000)
    return edition, [folder / name for name in files.names], files


def test_volumes_end_with_a_series_where_a_series_fits(volumes):
    edition, paths, files = volumes
    listed = [rows(path) for path in paths]
    assert [len(volume) for volume in listed] == [1000, 1000, 700]
    assert [row for volume in listed for row in volume] == [printed(entry) for entry in edition.entries()]
    assert files.pages == sum(len(pypdf.PdfReader(path).pages) for path in paths)


def test_each_volume_says_which_it_is_and_the_first_lists_them_all(volumes):
    _, paths, _ = volumes
    pages = [texts(path) for path in paths]
    for number, volume in enumerate(pages, 1):
        assert f"第{number}卷/共3卷" in volume[0]
        assert all(f"第2026-1号第{number}卷" in page for page in volume if "J047-00" in page)
    contents = next(page for page in pages[0] if page.startswith("目次"))
    assert "第3卷" in contents
    assert "1,000条" in contents
    assert "类目2（续）" in "".join(pages[2])


def test_each_volume_holds_the_entries_that_it_lists(volumes):
    edition, paths, _ = volumes
    lines = entries_csv(edition).decode("utf-8-sig").splitlines()
    at = 1
    for path in paths:
        inside = pypdf.PdfReader(path).attachments["entries.csv"][0].decode("utf-8-sig").splitlines()
        assert inside == [lines[0], *lines[at : at + len(inside) - 1]]
        at += len(inside) - 1
    assert at == len(lines)
