// @ts-check
// The page *Your predictions*: what was right, wrong and open.
"use strict";

(() => {
    const { element, button } = pageElements;
    const { memory } = predictionPage;

    const WORDS = { right: "✓ right", wrong: "✗ wrong", open: "open" };

    /** @param {Prediction} prediction */
    const stateOf = (prediction) => predictionAnswers.state(prediction, memory.answers(prediction));

    /**
     * @param {Prediction[]} predictions
     * @param {string} state
     */
    const count = (predictions, state) => predictions.filter((prediction) => stateOf(prediction) === state).length;

    /**
     * `2 right, 1 wrong, 3 open`
     * @param {Prediction[]} predictions
     */
    function counts(predictions) {
        const parts = Object.keys(WORDS).map((state) => ({ state, number: count(predictions, state) }));
        const some = parts.filter(({ number }) => number > 0);
        return some.map(({ state, number }) => `${number} ${state}`).join(", ");
    }

    /**
     * What belongs to a prediction's line in the list.
     * @param {PredictionPage} page
     * @param {Prediction} prediction
     */
    function additions(page, prediction) {
        const state = stateOf(prediction);
        const parts = [element("span", { class: `prediction-${state}` }, ` – ${WORDS[state]}`)];
        if (state !== "wrong") return parts;
        const address = predictionPage.addressOf(page.name);
        const again = element("a", { href: `${address}#predict-${prediction.name}` }, "Try again");
        again.setAttribute("aria-label", `Try again: ${predictionForm.plain(prediction.title)}`);
        again.addEventListener("click", () => memory.forget(prediction));
        parts.push(element("span", {}, " · ", again));
        if (prediction.lab) {
            const lab = element("a", { href: address + predictionPage.newNumbers(prediction.lab) }, "Try it with new numbers");
            lab.setAttribute("aria-label", `Try it with new numbers: ${predictionForm.plain(prediction.title)}`);
            parts.push(element("span", {}, " · ", lab));
        }
        return parts;
    }

    /**
     * @param {HTMLElement} place
     * @param {HTMLElement} list
     */
    function start(place, list) {
        const all = predictionPages.flatMap(({ predictions }) => predictions);
        /**
         * The line of each prediction, by its name.
         * @type {Map<string, HTMLElement>}
         */
        const lines = new Map();
        for (const link of list.querySelectorAll("a[href*='#predict-']")) {
            const name = link.getAttribute("href")?.split("#predict-")[1] ?? "";
            if (link.parentElement) lines.set(name, link.parentElement);
        }
        /**
         * Below each heading, how many of the page's predictions are right.
         * @type {Map<PredictionPage, HTMLElement>}
         */
        const pageCounts = new Map();
        for (const page of predictionPages.filter(({ predictions }) => predictions.length > 0)) {
            const place = element("p", { class: "prediction-counts" });
            lines.get(page.predictions[0].name)?.parentElement?.before(place);
            pageCounts.set(page, place);
        }

        let shown = "all";
        const summary = element("p", { role: "status" });
        const note = element("p");
        const forget = button("Forget everything", () => {
            if (!confirm("Forget all your answers and finished pages?")) return;
            memory.forgetEverything();
            predictionPage.markSidebar();
            draw();
        });
        const choices = ["all", ...Object.keys(WORDS)].map((state) => {
            const input = element("input", { type: "radio", name: "predictions-shown", value: state });
            input.checked = state === "all";
            input.addEventListener("change", () => {
                shown = state;
                filterLines();
            });
            return element("label", {}, input, ` ${state}`);
        });
        const filter = element("fieldset", { class: "prediction-filter" }, element("legend", {}, "Show"), ...choices);
        place.append(summary, note, filter, forget);

        function draw() {
            const pages = predictionPages.filter(({ isReadThrough }) => isReadThrough);
            const finished = pages.filter(({ name }) => memory.isFinished(name)).length;
            summary.textContent = `${all.length} predictions: ${counts(all)}. You've finished ${finished} of ${pages.length} pages.`;
            note.textContent = memory.lasts()
                ? "Your answers stay in this browser. Nothing is sent anywhere."
                : "This browser doesn't let the page store anything, so your answers are gone when you leave a page.";
            for (const [page, place] of pageCounts) {
                place.textContent = counts(page.predictions);
                for (const prediction of page.predictions) {
                    const line = lines.get(prediction.name);
                    line?.setAttribute("data-state", stateOf(prediction));
                    line?.querySelector(".prediction-additions")?.remove();
                    line?.append(element("span", { class: "prediction-additions" }, ...additions(page, prediction)));
                }
            }
            filterLines();
        }

        /** Hides the lines that aren't asked for, and the headings without a line. */
        function filterLines() {
            for (const line of lines.values()) line.hidden = shown !== "all" && line.dataset.state !== shown;
            for (const [page, place] of pageCounts) {
                const isEmpty = page.predictions.every(({ name }) => lines.get(name)?.hidden);
                place.hidden = isEmpty;
                const heading = place.previousElementSibling;
                if (heading instanceof HTMLElement) heading.hidden = isEmpty;
            }
        }

        draw();
        // The browser may show the page again as it was before the reader answered something.
        addEventListener("pageshow", draw);
    }

    const place = document.querySelector(".predictions-overview");
    const list = document.querySelector(".prediction-list");
    if (place instanceof HTMLElement && list instanceof HTMLElement && !/\/print(\.html)?$/.test(location.pathname)) {
        start(place, list);
    }
})();
