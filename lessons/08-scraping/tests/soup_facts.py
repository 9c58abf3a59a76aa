"""What chapter 8 says of BeautifulSoup, each as an assertion."""

import threading

from bs4 import BeautifulSoup


def an_empty_title_has_no_string():
    soup = BeautifulSoup("<title></title>", "html.parser")
    assert soup.title is not None and soup.title.string is None


def given_bytes_it_reads_the_meta_tag():
    page = b'<meta charset="iso-8859-1"><title>Caf\xe9</title>'
    assert BeautifulSoup(page, "html.parser").title.string == "Café"


def a_tree_may_change_threads():
    soup = BeautifulSoup("<title>A page</title>", "html.parser")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(soup.title.string))
    thread.start()
    thread.join()
    assert seen == ["A page"]


an_empty_title_has_no_string()
given_bytes_it_reads_the_meta_tag()
a_tree_may_change_threads()
print("all true")
