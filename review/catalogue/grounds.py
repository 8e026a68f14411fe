"""The names of the grounds for deferral (依据) that a manifest counts by code.

Source: 国家档案馆档案开放办法 art. 8. The porch imports no policy; a code it does not know is shown as it stands.
"""

from django.utils.translation import gettext_lazy as _

GROUND_NAMES = {
    "CN-8-1": _("State secret not yet declassified"),
    "CN-8-2": _("Major interest of state or society"),
    "CN-8-3-IP": _("Intellectual property"),
    "CN-8-3-PI": _("Personal information"),
    "CN-8-4": _("Other restriction under law or state rules"),
}
