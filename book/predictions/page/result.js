// @ts-check
// What came of a prediction: the reader's answers beside those of the run, and why wrong ones are wrong.
"use strict";

const predictionResult = (() => {
    const { element } = pageElements;
    const { words } = predictionForm;

    /** @param {PredictionQuestion} question */
    const nameOf = ({ label, row, column }) => words(label ?? `${row}, ${column}`);

    /**
     * An answer in a cell. An order is a list.
     * @param {string | string[]} answer
     */
    function cell(answer) {
        if (typeof answer === "string") return element("td", {}, ...words(answer));
        const items = answer.map((item) => element("li", {}, ...words(item)));
        return element("td", {}, element("ol", {}, ...items));
    }

    /**
     * The result of a prediction with these answers. `actions` come below it.
     * @param {Prediction} prediction
     * @param {PredictionAnswer[]} answers
     * @param {(Node | string)[]} actions
     */
    function make(prediction, answers, actions) {
        const asked = prediction.questions.flatMap((question, index) =>
            question.kind === "given" ? [] : [{ question, ...predictionAnswers.judge(question, answers[index]) }],
        );
        const right = asked.filter(({ isRight }) => isRight).length;
        const isAlone = asked.length === 1;
        const isRight = right === asked.length;
        const verdict =
            isRight || isAlone
                ? `Your prediction is ${isRight ? "right" : "wrong"}.`
                : `${right} of ${asked.length} answers are right.`;
        // It gets the focus, and so a screen reader reads it.
        const head = element("p", { class: "prediction-head", tabindex: -1 }, `${isRight ? "✓" : "✗"} ${verdict}`);

        const columns = ["Question", "Your answer", "The run", "Result"];
        /**
         * How near a number was, if it didn't have to be exact.
         * @param {PredictionQuestion} question
         * @param {boolean} isRight
         */
        const margin = (question, isRight) => {
            if (question.kind !== "number" || !question.within) return "";
            return isRight ? ` (within ${question.within} %)` : ` (more than ${question.within} % off)`;
        };
        const rows = asked.map(({ question, given, run, isRight }) =>
            element(
                "tr",
                {},
                element("th", { scope: "row" }, ...nameOf(question)),
                cell(given),
                cell(run),
                element("td", { class: isRight ? "" : "prediction-wrong" }, isRight ? "✓ right" : "✗ wrong", margin(question, isRight)),
            ),
        );
        const table = element(
            "table",
            { "aria-label": `Your prediction and the run: ${predictionForm.plain(prediction.title)}` },
            element("thead", {}, element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)))),
            element("tbody", {}, ...rows),
        );
        const reasons = asked
            .filter(({ why }) => why !== "")
            .map(({ question, why }) => {
                const name = isAlone ? [] : [element("strong", {}, ...nameOf(question), ":"), " "];
                return element(isAlone ? "p" : "li", {}, ...name, ...words(why));
            });
        const part = element("div", { class: "prediction-result" }, head, predictionForm.stackable(table));
        if (isAlone) part.append(...reasons);
        else if (reasons.length > 0) part.append(element("ul", {}, ...reasons));
        part.append(element("div", { class: "prediction-actions" }, ...actions));
        return { part, focus: () => head.focus() };
    }

    return { make };
})();
