"""What a reader does with predictions, with the keyboard alone."""

import re

from looking import found, look_for_barriers, overflowing, watch


def check(browser, address, names):
    page = new_page(browser)
    numbers(page, address)
    choice(page, address)
    order(page, address)
    table(page, address)
    finished(page, address)
    overview(page, address)
    placement(page, address)
    page.context.close()
    # All results are made in the same way, so axe looks at a few of them.
    for width, scheme in [(1280, "dark"), (390, "light")]:
        page = new_page(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
        for index, name in enumerate(names):
            answered(page, address, name, f"{name}, answered, at {width}, {scheme}", index % 4 == 0)
        page.context.close()


def new_page(browser, **options):
    page = browser.new_context(**options).new_page()
    watch(page, lambda: f"predictions, {page.url}")
    return page


def open_prediction(page, address, chapter, name):
    """The prediction's place, the fold with its run, and a function to complain with."""
    page.goto(f"{address}/{chapter}.html#predict-{name}")
    place = page.locator(f"#predict-{name}")
    fold = page.locator(f"#predict-{name} + details")
    if not page.evaluate("scrollY > 0"):
        found.append(f"{chapter}: the link doesn't scroll to {name}")
    return place, fold, lambda words: found.append(f"{chapter}, {name}: {words}")


def is_open(fold):
    return fold.get_attribute("open") is not None


def head(place):
    return place.locator(".prediction-result .prediction-head")


def numbers(page, address):
    place, fold, complain = open_prediction(page, address, "03-futures-and-await", "in_turn")
    check_button = place.get_by_role("button", name="Check my prediction")
    field = lambda version: place.get_by_label(f"Version {version}", exact=True)

    check_button.press("Enter")
    if "Version A" not in place.get_by_role("status").inner_text() or is_open(fold):
        complain("it's checked without an answer")
    if not field("A").evaluate("field => field === document.activeElement"):
        complain("the field without an answer doesn't get the focus")

    # The lab shows the run, so it's hidden until the prediction is checked.
    lab = page.locator("#lab-in_turn")
    if lab.is_visible() or not page.locator(".lab-covered").is_visible():
        complain("its lab gives the answer away")

    # The arrow keys turn mdBook's pages, but not here.
    field("A").press_sequentially("1.4")
    for key in ["ArrowLeft", "ArrowRight", "Tab"]:
        page.keyboard.press(key)
    page.keyboard.type("0,8")
    page.keyboard.press("Tab")
    page.keyboard.type(".8 s")
    page.keyboard.press("Enter")
    if "2 of 3" not in head(place).inner_text() or not is_open(fold):
        complain(f"Enter doesn't check it: {place.inner_text()}")
    if not lab.is_visible() or page.locator(".lab-covered").count():
        complain("its lab isn't there after the check")
    if not head(place).evaluate("head => head === document.activeElement"):
        complain("the result doesn't get the focus")
    cells = place.locator("tbody tr").nth(1).locator("td").all_inner_texts()
    if cells[0] != "0,8 seconds" or "✗ wrong (more than 20 % off)" not in cells[2]:
        complain(f"the wrong answer is shown as {cells}")
    if not re.search("Version B: .* starts nothing", place.locator("li").inner_text()):
        complain(f"the reason is {place.locator('li').inner_text()}")

    page.reload()
    if not head(place).is_visible() or is_open(fold):
        complain("the answer is gone when the page is opened again, or the fold is open")
    place.get_by_role("button", name="Try again").press("Enter")
    if not field("A").evaluate("field => field === document.activeElement && field.value === ''"):
        complain("Try again doesn't begin with an empty form")
    page.reload()
    if head(place).is_visible():
        complain("Try again doesn't forget the answer")
    page.locator(".lab-covered").get_by_role("button").press("Enter")
    if not lab.is_visible() or not lab.evaluate("lab => lab === document.activeElement"):
        complain("its lab can't be shown without a prediction")
    page.goto(f"{address}/03-futures-and-await.html?lab=in_turn#lab-in_turn")
    page.reload()
    if not lab.is_visible():
        complain("a link to its lab leads to something hidden")
    page.goto(f"{address}/03-futures-and-await.html")

    for version, answer in [("A", "1.4"), ("B", "1,4"), ("C", "0.8")]:
        field(version).fill(answer)
    check_button.press("Enter")
    if "Your prediction is right" not in head(place).inner_text() or place.locator("li").count():
        complain(f"right answers have the result {place.inner_text()}")


def choice(page, address):
    place, fold, complain = open_prediction(page, address, "05-1-channels-and-workers", "channel")
    options = place.get_by_role("radio")
    options.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    if not options.nth(1).is_checked():
        complain("an arrow key doesn't choose the next option")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    if "is wrong" not in head(place).inner_text() or not is_open(fold):
        complain(f"the wrong option has the result {place.inner_text()}")
    if not place.locator(".prediction-result > p + .table-wrapper + p").is_visible():
        complain("there's no reason why the option is wrong")


def order(page, address):
    place, fold, complain = open_prediction(page, address, "01-sync-vs-async", "cpu_bound")
    check_button = place.get_by_role("button", name="Check my prediction")
    check_button.press("Enter")
    if head(place).is_visible():
        complain("it's checked before anything is moved")
    lines = ["job 1 begins", "job 1 ends", "job 2 begins", "job 2 ends", "job 3 begins", "job 3 ends"]
    texts = lambda: place.locator("ol li > span").all_inner_texts()
    for index, line in enumerate(lines):
        up = place.get_by_role("button", name=f"Move up: {line}")
        while texts().index(line) > index:
            up.press("Enter")
            if not up.evaluate("button => button === document.activeElement"):
                return complain("a button loses the focus when its line moves")
            if not re.match(f"{line}: now [1-6] of 6", place.get_by_role("status").inner_text()):
                return complain("a move isn't announced")
    check_button.press("Enter")
    if "is right" not in head(place).inner_text():
        complain(f"the right order has the result {place.inner_text()}")


def table(page, address):
    place, fold, complain = open_prediction(page, address, "05-gather", "bounded")
    if "12" not in place.locator("td").all_inner_texts():
        complain("the given cell isn't shown")
    place.get_by_label("buffered(4), most requests in flight").fill("4")
    answer_all(place)
    row = place.locator("tbody tr", has_text="buffered(4), most requests in flight").first
    if "✓ right" not in row.inner_text() or not is_open(fold):
        complain(f"the table has the result {place.inner_text()}")


def answer_all(place):
    """Fills in the empty fields with something, mostly wrong, and checks it."""
    place.evaluate(
        """place => {
            for (const field of place.querySelectorAll("input[type=text]")) field.value ||= "7";
            for (const field of place.querySelectorAll("select")) field.selectedIndex ||= 1;
            for (const field of place.querySelectorAll("fieldset")) field.querySelector("input, li:last-child button").click();
            // The index is the introduction once more, so there it is answered.
            place.querySelector("form")?.requestSubmit();
        }"""
    )


def finished(page, address):
    page.goto(f"{address}/03-futures-and-await.html")
    if page.locator(".finished").inner_text().split("\n")[1].strip() != "1 of 3 predicted":
        found.append(f"finished: {page.locator('.finished').inner_text()}")
    button = page.get_by_role("button", name="I've finished this page")
    button.press("Enter")
    link = page.get_by_role("link", name=re.compile("Futures and await ★ ✓ finished"))
    page.goto(f"{address}/04-tasks.html")
    if link.count() != 1 or page.locator(".finished-mark").count() != 1:
        found.append("finished: the sidebar doesn't mark the page")
    page.go_back()
    if button.get_attribute("aria-pressed") != "true":
        found.append("finished: the button isn't pressed when the page is opened again")
    button.press("Enter")
    if link.count():
        found.append("finished: the sidebar still marks a page that isn't finished any more")
    button.press("Enter")


def overview(page, address):
    url = f"{address}/your-predictions.html"
    page.goto(url)
    complain = lambda words: found.append(f"your predictions: {words}")
    line = lambda title: page.locator(".prediction-list li", has_text=title)
    status = lambda: page.locator(".predictions-overview [role=status]").inner_text()
    look_for_barriers(page, "your predictions")
    if "2 right, 2 wrong" not in status() or "finished 1 of" not in status():
        complain(status())
    for title, state in [("awaited in three ways", "✓ right"), ("Five ways to wait", "✗ wrong"), ("Three timeouts", "open")]:
        if state not in line(title).inner_text():
            complain(line(title).inner_text())
    page.get_by_role("radio", name="wrong").press("Space")
    if [page.locator(f".prediction-list {part}:visible").count() for part in ("li", "h2")] != [2, 2]:
        complain("more than the wrong predictions and their headings is shown")
    page.get_by_role("radio", name="all").press("Space")

    line("Five ways to wait").get_by_role("link", name="Try it with new numbers").press("Enter")
    lab = page.locator("#lab-bounded")
    lab.locator(".lab-question").wait_for()
    if lab.locator(".lane").is_visible() or not lab.get_by_label("Predict first").is_checked():
        complain("the lab with new numbers shows its result before it's predicted")
    page.goto(url)
    line("Five ways to wait").get_by_role("link", name="Try again").press("Enter")
    page.wait_for_url("**/05-gather.html#predict-bounded")
    if not page.locator("#predict-bounded form").is_visible():
        complain("Try again doesn't lead to an empty form")

    page.goto(url)
    forget = page.get_by_role("button", name="Forget everything")
    page.once("dialog", lambda dialog: dialog.dismiss())
    forget.press("Enter")
    if "2 right" not in status():
        complain("it forgets everything without a yes")
    page.once("dialog", lambda dialog: dialog.accept())
    forget.press("Enter")
    page.reload()
    if "right" in status() or "finished 0 of" not in status() or page.locator(".finished-mark").count():
        complain(f"it doesn't forget everything: {status()}")


def placement(page, address):
    """The questions in the introduction, which are in a fold."""
    open_prediction(page, address, "introduction", "start_late")
    complain = lambda words: found.append(f"where to start: {words}")
    status = page.locator(".placement [role=status]")
    starts_with = lambda title: status.get_by_role("link").inner_text() == title
    if not page.locator("#predict-start_late").is_visible() or "0 of 8" not in status.inner_text():
        complain(status.inner_text())
    page.get_by_role("button", name="Show me where to start").press("Enter")
    if not starts_with("Sync and async") or not status.get_by_role("link").evaluate("a => a === document.activeElement"):
        complain(f"without an answer it's: {status.inner_text()}")

    # The right answers to the first questions, as the page would store them.
    for count, title in [(3, "Tasks"), (8, "Best practices")]:
        page.evaluate(
            """count => {
                const { predictions } = predictionPages.find(({ name }) => name === "introduction");
                const right = { number: q => q.key, choice: q => q.options[q.right].text, given: () => null,
                    order: q => q.right.map(index => q.items[index]) };
                const memory = predictionMemory.over(() => localStorage);
                for (const prediction of predictions.slice(0, count)) {
                    memory.remember(prediction, prediction.questions.map(q => right[q.kind](q)));
                }
            }""",
            count,
        )
        page.reload()
        if count < 8:
            page.get_by_role("button", name="Show me where to start").press("Enter")
        if not starts_with(title):
            complain(f"with {count} right answers it's: {status.inner_text()}")
    link = status.get_by_role("link").get_attribute("href")
    if link != "09-best-practices.html":
        complain(f"the link leads to {link}")


def answered(page, address, name, where, for_axe):
    """A page on which everything is answered."""
    page.goto(f"{address}/{name}")
    for place in page.locator(".prediction-live").all():
        answer_all(place)
    if page.locator(".prediction-live form").count():
        found.append(f"{where}: a form isn't answered")
    for selector in overflowing(page):
        found.append(f"{where}: {selector} is wider than the page")
    if for_axe:
        look_for_barriers(page, where)
