"""The sample catalogue: five fonds of a province that does not exist, 1949–2001 and a legacy of the Republic.

Made from a seed out of word lists written for this project; free to ship; no person, place or number in it is real.
"""

from review.sample.cases import CASES, STUB_TITLE, Case
from review.sample.files import COLUMNS, write_sample
from review.sample.fonds import SampleAgency, SampleEntry, SampleFonds
from review.sample.making import make_titles, sample_fonds

__all__ = [
    "CASES",
    "COLUMNS",
    "STUB_TITLE",
    "Case",
    "SampleAgency",
    "SampleEntry",
    "SampleFonds",
    "make_titles",
    "sample_fonds",
    "write_sample",
]
