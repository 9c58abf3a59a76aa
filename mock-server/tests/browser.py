"""Uses the live page in a browser, as a person does, and checks what is seen there.

    python browser.py BROWSER MOCK_SERVER PAGE

MOCK_SERVER is the program. PAGE is the address of a live page with a live run, two finished runs, their reports, and a
button.
"""

import http.client
import http.server
import json
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

BROWSER = shutil.which(sys.argv[1])
PROGRAM, PAGE = sys.argv[2:4]
PATIENCE = 60_000  # milliseconds, for a machine that has much else to do

found = []


class Program:
    """The program `mock-server` on a free port."""

    def __enter__(self):
        self.process = subprocess.Popen([PROGRAM, "--port", "0"], stdout=subprocess.PIPE, encoding="utf-8")
        self.url = self.process.stdout.readline().split("/ ")[0]
        self.page = self.process.stdout.readline().split()[0]
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def get(self, path):
        """The status and the text."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def start(self, path):
        """Sends a request and doesn't wait for the response."""
        thread = threading.Thread(target=self.get, args=[path], daemon=True)
        thread.start()
        return thread

    def record(self):
        return json.loads(self.get("/timeline.json")[1])


def open_page(browser, url, width=1280, scheme="light"):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE)

    def complain(words):
        found.append(f"{url}: {words}")

    page.on("console", lambda message: message.type == "error" and complain(f"console: {message.text}"))
    page.on("pageerror", lambda error: complain(f"a script failed: {error}"))
    page.goto(url)
    return page


def check(what, actual, expected):
    if actual != expected:
        found.append(f"{what}: {actual!r} instead of {expected!r}")


def forget(*logged):
    """What the browser logs although it's as it should be."""
    found[:] = [words for words in found if not any(part in words for part in logged)]


def check_looks(page, what):
    """Nothing is wider than the page, and axe has nothing to say."""
    check(f"{what}: wider than the page", page.evaluate("document.documentElement.scrollWidth > innerWidth"), False)
    for violation in Axe().run(page).response["violations"]:
        for node in violation["nodes"]:
            found.append(f"{what}: {violation['id']}: {node['html'][:120]} {node['failureSummary'][:300]}")


def number(page, name):
    """The figure with this name."""
    return page.locator(".numbers div", has=page.get_by_text(name, exact=True)).locator("dd")


def wait_for_number(page, name, value):
    number(page, name).get_by_text(value, exact=True).wait_for()


def wait_for_headline(page, words):
    page.locator(".rows text.title").get_by_text(words, exact=True).wait_for()


def shows(page, label, choice):
    """Waits until the page shows this choice."""
    expect(page.get_by_label(label, exact=True)).to_have_value(choice, timeout=PATIENCE)


def row(page, text):
    """The words of the timeline's row with this label, as one text with what follows it."""
    return page.evaluate(
        """label => {
            const texts = [...document.querySelectorAll('.rows text')].map(text => text.textContent);
            return texts[texts.indexOf(label) + 1] ?? '';
        }""",
        text,
    )


def requests_come_and_grow(browser, program):
    page = open_page(browser, program.page)
    page.get_by_text(f"curl -i {program.url}/site/codeswithpankaj.com/").wait_for()
    check_looks(page, "an empty page")

    program.get("/delay/1")
    wait_for_number(page, "requests", "1")
    wait_for_number(page, "complete", "1")
    held = program.start("/gate/2?wait=60000")
    wait_for_number(page, "in flight now", "1")
    page.locator(".rows text.label", has_text="/gate/2").wait_for()
    # The last row's bar, and its time. The last bar of all is the legend's.
    width = "() => Number([...document.querySelectorAll('.rows .waiting')].at(-2).getAttribute('width'))"
    took = "() => parseFloat([...document.querySelectorAll('.rows .result')].at(-1).textContent)"
    for size in [width, took]:
        page.wait_for_function(f"before => ({size})() > before", arg=page.evaluate(size))

    # Nothing happens while it's held.
    page.wait_for_function("([quiet]) => parseFloat(quiet.textContent) > 0.1", arg=[number(page, "quiet for").element_handle()])
    only = page.get_by_label("Only requests in flight")
    only.press("Space")
    wait_for_headline(page, "1 request in flight")
    only.press("Space")
    wait_for_headline(page, "2 requests")

    # A pause keeps the picture, and says so. The server carries on.
    page.get_by_role("button", name="Pause").press("Enter")
    page.get_by_text("Paused: the page keeps this picture. The server carries on.").wait_for()
    picture = page.locator(".rows svg").inner_html()
    program.get("/gate/2?wait=60000")
    held.join()
    program.get("/site/python.org")
    check("paused", (page.locator(".rows svg").inner_html() == picture, number(page, "requests").inner_text()), (True, "2"))
    page.get_by_role("button", name="Continue").press("Enter")
    wait_for_number(page, "complete", "4")
    wait_for_number(page, "at most in flight", "2")
    check("after a pause", row(page, "python.org").split(", ", 1)[1], "50,321 bytes")

    # A reset.
    page.get_by_role("button", name="Reset").press("Enter")
    wait_for_number(page, "requests", "0")
    check("a reset", program.record()["exchanges"], [])
    page.close()


