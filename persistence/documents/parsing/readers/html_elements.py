"""Elements of HTML by what they mean for its text."""

from persistence.documents.parsing.domain import BlockKind

DROPPED = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "select",
    "datalist",
    "rt",
    "rp",
    "rtc",
    "annotation",
    "annotation-xml",
    "head",
}
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
PREFORMATTED = {"pre", "listing", "xmp", "textarea", "plaintext"}
KINDS = {
    **dict.fromkeys(PREFORMATTED, BlockKind.CODE),
    **dict.fromkeys(("li", "dd"), BlockKind.LIST_ITEM),
    **dict.fromkeys(("table", "td", "th"), BlockKind.PARAGRAPH),
}
BREAKING = {
    *HEADINGS,
    *PREFORMATTED,
    *("address", "article", "aside", "blockquote", "body", "caption", "center"),
    *("dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption"),
    *("figure", "footer", "form", "header", "hgroup", "hr", "legend", "li", "main"),
    *("menu", "nav", "ol", "optgroup", "option", "p", "search", "section", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
LISTS = {"ol", "ul", "menu", "dir"}
