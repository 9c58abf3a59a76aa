// @ts-check
// Puts the predictions into their places on a page, and marks the page as finished.
"use strict";

const predictionPage = (() => {
    const { element, button } = pageElements;
    const memory = predictionMemory.over(() => localStorage);

    /** The page's file, without `.html`. */
    const name = location.pathname.split("/").pop()?.replace(/\.html$/, "") || "index";
    // The book's first page is its index, too.
    const current = predictionPages.find((page) => page.name === (name === "index" ? "introduction" : name));

    /**
     * The address of a page of the book.
     * @param {string} page
     */
    function addressOf(page) {
        // mdBook sets it on each page.
        // @ts-ignore
        const root = typeof path_to_root === "string" ? path_to_root : "";
        return `${root}${page}.html`;
    }

    /**
     * The place of a lab, with settings that are new each time.
     * @param {string} lab
     */
    const newNumbers = (lab) => {
        // A different address each time, because a browser stays where it is if the address is the same.
        const draw = Math.floor(Math.random() * 1_000_000);
        return `?lab=${lab}&new-numbers=${draw}#lab-${lab}`;
    };

    /**
     * The fold with the run.
     * @param {Element} place
     */
    function foldAfter(place) {
        const next = place.nextElementSibling;
        return next instanceof HTMLDetailsElement ? next : null;
    }

    /**
     * Hides a lab that shows the run of a prediction, until there's an answer or the reader opens the run. It can
     * also be shown with a click. Returns a function that shows it.
     * @param {string} name
     * @param {HTMLDetailsElement} fold
     * @returns {() => void}
     */
    function cover(name, fold) {
        const lab = document.querySelector(`.lab[data-lab="${name}"]`);
        const isLinked = () =>
            location.hash === `#lab-${name}` || new URLSearchParams(location.search).get("lab") === name;
        // A lab in a box of its own is hidden already.
        if (!(lab instanceof HTMLElement) || lab.hidden || lab.closest("details") || isLinked()) return () => {};
        const words = "A lab with this run appears here when you've checked your prediction.";
        const note = element("p", { class: "lab-covered" }, `${words} `);
        const uncover = () => {
            lab.hidden = false;
            note.remove();
        };
        const show = button("Show it now", () => {
            uncover();
            // The button is gone.
            lab.tabIndex = -1;
            lab.focus();
        });
        note.append(show);
        lab.hidden = true;
        lab.before(note);
        fold.addEventListener("toggle", () => {
            if (fold.open) uncover();
        });
        addEventListener("hashchange", () => {
            if (isLinked()) uncover();
        });
        return uncover;
    }

    /**
     * Shows a prediction in its place: its form, or the result of an earlier answer. The fold with the run stays closed then,
     * because the result has the run's answers.
     * @param {HTMLElement} place
     * @param {Prediction} prediction
     * @param {() => void} change  called when there's an answer, or none any more
     */
    function open(place, prediction, change) {
        const fold = foldAfter(place);
        let uncover = () => {};
        place.classList.add("prediction-live");

        function showForm() {
            const made = predictionForm.make(prediction, (answers) => {
                memory.remember(prediction, answers);
                if (fold) fold.open = true;
                // The fold's event comes later, and then the lab would push away what the reader is already reading.
                uncover();
                showResult(answers).focus();
                change();
            });
            place.replaceChildren(made.form);
            reachable();
            return made;
        }

        /** @param {PredictionAnswer[]} answers */
        function showResult(answers) {
            const again = button("Try again", () => {
                memory.forget(prediction);
                if (fold) fold.open = false;
                showForm().focus();
                change();
            });
            const { lab } = prediction;
            const link = lab ? [element("a", { href: newNumbers(lab) }, "Try it with new numbers")] : [];
            const made = predictionResult.make(prediction, answers, [again, ...link]);
            place.replaceChildren(made.part);
            reachable();
            return made;
        }

        const answers = memory.answers(prediction);
        if (answers) {
            showResult(answers);
            return;
        }
        showForm();
        if (prediction.lab && fold) uncover = cover(prediction.lab, fold);
    }

    /**
     * Where to start, below the questions of the introduction.
     * @param {HTMLElement} place
     * @param {Prediction[]} predictions
     */
    function placement(place, predictions) {
        const status = element("p", { role: "status" });
        let givesUp = false;
        const show = button("Show me where to start", () => {
            givesUp = true;
            draw();
            // The button is gone.
            status.querySelector("a")?.focus();
        });
        place.append(status, show);

        function draw() {
            const states = predictions.map((prediction) => ({
                start: prediction.start,
                state: predictionAnswers.state(prediction, memory.answers(prediction)),
            }));
            const answered = states.filter(({ state }) => state !== "open").length;
            const isDone = givesUp || answered === states.length;
            show.hidden = isDone;
            const page = isDone ? predictionPlacement.start(predictionPages, states) : null;
            if (!page) {
                status.replaceChildren(`You've answered ${answered} of ${states.length} questions.`);
                return;
            }
            const link = element("a", { href: addressOf(page.name) }, ...predictionForm.words(page.title));
            const isAllRight = states.every(({ state }) => state === "right");
            const reason = isAllRight
                ? ". All your answers are right."
                : ". The first question that's wrong or open belongs to it.";
            status.replaceChildren("Start with ", link, reason);
        }

        draw();
        return draw;
    }

    /** Marks the finished pages in the sidebar. */
    function markSidebar() {
        const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (
            document.querySelectorAll("mdbook-sidebar-scrollbox .chapter-link-wrapper > a[href]")
        );
        for (const link of links) {
            link.querySelector(".finished-mark")?.remove();
            const page = link.pathname.split("/").pop()?.replace(/\.html$/, "") ?? "";
            if (link.classList.contains("header-in-summary") || !memory.isFinished(page)) continue;
            const aloud = element("span", { class: "prediction-aloud" }, " finished");
            link.append(element("span", { class: "finished-mark" }, " ✓", aloud));
        }
    }

    /**
     * The end of a page: whether the reader has finished it, and how many of its runs are predicted.
     * @param {HTMLElement} main
     * @param {PredictionPage} page
     */
    function end(main, { name, predictions }) {
        const finished = button("I've finished this page", () => {
            memory.setFinished(name, !memory.isFinished(name));
            draw();
        });
        const count = element("span");
        const link = element("a", { href: addressOf("your-predictions") }, "Your predictions");
        main.append(element("div", { class: "finished" }, finished, count, link));

        function draw() {
            const isFinished = memory.isFinished(name);
            finished.setAttribute("aria-pressed", String(isFinished));
            finished.classList.toggle("finished-yes", isFinished);
            const predicted = predictions.filter((prediction) => memory.answers(prediction) !== null).length;
            count.textContent = predictions.length > 0 ? `${predicted} of ${predictions.length} predicted` : "";
            markSidebar();
        }
        draw();
        return draw;
    }

    function start() {
        // The page for printing has all chapters.
        if (name === "print") return;
        markSidebar();
        document.documentElement.classList.add("prediction-forms");
        const main = document.querySelector("main");
        if (!main || !current) return;
        /** @type {(() => void)[]} */
        const draws = [];
        const change = () => draws.forEach((draw) => draw());
        for (const prediction of current.predictions) {
            const place = document.getElementById(`predict-${prediction.name}`);
            if (place) open(place, prediction, change);
        }
        const startHere = document.querySelector(".placement");
        const questions = current.predictions.filter(({ start }) => start !== undefined);
        if (startHere instanceof HTMLElement && questions.length > 0) draws.push(placement(startHere, questions));
        if (current.isReadThrough) draws.push(end(main, current));
        // The browser may show the page again as it was before another one was finished.
        addEventListener("pageshow", change);
        // The forms have moved what the address leads to.
        const target = location.hash.startsWith("#predict-") && document.getElementById(location.hash.slice(1));
        if (!target) return;
        for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
            fold.open = true;
        }
        target.scrollIntoView();
    }

    return { memory, addressOf, newNumbers, markSidebar, start };
})();

predictionPage.start();
