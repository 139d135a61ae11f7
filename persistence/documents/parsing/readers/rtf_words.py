"""Control words of RTF by what they mean for its text."""

_SKIPPED = """
colortbl stylesheet info pict objdata fldinst sp shprslt xe tc txe rxe listtable
listoverridetable rsidtbl generator themedata colorschememapping datastore latentstyles
ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn mhtmltag htmltag upr nextfile template
filetbl revtbl passwordhash bkmkstart bkmkend atnid atnauthor atntime atnicn atnref
atrfstart atrfend objclass objname pnseclvl pgptbl xmlnstbl wgrffmtfilter falt panose
"""
SKIPPED = frozenset(_SKIPPED.split())
"""Groups that hold no text of the document."""

ENTERED = frozenset(
    ("shpinst", "do", "annotation", "ud", "shptxt", "nesttableprops", "pn")
)
"""Groups that are marked as ignorable, and are read."""

_ASIDE = """
footnote header headerl headerr headerf footer footerl footerr footerf annotation shptxt
dptxbxtext
"""
ASIDE = frozenset(_ASIDE.split())
"""Groups that stand inside a paragraph and are no part of it."""

CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "~": "\u00a0",
    "_": "\u2011",
    "nestcell": "\t",
    "nestrow": "\n",
    "\n": "\n",
    "\r": "\n",
}
"""Words that stand for a character."""

PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
"""Words that name the encoding of the whole text; there is also `ansicpg`."""

LIST_TEXT = frozenset(("listtext", "pntext"))
HIDING = frozenset(("v", "deleted", "htmlrtf"))
PARAGRAPH_ENDS = frozenset(("par", "sect", "page"))