def a_fault_takes_effect_for_the_next_request(browser, program):
    page = open_page(browser, program.page)
    other = open_page(browser, program.page)
    for opened in [page, other]:
        opened.locator("summary", has_text="Faults").press("Enter")
    select = page.get_by_label("Fault of python.org", exact=True)
    check("before", program.get("/site/python.org")[0], 200)
    select.select_option("truncate?after=1000")
    # The other page shows it once the server has it.
    shows(other, "Fault of python.org", "truncate?after=1000")
    try:
        program.get("/site/python.org")
        found.append("the response isn't cut off")
    except http.client.IncompleteRead:
        pass
    wait_for_number(page, "cut", "1")
    check("in the record", program.record()["exchanges"][-1]["outcome"], "cut")

    # Any fault, as text.
    select.select_option("other")
    text = page.get_by_label("Fault of python.org, as text")
    text.fill("nope")
    text.press("Enter")
    page.get_by_text("no fault is called `nope`; there are:").wait_for()
    forget("status of 400")  # The browser logs it.
    text.fill("status?code=418")
    page.get_by_role("button", name="Set", exact=True).press("Enter")
    shows(other, "Fault of python.org", "status?code=418")
    check("418", program.get("/site/python.org")[0], 418)
    page.locator(".rows text.label").get_by_text("python.org → 418", exact=True).wait_for()

    # A path that was requested has a choice of its own.
    program.get("/site/python.org/nothing?query")
    path = page.get_by_label("Fault of python.org/nothing", exact=True)
    path.select_option("none")
    shows(other, "Fault of python.org/nothing", "none")
    check("of the path", program.get("/site/python.org/nothing")[0], 404)
    check("of the site", program.get("/site/python.org/")[0], 418)
    select.select_option("started")
    shows(other, "Fault of python.org", "started")
    check("as started", program.get("/site/python.org")[0], 200)
    # A long choice doesn't make the page wider.
    select.select_option("other")
    text.fill("unstable?rate=0.5&with=status%3Fcode%3D503%26retry-after%3D2&seed=12345")
    text.press("Enter")
    shows(other, "Fault of python.org", text.input_value())
    for width, scheme in [(1280, "light"), (390, "dark")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        check_looks(page, f"a page with faults at {width}, {scheme}")
    select.select_option("started")
    shows(other, "Fault of python.org", "started")
    page.close()
    other.close()


def what_a_client_sends_is_text(browser, program):
    page = open_page(browser, program.page)
    path = '/site/python.org/&lt;img&gt;"&amp;'
    program.get(path)
    label = path.removeprefix("/site/")
    # There's no such page. The label has the status, and is cut off before it.
    page.locator(".rows text.label").get_by_text(label[:19] + "… → 404", exact=True).wait_for()
    page.locator("summary", has_text="Faults").press("Enter")
    page.locator(".faults code").get_by_text(label, exact=True).wait_for()
    check("markup", page.locator("img, b, i").count(), 0)
    page.close()


def the_list_scrolls(browser, program):
    page = open_page(browser, program.page)
    page.get_by_role("button", name="Reset").press("Enter")
    wait_for_number(page, "requests", "0")
    for index in range(1, 51):
        program.get(f"/delay/{index % 3}")
    wait_for_number(page, "requests", "50")
    wait_for_headline(page, "requests 31 to 50 of 50")
    rows = page.get_by_role("region", name="Requests", exact=True)
    rows.press("Home")
    wait_for_headline(page, "requests 1 to 20 of 50")
    check("follows", page.get_by_label("Follow the newest request").is_checked(), False)
    program.get("/delay/1")
    wait_for_headline(page, "requests 1 to 20 of 51")
    page.get_by_label("Follow the newest request").press("Space")
    wait_for_headline(page, "requests 32 to 51 of 51")
    page.close()


class Blank(http.server.BaseHTTPRequestHandler):
    """A page of another origin."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>Another origin</title>")

    def log_message(self, *_):
        pass


def another_origin_can_do_nothing(browser, program):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    program.get("/delay/1")
    before = len(program.record()["exchanges"])
    tried = page.evaluate(
        """async ([url, page]) => {
            const post = async address => (await fetch(address, {method: 'POST', mode: 'no-cors'})).type;
            const results = [];
            for (const address of [`${url}/reset-record`, ...[1, 2, 3].map(run => `${page}/reset?run=${run}`),
                ...[1, 2, 3].map(run => `${page}/fault?run=${run}&site=python.org&fault=hang`)])
                results.push(await post(address).catch(() => 'failed'));
            results.push(await fetch(page).then(() => 'read', () => 'failed'));
            results.push(await new Promise(resolve => {
                const events = new EventSource(`${page}/events`);
                events.onmessage = () => resolve('read');
                events.onerror = () => resolve('failed');
            }));
            const frame = document.createElement('iframe');
            frame.src = page;
            document.body.append(frame);
            await new Promise(resolve => frame.onload = resolve);
            return results;
        }""",
        [program.url, program.page],
    )
    # A response that the page can't read is opaque, and one that it may not even have has failed.
    check("read by another origin", [result for result in tried if result not in ["opaque", "failed"]], [])
    check("in a frame", [frame.url for frame in page.frames[1:]], ["chrome-error://chromewebdata/"])
    check("reset by another origin", len(program.record()["exchanges"]), before)
    check("a fault set by another origin", program.get("/site/python.org")[0], 200)
    page.close()
    server.shutdown()


def the_program_ends(browser):
    with Program() as program:
        page = open_page(browser, program.page)
        program.get("/delay/1")
        wait_for_number(page, "requests", "1")
    page.get_by_text("The program has ended").wait_for()
    check("after the end", number(page, "requests").inner_text(), "1")
    # Nothing can be changed any more.
    check("buttons after the end", page.get_by_role("button").count(), 0)
    check("faults after the end", page.get_by_text("Addresses and faults").is_visible(), False)
    # The browser logs that the connection ended.
    forget("ERR_INCOMPLETE_CHUNKED")
    page.close()


def runs_that_have_ended(browser):
    page = open_page(browser, PAGE)
    page.get_by_text("Two parts are done.").wait_for()
    titles = page.locator("h2").all_inner_texts()
    check("titles", titles, ["third part", "second <b>part</b>", "first part"])
    pictures = page.locator("#finished svg.timeline .title").all_text_contents()
    check("pictures", pictures, [
        "second <b>part</b>: 2 requests on 2 connections, at most 1 in flight",
        "first part: 1 request on 1 connection, at most 1 in flight",
    ])
    labels = page.locator("#finished svg.timeline:not(.curve) .label").all_text_contents()
    check("labels", labels, ["site.example", "site.example/missing → 404", "site.example"])
    reports = page.locator("#finished .report").all_inner_texts()
    check("reports", reports, ["Expected\n<i>one</i> request\nSeen: failed\nthere are <i>two</i>", "Expected\none request\nSeen: passed\nthe same"])
    check("markup", page.locator("i, b").count(), 0)
    for width, scheme in [(390, "light"), (1280, "dark")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        check_looks(page, f"finished runs at {width}, {scheme}")
    page.get_by_role("button", name="Next part").press("Enter")
    page.get_by_role("button", name="Next part").wait_for(state="hidden")
    page.close()


with sync_playwright() as playwright, Program() as program:
    browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
    requests_come_and_grow(browser, program)
    a_fault_takes_effect_for_the_next_request(browser, program)
    what_a_client_sends_is_text(browser, program)
    the_list_scrolls(browser, program)
    another_origin_can_do_nothing(browser, program)
    the_program_ends(browser)
    runs_that_have_ended(browser)
    browser.close()

if found:
    sys.exit("\n".join(found))
print("all as it should be")
