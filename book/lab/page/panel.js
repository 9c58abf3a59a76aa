// @ts-check
// Makes a lab of each `<div class="lab" data-lab="NAME">`: controls, the result of a run, and a way to step through it.
"use strict";

const labPanel = (() => {
    const { element, button } = pageElements;
    /** How long a run plays without its stops, the longest stop at a step, and the most for all stops, in milliseconds. */
    const PLAY = 5_000;
    const STOP = 400;
    const ALL_STOPS = 15_000;
    const PREDICT = "lab-predict-first";
    /** A choice whose longest option has more characters than this takes two columns. */
    const LONG = 28;

    // A browser may refuse to remember anything.
    const memory = {
        get: () => {
            try {
                return localStorage.getItem(PREDICT) === "yes";
            } catch {
                return false;
            }
        },
        /** @param {boolean} isOn */
        set: (isOn) => {
            try {
                localStorage.setItem(PREDICT, isOn ? "yes" : "no");
            } catch {
                // The next page starts with it off.
            }
        },
    };

    /**
     * The WebAssembly and the labs in it, loaded once for a page.
     * @type {Promise<{ module: WebAssembly.Module, labs: Lab[] }> | null}
     */
    let loading = null;

    async function load() {
        // mdBook sets it on each page.
        // @ts-ignore
        const root = typeof path_to_root === "string" ? path_to_root : "";
        // Unlike the scripts, this file has no hash in its name, so the browser has to check for a newer one.
        const response = await fetch(`${root}lab/lab.wasm`, { cache: "no-cache" });
        if (!response.ok) throw new Error(`the server responds with ${response.status}`);
        const module = await WebAssembly.compile(await response.arrayBuffer());
        return { module, labs: labHost.describe(module) };
    }

    /**
     * Starts the lab of an element. `task` is what the page asks the reader to try.
     * @param {HTMLElement} place
     * @param {HTMLElement} task
     */
    async function start(place, task) {
        const name = place.dataset.lab ?? "";
        if (location.protocol === "file:") {
            const command = element("code", {}, "mdbook serve book --open");
            const words = element(
                "p",
                {},
                "Browsers can't load a lab from a file. To use it, serve the book: ",
                command,
                ".",
            );
            place.replaceChildren(element("h3", {}, "Try it"), task, words);
            return;
        }
        try {
            loading ??= load();
            const { module, labs } = await loading;
            const lab = labs.find((lab) => lab.name === name);
            if (!lab) throw new Error(`there's no lab named ${name}`);
            open(place, task, module, lab);
        } catch (error) {
            // The next lab of the page tries again.
            loading = null;
            place.replaceChildren(
                element("h3", {}, "Try it"),
                task,
                element(
                    "p",
                    { class: "lab-error" },
                    `This lab can't be loaded: ${error instanceof Error ? error.message : error}.`,
                ),
            );
        }
    }

    /**
     * The control's elements, and a function that shows a value in them. `change` is called with each new value.
     * @param {LabControl} control
     * @param {string} id
     * @param {(value: string) => void} change
     */
    function field(control, id, change) {
        const label = element("label", { for: id }, control.label);
        if (control.type === "choice") {
            const select = element(
                "select",
                { id },
                ...control.options.map(([value, words]) => element("option", { value }, words)),
            );
            select.addEventListener("change", () => change(select.value));
            return { parts: [label, select], show: (/** @type {string} */ value) => (select.value = value) };
        }
        const { min, max, step, unit } = control;
        const range = element("input", { id, type: "range", min, max, step });
        const name = unit ? `${control.label}, in ${unit}` : control.label;
        const number = element("input", { type: "number", min, max, step, "aria-label": name });
        let last = "";
        const show = (/** @type {string} */ value) => {
            last = range.value = number.value = value;
            range.setAttribute("aria-valuetext", `${value} ${unit}`.trim());
        };
        range.addEventListener("input", () => change(range.value));
        number.addEventListener("change", () => {
            const isGood = labSettings.isValid(control, number.value);
            if (isGood) change(String(Number(number.value)));
            else number.value = last;
        });
        return { parts: [label, element("span", { class: "lab-range" }, range, number, unit)], show };
    }

    /**
     * Puts a lab in its place on the page, and runs it with the settings of the page's address.
     * @param {HTMLElement} place
     * @param {HTMLElement} task
     * @param {WebAssembly.Module} module
     * @param {Lab} lab
     */
    function open(place, task, module, lab) {
        const id = `lab-${lab.name}`;
        let { values, ignored, isNew } = labSettings.fromLink(lab, location.search);
        /** @type {LabEvent[]} */
        let events = [];
        /** @type {LabStep[]} */
        let steps = [];
        /** @type {TimelineExchange[]} */
        let exchanges = [];
        let inFlight = 0;
        /** @type {{ step: number, now: number }[]} */
        let moments = [];
        /** The current moment, and its time. While the run plays, the time advances to that of the next moment. */
        let [moment, now] = [0, 0];
        let isHidden = false;
        /** The feedback on a prediction. */
        let verdict = "";
        /** The number of the next frame or timer while it plays, otherwise 0. */
        let playing = 0;

        // --- the elements ---

        const fields = lab.controls.map((control) => ({
            control,
            ...field(control, `${id}-${control.name}`, (value) => {
                values = { ...values, [control.name]: value };
                run(predict.checked);
            }),
        }));
        const controls = element(
            "div",
            { class: "lab-controls" },
            ...fields.map(({ control, parts }) => {
                const isLong = control.type === "choice" && control.options.some(([, words]) => words.length > LONG);
                return element("div", { class: isLong ? "lab-long" : "" }, ...parts);
            }),
        );
        const reset = button("Reset", () => {
            values = labSettings.defaults(lab);
            run(false);
        });
        const link = element("a", {}, "Link to these settings");
        const predict = element("input", { type: "checkbox", id: `${id}-predict` });
        predict.checked = isNew || memory.get();
        predict.addEventListener("change", () => {
            memory.set(predict.checked);
            if (!predict.checked) reveal("");
        });
        const actions = element(
            "div",
            { class: "lab-actions" },
            reset,
            link,
            element("span", {}, predict, element("label", { for: predict.id }, "Predict first")),
        );

        const guess = element("input", { type: "number", id: `${id}-guess`, min: 0, max: 999_999_999, step: 1, required: "" });
        const question = element(
            "form",
            { class: "lab-question" },
            element("label", { for: guess.id }, lab.question.words),
            guess,
            element("button", {}, "Check"),
        );
        question.addEventListener("submit", (event) => {
            event.preventDefault();
            reveal(judge(Number(guess.value)));
        });

        const taken = "This lab doesn't know these settings from the link, so it ignores them: ";
        const note = element("p", {}, taken, `${ignored.join(", ")}.`);
        const numbers = element("dl", { class: "lab-numbers" });
        const told = element("p");
        const status = element("div", { role: "status" }, told);
        const summary = element("div", { class: "lab-summary" }, status, numbers);

        const picture = element("figure", {
            class: "picture",
            tabindex: 0,
            "aria-label": `Timeline and polls of the lab: ${lab.title}`,
        });
        const back = button("Back", () => goTo(moment - 1));
        const play = button("Play", () => (playing ? stop() : startToPlay()));
        const forward = button("Forward", () => goTo(moment + 1));
        const scrub = element("input", { type: "range", min: 0, step: 1, "aria-label": "Step" });
        scrub.addEventListener("input", () => goTo(Number(scrub.value)));
        const where = element("p", { class: "lab-where" });
        const sentences = element("ul");
        const happening = element("div", { class: "lab-happening" }, where, sentences);
        const printed = element("ol", { class: "lab-lines", tabindex: 0, "aria-label": "Program output" });
        const result = element(
            "div",
            {},
            picture,
            element("div", { class: "lab-player" }, back, play, forward, scrub),
            element(
                "div",
                { class: "lab-columns" },
                happening,
                element("div", {}, element("p", { class: "lab-where" }, "Output"), printed),
            ),
        );

        const heading = element("h3", { id: `${id}-title` }, `Try it: ${lab.title}`);
        // What the page asks for begins with the chapter's numbers.
        task.hidden = isNew;
        place.replaceChildren(heading, task, controls, actions, note, question, summary, result);
        place.setAttribute("role", "group");
        place.setAttribute("aria-labelledby", heading.id);
        // mdBook turns pages with the arrow keys, and these elements need them.
        place.addEventListener("keydown", (event) => {
            const isOwn = event.target instanceof Element && event.target.matches("input, select, [tabindex]");
            if (isOwn && event.key !== "Escape") event.stopPropagation();
        });

        // --- a run ---

        /**
         * Runs the lab with the current values.
         * @param {boolean} hides  whether to hide the result until there's a prediction
         */
        function run(hides) {
            stop();
            note.hidden = true;
            for (const { control, show } of fields) show(values[control.name]);
            link.href = labSettings.toLink(lab, values);
            events = labHost.run(module, lab.name, labSettings.changes(lab, values));
            steps = labRun.steps(events);
            exchanges = labRun.exchanges(events);
            inFlight = labRun.measure(events, { type: "in_flight" }) ?? 0;
            moments = labRun.moments(steps);
            scrub.max = String(moments.length - 1);
            isHidden = hides;
            verdict = "";
            guess.value = "";
            drawNumbers();
            drawLines();
            goTo(moments.length - 1);
            say();
        }

        /**
         * Shows the result, and the feedback on a prediction.
         * @param {string} words
         */
        function reveal(words) {
            isHidden = false;
            verdict = words;
            say();
        }

        /** @param {number} predicted */
        function judge(predicted) {
            const actual = labRun.measure(events, lab.question.measure);
            const isTime = lab.question.measure.type === "total";
            if (actual === null) return "This run didn't produce that number, so there's nothing to compare.";
            const unit = isTime ? " ms" : "";
            const words = `${timeline.grouped(actual)}${unit}`;
            // Each response is on its way for a millisecond, and no one has to predict these.
            const slack = isTime ? Math.max(10, actual / 100) : 0;
            if (Math.abs(predicted - actual) <= slack) return `Right, it's ${words}.`;
            const off = timeline.grouped(Math.abs(predicted - actual));
            return `It's ${words}. Your prediction was ${off}${unit} too ${predicted > actual ? "high" : "low"}.`;
        }

        /** Says how the run ended, in a region that screen readers read out. For them it has the numbers, too. */
        function say() {
            const ending = isHidden
                ? "The result is hidden until you enter a prediction."
                : [verdict, labWords.ending(events)].filter(Boolean).join(" ");
            question.hidden = !isHidden;
            numbers.hidden = result.hidden = isHidden;
            const more = element("span", { class: "lab-aloud" }, isHidden ? "" : ` ${labWords.summary(events)}`);
            told.replaceChildren(ending, more);
            told.classList.toggle("lab-aloud", ending === "");
            summary.classList.toggle("lab-stuck", !isHidden && labWords.ending(events) !== null);
        }

        function drawNumbers() {
            /** @type {[string, string][]} */
            const rows = [
                ["total", "Total"],
                ["requests", "Requests"],
                ["in_flight", "Most in flight"],
                ["tasks", "Most tasks"],
                ["polls", "Polls"],
            ];
            numbers.replaceChildren();
            for (const [type, words] of rows) {
                const number = labRun.measure(events, { type });
                // Most labs have requests or tasks, but not both.
                const isUseful = number !== 0 || type === "total" || type === lab.question.measure.type;
                const value = number === null ? "none" : timeline.grouped(number) + (type === "total" ? " ms" : "");
                if (isUseful) numbers.append(element("div", {}, element("dt", {}, words), element("dd", {}, value)));
            }
        }

        function drawLines() {
            const lines = steps.flatMap((step, index) =>
                step.events
                    .filter(({ kind }) => kind === "print")
                    .map(({ at, line = "" }) => {
                        const time = element("span", {}, labWords.milliseconds(at));
                        const item = element(
                            "li",
                            { "data-step": index, "data-at": at },
                            time,
                            element("code", {}, line),
                        );
                        return item;
                    }),
            );
            printed.replaceChildren(...lines);
        }

        // --- moments of a run ---

        /**
         * Shows the run as it was at one of its moments.
         * @param {number} to
         */
        function goTo(to) {
            stop();
            moment = Math.min(Math.max(to, 0), moments.length - 1);
            now = moments[moment].now;
            draw();
            drawWords();
        }

        /** Draws the pictures as they were at the time `now`, which may be between two moments. */
        function draw() {
            const { step } = moments[moment];
            const past = labRun.upTo(steps, { step, now }).flatMap(({ events }) => events);
            const arrived = past.filter(({ kind }) => kind === "request").length;
            const view = { from: 0, to: labRun.endOf(events), now, arrived };
            const requests =
                exchanges.length > 0 ? timeline.svg([{ title: "This run", exchanges, inFlight }], view) : "";
            picture.innerHTML = requests + labLane.svg(events, steps, { step, now });
        }

        function drawWords() {
            const { step } = moments[moment];
            const words = `Step ${moment + 1} of ${moments.length}, at ${labWords.milliseconds(now)}`;
            where.textContent = words;
            scrub.value = String(moment);
            scrub.setAttribute("aria-valuetext", words);
            const said = labWords.sentences(labRun.upTo(steps, { step, now })[step]);
            sentences.replaceChildren(...said.map((sentence) => element("li", {}, sentence)));
            for (const line of printed.querySelectorAll("li")) {
                const isLater = Number(line.dataset.step) > step || Number(line.dataset.at) > now;
                line.classList.toggle("later", isLater);
            }
            // Not `disabled`, because a disabled button loses the focus.
            back.setAttribute("aria-disabled", String(moment === 0));
            forward.setAttribute("aria-disabled", String(moment === moments.length - 1));
        }

        function stop() {
            cancelAnimationFrame(playing);
            clearTimeout(playing);
            playing = 0;
            play.textContent = "Play";
            happening.setAttribute("aria-live", "polite");
        }

        function startToPlay() {
            if (moment === moments.length - 1) goTo(0);
            play.textContent = "Pause";
            // Playing would flood a screen reader. Back and Forward still announce each step.
            happening.setAttribute("aria-live", "off");
            if (matchMedia("(prefers-reduced-motion: reduce)").matches) playSteps();
            else playTime();
        }

        function next() {
            moment += 1;
            now = moments[moment].now;
            draw();
            drawWords();
        }

        /** From moment to moment, without motion between them. */
        function playSteps() {
            if (moment === moments.length - 1) return stop();
            playing = window.setTimeout(() => {
                next();
                playSteps();
            }, 2 * STOP);
        }

        /** Lets time pass from moment to moment, with a stop at each. */
        function playTime() {
            const speed = labRun.endOf(events) / PLAY;
            const longest = Math.min(STOP, ALL_STOPS / moments.length);
            let rest = longest;
            let last = performance.now();
            const frame = (/** @type {number} */ time) => {
                const passed = Math.max(time - last, 0);
                last = time;
                if (rest <= 0 && moment === moments.length - 1) return stop();
                if (rest > 0) {
                    rest -= passed;
                } else if (now + passed * speed < moments[moment + 1].now) {
                    now += passed * speed;
                    draw();
                } else {
                    next();
                    rest = longest;
                }
                playing = requestAnimationFrame(frame);
            };
            playing = requestAnimationFrame(frame);
        }

        const isChanged = Object.keys(labSettings.changes(lab, values)).length > 0;
        run(predict.checked && isChanged);
        note.hidden = ignored.length === 0;
    }

    /** Starts each lab of the page when it comes into view. */
    function startAll() {
        // The page for printing has all chapters.
        if (/\/print(\.html)?$/.test(location.pathname)) return;
        const places = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".lab[data-lab]"));
        if (places.length === 0) return;
        /** @type {Map<Element, () => Promise<void>>} */
        const starts = new Map();
        const observer = new IntersectionObserver(
            (entries) => {
                for (const { isIntersecting, target } of entries) {
                    if (!isIntersecting) continue;
                    observer.unobserve(target);
                    starts.get(target)?.();
                }
            },
            { rootMargin: "300px" },
        );
        for (const place of places) {
            place.id = `lab-${place.dataset.lab}`;
            const task = element("div", { class: "lab-task" }, ...place.childNodes);
            place.append(element("h3", {}, "Try it"), task, element("p", {}, "Loading …"));
            place.classList.add("lab-live");
            starts.set(place, () => start(place, task));
            if (location.hash === `#${place.id}`) start(place, task).then(() => place.scrollIntoView());
            else observer.observe(place);
        }
    }

    return { startAll };
})();

Object.assign(globalThis, { labPanel });
if (typeof document !== "undefined") labPanel.startAll();
