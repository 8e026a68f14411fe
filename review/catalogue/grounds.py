"""The names and articles of the grounds for deferral (依据) that a manifest counts by code, in the jurisdictions that Qifeng knows.

The porch imports nothing of the house: this repeats what policies/grounds.py says, and a test compares the two.
A code it does not know is shown as it stands.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

GROUND_NAMES = {
    "CN-8-1": _("State secret not yet declassified"),
    "CN-8-2": _("Major interest of state or society"),
    "CN-8-3-IP": _("Intellectual property"),
    "CN-8-3-PI": _("Personal information"),
    "CN-8-4": _("Other restriction under law or state rules"),
    "UK-23": _("Supplied by, or relating to, security bodies"),
    "UK-24": _("National security"),
    "UK-26": _("Defence"),
    "UK-27(1)": _("International relations"),
    "UK-27(2)": _("Confidential information from another state"),
    "UK-28": _("Relations within the United Kingdom"),
    "UK-29": _("The economy"),
    "UK-30(1)": _("Investigations by public authorities"),
    "UK-30(2)": _("Confidential sources of investigations"),
    "UK-31": _("Law enforcement"),
    "UK-32": _("Court records"),
    "UK-33": _("Audit functions"),
    "UK-34": _("Parliamentary privilege"),
    "UK-35(1)(a)": _("Formulation of government policy"),
    "UK-35(1)(b)": _("Ministerial communications"),
    "UK-35(1)(c)": _("Advice of the law officers"),
    "UK-35(1)(d)": _("Operation of a ministerial private office"),
    "UK-36": _("Prejudice to the effective conduct of public affairs"),
    "UK-37(1)(a)": _("Communications with the Sovereign"),
    "UK-37(1)(aa)": _("Communications with the heir to the throne"),
    "UK-37(1)(ab)": _("Communications with other members of the Royal Family"),
    "UK-37(1)(ac)": _("Communications on behalf of members of the Royal Family"),
    "UK-37(1)(ad)": _("Communications with the Royal Household"),
    "UK-37(1)(b)": _("Honours"),
    "UK-38": _("Health and safety"),
    "UK-39": _("Environmental information"),
    "UK-40(2)": _("Personal information of third parties"),
    "UK-41": _("Information provided in confidence"),
    "UK-42": _("Legal professional privilege"),
    "UK-43(1)": _("Trade secrets"),
    "UK-43(2)": _("Commercial interests"),
    "UK-44": _("Prohibited by other law"),
    "UK-EIR-12(5)(a)": _("Environment: international relations, defence, public safety"),
    "UK-EIR-12(5)(b)": _("Environment: course of justice and inquiries"),
    "UK-EIR-12(5)(c)": _("Environment: intellectual property rights"),
    "UK-EIR-12(5)(d)": _("Environment: confidentiality of proceedings"),
    "UK-EIR-12(5)(e)": _("Environment: commercial confidentiality"),
    "UK-EIR-12(5)(f)": _("Environment: interests of the person who provided it"),
    "UK-EIR-12(5)(g)": _("Environment: protection of the environment"),
    "US-25X1": _("Human sources, intelligence sources and methods"),
    "US-25X2": _("Weapons of mass destruction"),
    "US-25X3": _("Cryptologic systems"),
    "US-25X4": _("State-of-the-art weapon technology"),
    "US-25X5": _("War plans"),
    "US-25X6": _("Foreign relations"),
    "US-25X7": _("Protection of the President and others"),
    "US-25X8": _("Emergency plans and vulnerabilities of infrastructure"),
    "US-25X9": _("Statute, treaty or international agreement"),
    "US-50X1-HUM": _("Confidential human source, fifty years"),
    "US-50X2-WMD": _("Weapons of mass destruction, fifty years"),
    "US-75X": _("Exemption beyond seventy-five years"),
    "US-b(1)": _("Classified national defence or foreign policy"),
    "US-b(2)": _("Internal personnel rules and practices"),
    "US-b(3)": _("Exempted by another statute"),
    "US-b(4)": _("Trade secrets and confidential commercial information"),
    "US-b(5)": _("Inter- and intra-agency memoranda"),
    "US-b(6)": _("Personnel, medical and similar files: personal privacy"),
    "US-b(7)(A)": _("Interference with enforcement proceedings"),
    "US-b(7)(B)": _("Fair trial"),
    "US-b(7)(C)": _("Personal privacy in law enforcement records"),
    "US-b(7)(D)": _("Confidential source"),
    "US-b(7)(E)": _("Law enforcement techniques and procedures"),
    "US-b(7)(F)": _("Life or physical safety"),
    "US-b(8)": _("Examination of financial institutions"),
    "US-b(9)": _("Geological information on wells"),
    "US-DEED": _("Restriction by the donor's deed"),
}

_ARTICLES = {
    "CN-8-1": _("Measures on opening archives, art. 8(1)"),
    "CN-8-2": _("Measures on opening archives, art. 8(2)"),
    "CN-8-3-IP": _("Measures on opening archives, art. 8(3)"),
    "CN-8-3-PI": _("Measures on opening archives, art. 8(3)"),
    "CN-8-4": _("Measures on opening archives, art. 8(4)"),
    "US-DEED": _("Deed of gift"),
}


def article_of(code: str) -> str:
    """The article that gives a ground, in words; "" for a code that is not known."""
    if code in _ARTICLES:
        return str(_ARTICLES[code])
    if code not in GROUND_NAMES:
        return ""
    if code.startswith("UK-EIR-"):
        article = code.removeprefix("UK-EIR-")
        return gettext("Environmental Information Regulations 2004, reg. %(article)s") % {"article": article}
    if code.startswith("UK-"):
        return gettext("Freedom of Information Act 2000, s. %(article)s") % {"article": code.removeprefix("UK-")}
    if code.startswith("US-b"):
        return gettext("Freedom of Information Act, 5 U.S.C. 552(b)")
    return gettext("Executive Order 13526, s. 3.3")
