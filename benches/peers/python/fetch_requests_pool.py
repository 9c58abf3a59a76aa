"""requests in a pool of threads, each with a session of its own: a session is not made to be shared."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from peer import given, report

own = threading.local()


def open_session():
    own.session = requests.Session()


def fetch(url):
    response = own.session.get(url)
    response.raise_for_status()
    return len(response.content)


at_a_time, urls = given()
start = time.perf_counter()
with ThreadPoolExecutor(max_workers=at_a_time, initializer=open_session) as pool:
    pages = list(pool.map(fetch, urls))
report(time.perf_counter() - start, pages)
