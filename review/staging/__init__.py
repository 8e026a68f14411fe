"""The waiting room of an import: what was read from a file, kept in a file of its own until it is saved or given up.

Reading a million rows takes longer than one transaction should last, and may be interrupted. So rows wait in an SQLite
file beside the uploaded one, chunk by chunk with the place reached; nothing of them is in the holdings before they are
saved in one transaction. Knows nothing of the project's database.
"""

from review.staging.completing import Above, Known, complete
from review.staging.store import Staged
from review.staging.tree import ABOVE_REFUSED

__all__ = ["ABOVE_REFUSED", "Above", "Known", "Staged", "complete"]
