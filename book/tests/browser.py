"""Opens every page of the built book in a browser, wide and narrow, light and dark, and checks what a reader sees.

python book/tests/browser.py chromium-headless-shell target/book/html
"""

import csv
import functools
import http.server
import pathlib
import shutil
import sys
import threading

from playwright.sync_api import TimeoutError, sync_playwright

import predictions
from looking import PATIENCE, found, look_for_barriers, overflowing, watch

BROWSER = shutil.which(sys.argv[1])
FOLDER = pathlib.Path(sys.argv[2])
QUESTIONS = pathlib.Path(__file__).with_name("questions.csv")
WIDTHS = [1280, 390]
# Where axe looks at a page: at each width and in each theme once. It takes most of this program's time.
CHECKED_BY_AXE = [(1280, "light"), (390, "dark")]
THEMES = {"light": "light", "dark": "navy"}  # what the system prefers: the theme that mdBook takes

class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve():
    handler = functools.partial(Quiet, directory=str(FOLDER))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def broken_images(page):
    return page.evaluate("() => [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)")


def invisible_timelines(page):
    """Those without a size, or whose words have the colour of their ground."""
    return page.evaluate(
        """() => [...document.querySelectorAll('svg.timeline')].filter(svg => {
            const word = getComputedStyle(svg.querySelector('text')).fill;
            const box = svg.getBoundingClientRect();
            return box.width < 300 || box.height < 50 || word === getComputedStyle(svg).backgroundColor;
        }).length"""
    )


def open_all(page):
    """A box tells that it is open a moment later, and it is then that focus.js looks at what is in it."""
    page.evaluate(
        """() => Promise.all([...document.querySelectorAll('details:not([open])')].map(box => {
            const told = new Promise(tell => box.addEventListener('toggle', tell, {once: true}));
            box.open = true;
            return told;
        }))"""
    )


def sideways(page):
    """The listings that have to be scrolled sideways, with their answers open."""
    return page.evaluate(
        """() => [...document.querySelectorAll('pre > code')]
            .filter(code => code.scrollWidth > code.clientWidth + 1)
            .map(code => code.innerText.trim().slice(0, 60))"""
    )


def start_labs(page):
    """A lab starts when it comes into view, in a box when that's opened. Each has a result then. A lab that waits for a
    prediction is shown first."""
    while page.locator(".lab-covered button").count():
        page.locator(".lab-covered button").first.click()
    for lab in page.locator(".lab").all():
        lab.evaluate("lab => lab.closest('details')?.setAttribute('open', '')")
        lab.scroll_into_view_if_needed()
        lab.locator(".lab-numbers, .lab-error").wait_for()
        if lab.locator(".lab-error").count():
            found.append(f"{page.url}: {lab.inner_text()}")


def look_at(page, address, name, width, scheme):
    where = lambda: f"{name} at {width}, {scheme}"
    page.goto(f"{address}/{name}")
    if (width, scheme) in CHECKED_BY_AXE:
        start_labs(page)
    if THEMES[scheme] not in page.evaluate("document.documentElement.className").split():
        found.append(f"{where()}: not in the theme {THEMES[scheme]}")
    for selector in overflowing(page):
        found.append(f"{where()}: {selector} is wider than the page")
    for image in broken_images(page):
        found.append(f"{where()}: broken image {image}")
    if invisible_timelines(page):
        found.append(f"{where()}: a timeline cannot be seen")
    open_all(page)
    for selector in overflowing(page):
        found.append(f"{where()}: {selector} is wider than the page with its answers open")
    if width == max(WIDTHS):
        for listing in sideways(page):
            found.append(f"{where()}: this listing has to be scrolled sideways: {listing}")
    if (width, scheme) not in CHECKED_BY_AXE:
        return
    look_for_barriers(page, where())


def labs(browser, address, names):
    """What a reader does with a lab, with the keyboard alone. All labs have the same panel, so a few of them do."""
    page = browser.new_page()
    watch(page, lambda: f"labs, {page.url}")
    for name in names[::4]:
        page.goto(f"{address}/{name}")
        start_labs(page)
        for lab in page.locator(".lab:not(:has(.lab-error))").all()[:1]:
            use(page, lab, lambda words: found.append(f"{name}, {lab.get_attribute('data-lab')}: {words}"))
    page.close()


def use(page, lab, complain):
    summary = lab.locator(".lab-summary")
    polls = lab.locator(".lane .result").first
    values = lambda: lab.locator("select, [type=range], [type=number]").evaluate_all("all => all.map(e => e.value)")
    status = lambda: lab.locator("[role=status]").inner_text()

    # The moment of the run.
    step = lab.get_by_role("slider", name="Step")
    last = step.get_attribute("max")
    lab.get_by_role("button", name="Back").press("Enter")
    if step.input_value() == last != "0":
        complain("Back changes nothing")
    step.press("Home")
    if not polls.text_content().startswith("1 poll"):
        complain(f"after the first step there's {polls.text_content()}")
    lab.get_by_role("button", name="Play").press("Enter")
    lab.get_by_role("button", name="Pause").press("Enter")

    # A control, and the link that restores it. The arrow keys turn mdBook's pages, but not here.
    before = values()
    control = lab.locator(".lab-controls select, .lab-controls [type=range]").first
    control.press("ArrowDown" if control.evaluate("e => e.localName") == "select" else "ArrowRight")
    changed = values()
    if changed == before:
        complain("a key doesn't change a control")
    with page.expect_navigation():
        lab.get_by_role("link", name="Link to these settings").press("Enter")
    lab.locator(".lab-numbers dd").first.wait_for()
    if values()[:-1] != changed[:-1]:
        complain(f"the link restores {values()} and not {changed}")
    if not page.evaluate("scrollY > 0"):
        complain("the link doesn't scroll to the lab")
    lab.get_by_role("button", name="Reset").press("Enter")
    if values()[:-1] != before[:-1]:
        complain("Reset doesn't bring the chapter's values back")

    # A prediction.
    lab.get_by_label("Predict first").press("Space")
    control.press("ArrowDown" if control.evaluate("e => e.localName") == "select" else "ArrowRight")
    if lab.locator(".lane").is_visible() or lab.locator(".lab-numbers").is_visible():
        complain("the result isn't hidden before it's predicted")
    lab.locator(".lab-question input").fill("123456")
    lab.locator(".lab-question input").press("Enter")
    if not lab.locator(".lane").is_visible() or "too high" not in status():
        complain(f"nothing is said about a prediction: {summary.inner_text()}")
    lab.get_by_label("Predict first").press("Space")


