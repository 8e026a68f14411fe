"""HarfBuzz and FriBidi, the libraries that Pango itself uses: letters that join, marks that combine, the order of scripts
written from the right, and fonts cut down to the glyphs that are used.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import io
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from policies.sentences import Refusal
from review.documents.faces import BY_LETTER
from review.documents.printable import FONTS
from review.documents.typesetting import NO_TYPESETTER

_NEEDED = frozenset((b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"cvt ", b"fpgm", b"prep"))
_RETAIN_GLYPH_NUMBERS, _DROP_TABLES = 2, 3  # HB_SUBSET_FLAGS_RETAIN_GIDS, HB_SUBSET_SETS_DROP_TABLE_TAG
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT, _UNICODE = 4, 5, 1  # HB_DIRECTION_LTR, HB_DIRECTION_RTL, content type
_PARAGRAPH_FROM_LEFT = 0x00000110  # FRIBIDI_PAR_LTR
_pointer, _number = ctypes.c_void_p, ctypes.c_uint


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn glyph: its number, the text it stands for, and in thousandths of an em its advance and offset."""

    number: int
    text: str
    advance: float
    right: float
    up: float


class _Info(ctypes.Structure):
    _fields_ = (("codepoint", ctypes.c_uint32), ("mask", ctypes.c_uint32), ("cluster", ctypes.c_uint32),
                ("var1", ctypes.c_uint32), ("var2", ctypes.c_uint32))  # fmt: skip


class _Position(ctypes.Structure):
    _fields_ = (("x_advance", ctypes.c_int32), ("y_advance", ctypes.c_int32), ("x_offset", ctypes.c_int32),
                ("y_offset", ctypes.c_int32), ("var", ctypes.c_uint32))  # fmt: skip


def _library(*names: str) -> ctypes.CDLL:
    failed: OSError | None = None
    for name in (*names, *filter(None, (ctypes.util.find_library(name.split(".")[0][3:]) for name in names[:1]))):
        try:
            return ctypes.CDLL(name)
        except OSError as reason:
            failed = reason
    raise Refusal(NO_TYPESETTER.filled(reason=failed)) from failed


def _declared(library: ctypes.CDLL, **functions: tuple[object, ...]) -> ctypes.CDLL:
    """The functions with their result first, then their arguments."""
    for name, (result, *arguments) in functions.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@functools.cache
def _harfbuzz() -> ctypes.CDLL:
    return _declared(
        _library("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll"),
        hb_blob_create=(_pointer, ctypes.c_char_p, _number, ctypes.c_int, _pointer, _pointer),
        hb_face_create=(_pointer, _pointer, _number),
        hb_font_create=(_pointer, _pointer),
        hb_font_set_scale=(None, _pointer, ctypes.c_int, ctypes.c_int),
        hb_buffer_create=(_pointer,),
        hb_buffer_destroy=(None, _pointer),
        hb_buffer_add_utf32=(None, _pointer, ctypes.c_char_p, ctypes.c_int, _number, ctypes.c_int),
        hb_buffer_set_direction=(None, _pointer, ctypes.c_int),
        hb_buffer_guess_segment_properties=(None, _pointer),
        hb_shape=(None, _pointer, _pointer, _pointer, _number),
        hb_buffer_get_glyph_infos=(ctypes.POINTER(_Info), _pointer, ctypes.POINTER(_number)),
        hb_buffer_get_glyph_positions=(ctypes.POINTER(_Position), _pointer, ctypes.POINTER(_number)),
        hb_set_add=(None, _pointer, ctypes.c_uint32),
        hb_face_reference_blob=(_pointer, _pointer),
        hb_face_get_table_tags=(_number, _pointer, _number, ctypes.POINTER(_number), ctypes.POINTER(ctypes.c_uint32)),
        hb_face_destroy=(None, _pointer),
        hb_blob_get_data=(_pointer, _pointer, ctypes.POINTER(_number)),
        hb_blob_destroy=(None, _pointer),
    )


@functools.cache
def _subsetter() -> ctypes.CDLL | None:
    try:
        library = _library("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll")
    except Refusal:
        return None  # fontTools does the same work, only slower
    return _declared(
        library,
        hb_subset_input_create_or_fail=(_pointer,),
        hb_subset_input_destroy=(None, _pointer),
        hb_subset_input_glyph_set=(_pointer, _pointer),
        hb_subset_input_set_flags=(None, _pointer, _number),
        hb_subset_input_set=(_pointer, _pointer, ctypes.c_int),
        hb_subset_or_fail=(_pointer, _pointer, _pointer),
    )


@functools.cache
def _face(letter: str) -> tuple[int, int, bytes]:
    """The face and the font of HarfBuzz for one of ours, with the bytes that they read."""
    content = (FONTS / BY_LETTER[letter].file).read_bytes()
    library = _harfbuzz()
    face = library.hb_face_create(library.hb_blob_create(content, len(content), 1, None, None), 0)
    font = library.hb_font_create(face)
    library.hb_font_set_scale(font, 1000, 1000)
    return face, font, content


