"""What chapter 1 says about the default timeouts of Python's clients, each as an assertion."""

import asyncio
import inspect

import aiohttp
import requests


async def aiohttp_gives_up_on_a_page_after_300_seconds_and_on_a_connection_after_30():
    async with aiohttp.ClientSession() as session:
        assert session.timeout.total == 300
        assert session.timeout.sock_connect == 30
        assert session.timeout.connect is None and session.timeout.sock_read is None


def requests_never_gives_up():
    assert inspect.signature(requests.Session.request).parameters["timeout"].default is None


asyncio.run(aiohttp_gives_up_on_a_page_after_300_seconds_and_on_a_connection_after_30())
requests_never_gives_up()
print("all true")
