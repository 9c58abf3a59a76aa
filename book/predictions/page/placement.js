// @ts-check
// Where to start: the questions of the introduction, one for each of the first chapters.
"use strict";

const predictionPlacement = (() => {
    /** @param {PredictionPage} page */
    const isChapter = ({ name }) => /^\d\d-(?!\d)/.test(name);

    /**
     * The page to start with: the first one whose prediction is wrong or open. After the last one comes the next chapter.
     * @param {PredictionPage[]} pages
     * @param {{ start?: string, state: string }[]} predictions
     */
    function start(pages, predictions) {
        const first = predictions.find(({ state }) => state !== "right");
        if (first) return pages.find(({ name }) => name === first.start) ?? null;
        const last = predictions[predictions.length - 1]?.start;
        const index = pages.findIndex(({ name }) => name === last);
        return pages.slice(index + 1).find(isChapter) ?? null;
    }

    return { start };
})();

Object.assign(globalThis, { predictionPlacement });