def glyphs_of(text: str, letter: str, *, from_right: bool) -> list[Glyph]:
    """`text` in one face and one direction, as glyphs from left to right."""
    library = _harfbuzz()
    buffer = library.hb_buffer_create()
    try:
        library.hb_buffer_add_utf32(buffer, text.encode("utf-32-le"), len(text), 0, len(text))
        library.hb_buffer_set_direction(buffer, _RIGHT_TO_LEFT if from_right else _LEFT_TO_RIGHT)
        library.hb_buffer_guess_segment_properties(buffer)
        library.hb_shape(_face(letter)[1], buffer, None, 0)
        count = _number()
        infos = library.hb_buffer_get_glyph_infos(buffer, ctypes.byref(count))
        positions = library.hb_buffer_get_glyph_positions(buffer, ctypes.byref(count))
        starts = sorted({infos[i].cluster for i in range(count.value)} | {len(text)})
        ends = dict(pairwise(starts))
        return [
            Glyph(
                infos[i].codepoint,
                text[infos[i].cluster : ends[infos[i].cluster]],
                positions[i].x_advance,
                positions[i].x_offset,
                positions[i].y_offset,
            )
            for i in range(count.value)
        ]
    finally:
        library.hb_buffer_destroy(buffer)


@functools.cache
def _fribidi() -> ctypes.CDLL:
    text, types = ctypes.POINTER(ctypes.c_uint32), ctypes.POINTER(ctypes.c_uint32)
    return _declared(
        _library("libfribidi.so.0", "libfribidi.0.dylib", "libfribidi-0.dll"),
        fribidi_log2vis=(
            ctypes.c_int8, text, ctypes.c_int, types, text, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int),
            ctypes.POINTER(ctypes.c_int8),
        ),
    )  # fmt: skip


def in_visual_order(text: str) -> list[tuple[str, bool]]:
    """A line from the left: pieces of one direction, each in the order in which it is read, and whether it runs from the
    right. The line as a whole runs from the left, as the catalogue does (Unicode Standard Annex 9)."""
    levels = (ctypes.c_int8 * len(text))()
    points = (ctypes.c_uint32 * len(text))(*map(ord, text))
    base = ctypes.c_uint32(_PARAGRAPH_FROM_LEFT)
    if not _fribidi().fribidi_log2vis(points, len(text), ctypes.byref(base), None, None, None, levels):
        return [(text, False)]
    pieces: list[tuple[str, int]] = []
    for char, level in zip(text, levels, strict=True):
        if pieces and pieces[-1][1] == level:
            pieces[-1] = (pieces[-1][0] + char, level)
        else:
            pieces.append((char, level))
    for level in range(max(levels), 0, -1):  # rule L2: turn around every run of this level and above
        at = 0
        while at < len(pieces):
            end = at
            while end < len(pieces) and pieces[end][1] >= level:
                end += 1
            pieces[at:end] = reversed(pieces[at:end])
            at = end + 1
    return [(piece, bool(level % 2)) for piece, level in pieces]


def subset(letter: str, glyphs: Collection[int]) -> bytes:
    """The font file of a face with the outlines of `glyphs` and of what they are made of; numbers stay as they are."""
    library = _subsetter()
    if library is None:
        return _subset_slowly(letter, glyphs)
    harfbuzz = _harfbuzz()
    face = _face(letter)[0]
    wanted = library.hb_subset_input_create_or_fail()
    chosen = library.hb_subset_input_glyph_set(wanted)
    for glyph in sorted(glyphs):
        harfbuzz.hb_set_add(chosen, glyph)
    library.hb_subset_input_set_flags(wanted, _RETAIN_GLYPH_NUMBERS)
    dropped = library.hb_subset_input_set(wanted, _DROP_TABLES)
    count = _number(64)
    tags = (ctypes.c_uint32 * 64)()
    harfbuzz.hb_face_get_table_tags(face, 0, ctypes.byref(count), tags)
    for tag in tags[: count.value]:
        if tag.to_bytes(4, "big") not in _NEEDED:
            harfbuzz.hb_set_add(dropped, tag)
    made = library.hb_subset_or_fail(face, wanted)
    blob = harfbuzz.hb_face_reference_blob(made)
    length = _number()
    content = ctypes.string_at(harfbuzz.hb_blob_get_data(blob, ctypes.byref(length)), length.value)
    harfbuzz.hb_blob_destroy(blob)
    harfbuzz.hb_face_destroy(made)
    library.hb_subset_input_destroy(wanted)
    return content


def _subset_slowly(letter: str, glyphs: Collection[int]) -> bytes:
    from fontTools import subset as cutting  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = cutting.Options(retain_gids=True, notdef_outline=True, layout_features=[], recalc_timestamp=False)
    with TTFont(FONTS / BY_LETTER[letter].file, recalcTimestamp=False) as font:
        options.drop_tables += [tag for tag in font.keys() if tag.encode() not in _NEEDED and tag != "GlyphOrder"]  # noqa: SIM118
        cutter = cutting.Subsetter(options)
        cutter.populate(gids=sorted(glyphs))
        cutter.subset(font)
        out = io.BytesIO()
        font.save(out)
        return out.getvalue()