def without_scripts(browser, address, names):
    """Then there's no trace of the labs and the predictions."""
    page = browser.new_page(java_script_enabled=False)
    watch(page, lambda: "without scripts")
    for name in names:
        page.goto(f"{address}/{name}")
        if any(lab.is_visible() for lab in page.locator(".lab").all()):
            found.append(f"{name} without scripts: an empty lab can be seen")
        if any(place.bounding_box()["height"] > 0 for place in page.locator(".prediction, .placement").all()):
            found.append(f"{name} without scripts: an empty prediction takes room")
    page.close()


def search(browser, address):
    page = browser.new_page()
    watch(page, lambda: "search")
    page.goto(f"{address}/introduction.html")
    page.keyboard.press("s")
    page.locator("#mdbook-searchbar").first.press_sequentially("what the loop was")
    # mdBook also shows what it has found for the first letters.
    page.wait_for_function("() => document.querySelector('#mdbook-searchresults-header').innerText.includes('loop was')")
    result = page.locator("#mdbook-searchresults a").first
    with page.expect_navigation():
        result.click()
    if "loop" not in page.locator("main").inner_text():
        found.append("search: its first result does not have the word")
    page.close()


def questions(browser, address):
    """What people type, and the pages of which one has to be among the first five results."""
    page = browser.new_page()
    watch(page, lambda: "search")
    page.goto(f"{address}/introduction.html")
    page.keyboard.press("s")
    bar = page.locator("#mdbook-searchbar").first
    with open(QUESTIONS, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    results = page.locator("#mdbook-searchresults a")
    for words, expected in rows:
        # mdBook searches when a key comes up again.
        bar.fill(words)
        bar.press("End")
        try:
            page.wait_for_function(
                "words => document.querySelector('#mdbook-searchresults-header').innerText.includes(words)", arg=words
            )
        except TimeoutError:
            found.append(f"search: there are no results for: {words}")
            continue
        links = results.evaluate_all("all => all.map(a => a.getAttribute('href'))")
        links = [link.split("?")[0] + "#" + link.partition("#")[2] for link in links]
        wanted = tuple(expected.split())
        if not any(link.startswith(wanted) for link in links[:5]):
            place = next((i + 1 for i, link in enumerate(links) if link.startswith(wanted)), None)
            found.append(f"search: {expected} has place {place} for: {words}; the first are {links[:5]}")
    page.close()
    return len(rows)


def print_page(browser, address):
    page = browser.new_page()
    watch(page, lambda: "print")
    page.add_init_script("window.print = () => {}")
    page.goto(f"{address}/print.html")
    headings = page.locator("main h1").all_inner_texts()
    for name in sorted(FOLDER.glob("[0-9][0-9]-*.html")):
        single = browser.new_page()
        single.set_default_timeout(PATIENCE)
        single.goto(f"{address}/{name.name}")
        heading = single.locator("main h1").first.inner_text()
        if heading not in headings:
            found.append(f"print: {heading} is not there")
        single.close()
    if page.locator(".lab-live, .prediction-live").count():
        found.append("print: a lab or a prediction has started")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})  # a sheet of paper, about
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('details > *')]
            .filter(part => !part.checkVisibility())
            .map(part => part.outerHTML.slice(0, 60))"""
    )
    for part in hidden[:5]:
        found.append(f"print: the answer can't be seen: {part}")
    wide = page.evaluate(
        "() => [...document.querySelectorAll('pre > code')].filter(code => code.scrollWidth > code.clientWidth + 1).length"
    )
    if wide:
        found.append(f"print: {wide} listings are cut off")
    if not page.pdf().startswith(b"%PDF"):
        found.append("print: no PDF comes of it")
    page.close()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
    server = serve()
    address = f"http://127.0.0.1:{server.server_port}"
    # The page for printing is all the others once more; it is looked at by itself.
    frames = ("404.html", "print.html", "toc.html")
    names = sorted(path.name for path in FOLDER.glob("*.html") if path.name not in frames)
    for width in WIDTHS:
        for scheme in THEMES:
            size = {"width": width, "height": 900}
            page = browser.new_page(viewport=size, color_scheme=scheme)
            watch(page, lambda: f"{page.url} at {width}, {scheme}")
            for name in names:
                look_at(page, address, name, width, scheme)
            page.close()
    with_labs = [name for name in names if 'class="lab"' in (FOLDER / name).read_text(encoding="utf-8")]
    labs(browser, address, with_labs)
    without_scripts(browser, address, names)
    with_predictions = [name for name in names if 'class="prediction"' in (FOLDER / name).read_text(encoding="utf-8")]
    predictions.check(browser, address, with_predictions)
    search(browser, address)
    assert questions(browser, address) > 60
    print_page(browser, address)
    browser.close()
    server.shutdown()

if found:
    sys.exit("\n".join(found))
print("all as it should be")
