// @ts-check
// Keeps answers and finished pages in the browser, and nowhere else.
"use strict";

/** @typedef {{ answers: Map<string, PredictionAnswer[]>, finished: Set<string> }} PredictionProgress */

const predictionMemory = (() => {
    const NAME = "async-rust-progress";
    const VERSION = 1;

    /**
     * The progress in a stored text. It's empty if something else has written the text.
     * @param {string | null} text
     * @returns {PredictionProgress}
     */
    function parse(text) {
        const progress = { answers: new Map(), finished: new Set() };
        let stored;
        try {
            stored = JSON.parse(text ?? "null");
        } catch {
            return progress;
        }
        if (stored?.version !== VERSION) return progress;
        for (const [name, answers] of Object.entries(stored.answers ?? {})) {
            if (Array.isArray(answers)) progress.answers.set(name, answers);
        }
        for (const page of Array.isArray(stored.finished) ? stored.finished : []) progress.finished.add(page);
        return progress;
    }

    /** @param {PredictionProgress} progress */
    function format({ answers, finished }) {
        return JSON.stringify({ version: VERSION, answers: Object.fromEntries(answers), finished: [...finished] });
    }

    /**
     * A memory in a browser's storage. If the browser refuses to store anything, it lasts as long as the page.
     * @param {() => Pick<Storage, "getItem" | "setItem" | "removeItem">} storage  may throw
     */
    function over(storage) {
        /**
         * What the browser refuses to store.
         * @type {string | null}
         */
        let kept = null;
        let isKept = false;

        // It's read each time, because the book may be open in several tabs.
        function load() {
            if (isKept) return parse(kept);
            try {
                return parse(storage().getItem(NAME));
            } catch {
                isKept = true;
                return parse(kept);
            }
        }

        /** @param {(progress: PredictionProgress) => void} change */
        function update(change) {
            const progress = load();
            change(progress);
            kept = format(progress);
            try {
                storage().setItem(NAME, kept);
            } catch {
                isKept = true;
            }
        }

        return {
            /**
             * The answers to a prediction, or `null`. Answers to a prediction that has changed since then don't count.
             * @param {Prediction} prediction
             */
            answers({ name, questions }) {
                const answers = load().answers.get(name);
                if (answers?.length !== questions.length) return null;
                const areAnswers = questions.every((question, index) =>
                    predictionAnswers.isAnswer(question, answers[index]),
                );
                return areAnswers ? answers : null;
            },

            /**
             * @param {Prediction} prediction
             * @param {PredictionAnswer[]} answers
             */
            remember({ name }, answers) {
                update((progress) => progress.answers.set(name, answers));
            },

            /** @param {Prediction} prediction */
            forget({ name }) {
                update((progress) => progress.answers.delete(name));
            },

            forgetEverything() {
                kept = null;
                try {
                    storage().removeItem(NAME);
                } catch {
                    isKept = true;
                }
            },

            /** @param {string} page */
            isFinished: (page) => load().finished.has(page),

            /**
             * @param {string} page
             * @param {boolean} isFinished
             */
            setFinished(page, isFinished) {
                update(({ finished }) => (isFinished ? finished.add(page) : finished.delete(page)));
            },

            /** Whether the memory lasts longer than the page. */
            lasts() {
                load();
                return !isKept;
            },
        };
    }

    return { NAME, parse, format, over };
})();

Object.assign(globalThis, { predictionMemory });
