// @ts-check
// The live page: draws what the server sees while it happens. The other scripts have its parts.
"use strict";

/**
 * What a test expected, and how it failed, if it did.
 * @typedef {{ expected: string, failure: string | null }} WatchedReport
 *
 * @typedef {{ id: number, title: string, reports: WatchedReport[] }} FinishedRun
 * @typedef {FinishedRun & { sites: WatchedSite[], choices: WatchedChoice[] }} LiveRun
 *
 * What the server sends besides exchanges.
 * @typedef {{ type: "faults", faults: WatchedFault[] }} FaultsEvent
 * @typedef {{ type: "state", words: string, button: { id: number, label: string } | null, live: LiveRun[],
 *     finished: FinishedRun[] }} StateEvent
 */

(() => {
    const { address, element, printable, say, change } = watchElements;
    const { Exchanges, withStatus } = watchExchanges;

    /** The time between two frames, in milliseconds, so there are thirty a second. */
    const FRAME = 1_000 / 30;
    /** The most requests in view. */
    const VISIBLE = 20;
    // These are the timeline's own: the height of a request, and of everything else in its picture.
    const ROW_HEIGHT = 26;
    const OTHER_HEIGHT = 112;
    const CURVE_TOP = 24;
    const CURVE_BOTTOM = 94;
    /** How often the words for screen readers may change, in milliseconds. */
    const SUMMARY = 5_000;
    /** The outcomes of exchanges as the server names them, and as the timeline does. */
    const OUTCOMES = { complete: "complete", cut: "cut", reset: "reset", "client gone": "client left" };

    // --- what the server has sent ---

    /** @type {WatchedFault[]} */
    let faults = [];
    /** @type {StateEvent} */
    let state = { type: "state", words: "", button: null, live: [], finished: [] };
    /**
     * The exchanges of each run.
     * @type {Map<number, InstanceType<typeof Exchanges>>}
     */
    const runs = new Map();
    /**
     * When the connection to the program ended, by the page's clock.
     * @type {number | null}
     */
    let ended = null;

    const exchangesOf = (/** @type {number} */ run) => {
        const exchanges = runs.get(run) ?? new Exchanges();
        runs.set(run, exchanges);
        return exchanges;
    };

    // --- the page ---

    /**
     * The element of the page with this id.
     * @template {HTMLElement} Type
     * @param {string} id
     * @param {new () => Type} type
     */
    function part(id, type) {
        const found = document.getElementById(id);
        if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
        return found;
    }

    const connection = part("connection", HTMLElement);
    const button = part("button", HTMLButtonElement);
    const pause = part("pause", HTMLButtonElement);
    const pauses = part("pauses", HTMLElement);
    const time = part("time", HTMLSelectElement);
    let isPaused = false;
    /** @type {Map<number, ReturnType<typeof liveView>>} */
    const liveViews = new Map();
    /** @type {Map<number, ReturnType<typeof finishedView>>} */
    const finishedViews = new Map();

    /**
     * A part of the page that's scrolled if it has no room, with the keyboard, too.
     * @param {string} name
     * @param {string} label
     */
    const scrolled = (name, label) =>
        element("div", { class: name, tabindex: "0", role: "region", "aria-label": label });

    /**
     * What tests expected and saw.
     * @param {WatchedReport[]} reports
     */
    const reportsOf = (reports) =>
        reports.map(({ expected, failure }) =>
            element(
                "dl",
                { class: `report ${failure === null ? "passed" : "failed"}` },
                element("div", {}, element("dt", {}, "Expected"), element("dd", {}, printable(expected))),
                element(
                    "div",
                    {},
                    element("dt", { class: "verdict" }, failure === null ? "Seen: passed" : "Seen: failed"),
                    element("dd", {}, printable(failure ?? "the same")),
                ),
            ),
        );

    /**
     * Draws how many requests were in flight over time.
     * @param {HTMLElement} place
     * @param {InstanceType<typeof Exchanges>} exchanges
     * @param {number} from
     * @param {number} to
     */
    function drawCurve(place, exchanges, from, to) {
        const axis = timeline.axis(to - from);
        const { most, path } = exchanges.curve.path(axis, from, CURVE_TOP, CURVE_BOTTOM);
        const body =
            timeline.ticks(axis, CURVE_TOP, CURVE_BOTTOM) +
            `<path class="area" d="${path}"/>\n` +
            timeline.text("label", timeline.MARGIN, CURVE_TOP + 10, "in flight") +
            timeline.text("result", axis.x(axis.length) + 20, CURVE_TOP + 10, `at most ${timeline.grouped(most)}`);
        const words = `At most ${most} requests were in flight.`;
        const title = "Requests in flight over time";
        place.innerHTML = timeline.picture("timeline curve", title, words, CURVE_BOTTOM + 10, body, false);
    }

    /**
     * The view of a run that's live.
     * @param {LiveRun} run
     */
    function liveView(run) {
        const exchanges = exchangesOf(run.id);
        const heading = element("h2", { id: `run-${run.id}` }, run.title);
        const names = ["requests", "connections", "in flight now", "at most in flight", ...Object.values(OUTCOMES), "quiet for"];
        const numbers = names.map((name) => element("dd"));
        const list = element("dl", { class: "numbers" });
        for (const [index, name] of names.entries())
            list.append(element("div", {}, element("dt", {}, name), numbers[index]));
        const reset = element("button", {}, "Reset the record");
        reset.addEventListener("click", async () => say(hint, await change("reset", { run: run.id })));
        const follow = element("input", { type: "checkbox" });
        follow.checked = true;
        follow.addEventListener("change", schedule);
        const onlyInFlight = element("input", { type: "checkbox" });
        onlyInFlight.addEventListener("change", schedule);
        const reports = element("div");
        const hint = element("p", { role: "status" });
        const example = element("div");
        const curve = scrolled("picture", "Requests in flight over time");
        const inView = element("div", { class: "window" });
        const all = element("div", {}, inView);
        const rows = scrolled("rows", "Requests");
        rows.append(all);
        rows.addEventListener("scroll", () => {
            follow.checked = rows.scrollTop >= rows.scrollHeight - rows.clientHeight - ROW_HEIGHT / 2;
            schedule();
        });
        const chooser = watchFaults.view(run.id);
        const controls = element(
            "div",
            { class: "controls" },
            reset,
            element("label", {}, follow, " Follow the newest request"),
            element("label", {}, onlyInFlight, " Only requests in flight"),
        );
        const section = element(
            "section",
            { "aria-labelledby": heading.id },
            heading,
            list,
            controls,
            hint,
            reports,
            example,
            curve,
            rows,
            chooser.details,
        );

        /** @param {LiveRun} current */
        function showState(current) {
            run = current;
            reports.replaceChildren(...reportsOf(run.reports));
            const site = run.sites.find((site) => !site.is_out_of_reach);
            const command = element("pre", {}, `curl -i ${site?.url}`);
            // After a finished run, the button ends the program.
            const isFirst = state.finished.length === 0;
            const first = state.button && isFirst ? `Press ${state.button.label}` : "Start your client";
            const words = `No request has arrived ${isFirst ? "yet" : "since then"}. ${first}, or send a request from a terminal:`;
            example.replaceChildren(element("p", {}, words), ...(site ? [command] : []));
        }

        /** @param {number} now */
        function draw(now) {
            const { inFlight, maxInFlight, outcomes, connections } = exchanges;
            const figures = [exchanges.rows.length, connections.size, inFlight, maxInFlight];
            for (const outcome of Object.keys(OUTCOMES)) figures.push(outcomes.get(outcome) ?? 0);
            for (const [index, figure] of figures.entries()) say(numbers[index], timeline.grouped(figure));
            say(numbers[figures.length], `${(exchanges.quiet(now) / 1_000).toFixed(1)} s`);
            if (ended === null) chooser.update(run.sites, run.choices, exchanges.paths, faults);
            const isEmpty = exchanges.rows.length === 0;
            [example.hidden, curve.hidden, rows.hidden] = [!isEmpty, isEmpty, isEmpty];
            if (isEmpty) return;

            const to = exchanges.end(now);
            const start = exchanges.start();
            const from = time.value ? Math.max(start, to - Number(time.value)) : start;
            drawCurve(curve, exchanges, from, to);
            drawRows(from, to);
        }

        /**
         * @param {number} from
         * @param {number} to
         */
        function drawRows(from, to) {
            let inTime = time.value ? exchanges.rows.filter((row) => (row.ended ?? to) >= from) : exchanges.rows;
            if (onlyInFlight.checked) inTime = inTime.filter((row) => row.ended === null);
            const height = OTHER_HEIGHT + ROW_HEIGHT * inTime.length;
            all.style.height = `${height}px`;
            rows.style.maxHeight = `${OTHER_HEIGHT + ROW_HEIGHT * VISIBLE}px`;
            if (follow.checked) rows.scrollTop = height;
            const first = Math.min(Math.round(rows.scrollTop / ROW_HEIGHT), Math.max(0, inTime.length - VISIBLE));
            const shown = timeline.exchangesOf({ exchanges: withStatus(inTime.slice(first, first + VISIBLE)) }, to);
            const last = first + shown.length;
            const [start, end, count] = [first + 1, last, inTime.length].map(timeline.grouped);
            const kind = onlyInFlight.checked ? " in flight" : "";
            // The axis of a part of the run starts at that part.
            const when = from > exchanges.rows[0].request_head ? `, ${time.selectedOptions[0].label}` : "";
            const headline =
                shown.length === inTime.length
                    ? `${timeline.counted(last, "request")}${kind}${when}`
                    : `requests ${start} to ${end} of ${count}${kind}${when}`;
            const panel = { title: run.title, exchanges: shown, inFlight: exchanges.maxInFlight, headline };
            inView.innerHTML = timeline.svg([panel], { from, to, hasStyle: false });
        }

        /** Without the program, nothing can be changed. */
        function end() {
            controls.hidden = chooser.details.hidden = true;
        }

        live.append(section);
        return { section, showState, draw, end, exchanges };
    }

    /**
     * The view of a run that has ended, with the picture that the book would have of it, and statuses.
     * @param {FinishedRun} run
     */
    function finishedView(run) {
        const heading = element("h2", { id: `run-${run.id}` }, run.title);
        const curve = scrolled("picture", `Requests in flight over time: ${run.title}`);
        const picture = scrolled("picture", `What the server saw: ${run.title}`);
        const reports = element("div", {}, ...reportsOf(run.reports));
        const section = element("section", { "aria-labelledby": heading.id }, heading, reports, curve, picture);
        const exchanges = exchangesOf(run.id);

        /** What the picture was drawn from. */
        let drawn = { count: -1, length: -1 };

        /** All of them have the same scale, so that they can be compared. */
        function draw(/** @type {number} */ length) {
            const { rows, maxInFlight } = exchanges;
            if (drawn.count === rows.length && drawn.length === length) return;
            drawn = { count: rows.length, length };
            const all = timeline.exchangesOf({ exchanges: withStatus(rows) }, exchanges.end(null));
            const panel = { title: run.title, exchanges: all, inFlight: maxInFlight };
            const from = exchanges.start();
            curve.hidden = rows.length === 0;
            if (rows.length > 0) drawCurve(curve, exchanges, from, from + length);
            picture.innerHTML = timeline.svg([panel], { from, to: from + length, hasStyle: false });
        }

        // The newest comes first.
        finished.prepend(section);
        return { section, draw, exchanges };
    }

    const [live, finished] = ["live", "finished"].map((id) => part(id, HTMLElement));

    /** Whether the state or a finished run has changed since the last frame. */
    let [isStateNew, isFinishedNew] = [false, false];

    /**
     * Removes the views of runs that aren't there any more.
     * @param {Map<number, { section: HTMLElement }>} views
     * @param {{ id: number }[]} runs
     */
    function removeOthers(views, runs) {
        for (const [id, { section }] of views) {
            if (runs.some((run) => run.id === id)) continue;
            section.remove();
            views.delete(id);
        }
    }

    /** Makes and removes the views of runs as they come and go. */
    function showState() {
        for (const run of state.live) {
            const view = liveViews.get(run.id) ?? liveView(run);
            liveViews.set(run.id, view);
            view.showState(run);
        }
        for (const run of state.finished) {
            if (!finishedViews.has(run.id)) finishedViews.set(run.id, finishedView(run));
        }
        removeOthers(liveViews, state.live);
        removeOthers(finishedViews, state.finished);
        for (const id of runs.keys()) if (!liveViews.has(id) && !finishedViews.has(id)) runs.delete(id);
        say(part("none", HTMLElement), state.live.length + state.finished.length > 0 ? "" : "No web is running yet.");
    }

    // --- frames ---

    let isScheduled = false;
    let lastFrame = -Infinity;

    function schedule() {
        if (isScheduled) return;
        isScheduled = true;
        requestAnimationFrame(frame);
    }

    function frame() {
        isScheduled = false;
        if (isPaused) return;
        const now = performance.now();
        // The browser's own frames come at other moments, so this lets one come a little early after one that was late.
        if (now - lastFrame < FRAME - 2) return schedule();
        lastFrame = Math.max(lastFrame + FRAME, now - FRAME / 2);
        if (isStateNew) showState();
        for (const { draw } of liveViews.values()) draw(ended ?? now);
        if (isFinishedNew) drawFinished();
        [isStateNew, isFinishedNew] = [false, false];
        summarize(now);
        // Bars grow as long as anything is in flight.
        const grows = [...liveViews.values()].some(({ exchanges }) => exchanges.inFlight > 0);
        if (grows && ended === null) schedule();
    }

    function drawFinished() {
        const lengths = [...finishedViews.values()].map(({ exchanges }) => exchanges.end(null) - exchanges.start());
        for (const { draw } of finishedViews.values()) draw(Math.max(0, ...lengths));
    }

    let lastSummary = -Infinity;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let nextSummary;

    /**
     * Says the numbers to a screen reader, but not all the time.
     * @param {number} now
     */
    function summarize(now) {
        clearTimeout(nextSummary);
        if (now - lastSummary < SUMMARY) {
            nextSummary = setTimeout(() => summarize(performance.now()), lastSummary + SUMMARY - now);
            return;
        }
        const words = [...liveViews.values()].map(
            ({ exchanges: { rows, inFlight } }) =>
                `${timeline.counted(rows.length, "request")}, ${timeline.grouped(inFlight)} in flight`,
        );
        const summary = part("summary", HTMLElement);
        if (summary.textContent !== words.join("; ")) lastSummary = now;
        say(summary, words.join("; "));
    }

    // --- controls ---

    pause.addEventListener("click", () => {
        isPaused = !isPaused;
        pause.setAttribute("aria-pressed", String(isPaused));
        say(pause, isPaused ? "Continue" : "Pause");
        say(part("paused", HTMLElement), isPaused ? "Paused: the page keeps this picture. The server carries on." : "");
        schedule();
    });
    time.addEventListener("change", schedule);
    button.addEventListener("click", () => {
        if (state.button) void change("button", { id: state.button.id });
    });

    // --- what comes from the server ---

    const events = new EventSource(`${address}/events`);
    events.addEventListener("message", ({ data }) => {
        const event = /** @type {FaultsEvent | StateEvent | ExchangesEvent} */ (JSON.parse(data));
        if (event.type === "faults") {
            faults = event.faults;
        } else if (event.type === "state") {
            state = event;
            isStateNew = isFinishedNew = true;
            // These don't wait until the page is no longer paused: the program may wait for the click.
            say(part("words", HTMLElement), state.words);
            say(button, state.button?.label ?? "");
            button.hidden = state.button === null;
        } else {
            exchangesOf(event.run).receive(event);
            isFinishedNew ||= !liveViews.has(event.run);
        }
        schedule();
    });
    events.addEventListener("open", () => {
        say(connection, "");
    });
    events.addEventListener("error", () => {
        const isRefused = events.readyState === EventSource.CLOSED;
        // The browser would try again, but the next program has another address.
        events.close();
        ended = performance.now();
        connection.classList.add("ended");
        say(
            connection,
            isRefused
                ? "The program doesn't feed this page. Perhaps too many of its pages are open: close one and reload this one."
                : "The program has ended. This is what the page saw until then.",
        );
        [isPaused, button.hidden, pauses.hidden] = [false, true, true];
        say(part("words", HTMLElement), "");
        say(part("paused", HTMLElement), "");
        for (const { end } of liveViews.values()) end();
        schedule();
    });

    const style = new CSSStyleSheet();
    style.replaceSync(timeline.STYLE);
    document.adoptedStyleSheets = [style];
})();
