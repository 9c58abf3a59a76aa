"""What chapter 8 says of parsers and the GIL, each as an assertion."""

import asyncio
import sys
from html.parser import HTMLParser

import lxml.html
from bs4 import BeautifulSoup

PAGE = "<title>A page</title>" + "<p class=line>A <b>page</b></p>" * 2_000
# A free-threaded build runs without the GIL, and there this doesn't hold.
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
USUAL = 0.005  # seconds after which a thread gives up the GIL if another wants it
NEVER = 1_000


def turns_during(parse, work, interval):
    """How many turns another task has while `work` parses a page."""

    async def main():
        turns = 0

        async def count():
            nonlocal turns
            while True:
                await asyncio.sleep(0.001)
                turns += 1

        def counted():
            before = turns
            parse(PAGE)
            return turns - before

        counting = asyncio.create_task(count())
        await asyncio.sleep(0)
        try:
            return await work(counted)
        finally:
            counting.cancel()

    sys.setswitchinterval(interval)
    try:
        return asyncio.run(main())
    finally:
        sys.setswitchinterval(USUAL)


async def in_a_coroutine(parse):
    return parse()


def sooner_or_later(parse, interval):
    return any(turns_during(parse, asyncio.to_thread, interval) for _ in range(1_000))


def with_html_parser(page):
    HTMLParser().feed(page)


def with_beautiful_soup(page):
    BeautifulSoup(page, "html.parser")


def with_lxml(page):
    lxml.html.fromstring(page, parser=lxml.html.HTMLParser())


def the_usual_interval_is_five_milliseconds():
    assert sys.getswitchinterval() == USUAL


def parsing_in_a_coroutine_gives_no_other_task_a_turn():
    for parse in [with_html_parser, with_beautiful_soup, with_lxml]:
        assert turns_during(parse, in_a_coroutine, USUAL) == 0


def a_thread_that_runs_python_code_holds_the_gil_until_it_must_give_it_up():
    for parse in [with_html_parser, with_beautiful_soup]:
        assert sooner_or_later(parse, USUAL)
        if HAS_GIL:
            assert turns_during(parse, asyncio.to_thread, NEVER) == 0


def lxml_gives_up_the_gil_while_it_parses():
    assert sooner_or_later(with_lxml, NEVER)


def lxml_holds_the_gil_while_it_frees_a_tree():
    trees = [lxml.html.fromstring(PAGE * 10)]
    freed = turns_during(lambda page: trees.clear(), asyncio.to_thread, NEVER)
    assert freed == 0


the_usual_interval_is_five_milliseconds()
parsing_in_a_coroutine_gives_no_other_task_a_turn()
a_thread_that_runs_python_code_holds_the_gil_until_it_must_give_it_up()
lxml_gives_up_the_gil_while_it_parses()
if HAS_GIL:
    lxml_holds_the_gil_while_it_frees_a_tree()
print("all true")
