"""Facts about the parsers: which of them build the tree that the HTML standard prescribes."""

from bs4 import BeautifulSoup
from lxml import html
from selectolax.lexbor import LexborHTMLParser

# In a table, `<b>` is an error. The standard says that it moves in front of the table.
PAGE = b"<title>A page</title><table><b>bold</b><tr><td>cell</table>"

assert LexborHTMLParser(PAGE).css_first("table b") is None
assert html.document_fromstring(PAGE).find(".//table//b") is not None
for parser in ("html.parser", "lxml"):
    assert BeautifulSoup(PAGE, parser).select_one("table b") is not None

# selectolax takes bytes as UTF-8, whatever the page says. That's what its program relies on.
latin1 = '<meta charset="iso-8859-1"><title>café</title>'.encode()
assert LexborHTMLParser(latin1).css_first("title").text() == "café"

print("all true")
