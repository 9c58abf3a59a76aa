// @ts-check
// Reads a reader's answers and compares them with the run.
"use strict";

/**
 * A question, as `book/checks/predictions/keys.rs` writes it. It has a label, or a row and a column of a table.
 * @typedef {{ kind: "number", key: string, unit?: string, within?: number, wrong?: { answer: string, why: string }[] }
 *     & PredictionPlace} PredictionNumber
 * @typedef {{ kind: "choice", right: number, options: { text: string, why?: string }[] } & PredictionPlace} PredictionChoice
 * @typedef {{ kind: "order", items: string[], right: number[], why?: string } & PredictionPlace} PredictionOrder
 * @typedef {{ kind: "given", text: string } & PredictionPlace} PredictionGiven
 * @typedef {{ label?: string, row?: string, column?: string }} PredictionPlace
 * @typedef {PredictionNumber | PredictionChoice | PredictionOrder | PredictionGiven} PredictionQuestion
 *
 * @typedef {{ name: string, title: string, lab?: string, start?: string, questions: PredictionQuestion[] }} Prediction
 * @typedef {{ name: string, title: string, isReadThrough: boolean, predictions: Prediction[] }} PredictionPage
 *
 * A number as it was typed, the text of an option, all items in their order, or nothing for a given cell.
 * @typedef {string | string[] | null} PredictionAnswer
 *
 * What comes of an answer. `given` and `run` are texts, or lists of texts.
 * @typedef {{ isRight: boolean, given: string | string[], run: string | string[], why: string }} PredictionVerdict
 */

const predictionAnswers = (() => {
    /** Numbers that the computer can't represent exactly may differ by this part. */
    const ROUNDING = 1e-9;

    /**
     * The number that a reader means by `1.4`, `1,4`, `.8`, `50,321` or `1.4 s`, or `null`. A comma before exactly three
     * digits separates thousands, except after a zero.
     * @param {string} text
     * @param {string} [unit]
     */
    function parseNumber(text, unit = "") {
        const [, number = "", word = ""] = text.trim().match(/^([\d.,'’\s]*\d\.?)\s*([a-z]*)$/i) ?? [];
        if (word !== "" && !unit.toLowerCase().startsWith(word.toLowerCase())) return null;
        const hasThousands = /^[1-9]\d{0,2}(?:[,'’\s]\d{3})+(?:\.\d+)?$/.test(number);
        if (hasThousands) return Number(number.replace(/[,'’\s]/g, ""));
        return /^(?:\d+[.,]?\d*|[.,]\d+)$/.test(number) ? Number(number.replace(",", ".")) : null;
    }

    /**
     * Whether a number is near enough to another one.
     * @param {number} answer
     * @param {number} right
     * @param {number} [within]  in percent
     */
    function isNear(answer, right, within = 0) {
        return Math.abs(answer - right) <= Math.abs(right) * (within / 100 + ROUNDING);
    }

    /**
     * Whether this can be the answer to a question. A stored answer may be older than the question.
     * @param {PredictionQuestion} question
     * @param {PredictionAnswer | undefined} answer
     */
    function isAnswer(question, answer) {
        switch (question.kind) {
            case "number":
                return typeof answer === "string" && parseNumber(answer, question.unit) !== null;
            case "choice":
                return question.options.some(({ text }) => text === answer);
            case "order":
                return Array.isArray(answer) && String([...answer].sort()) === String([...question.items].sort());
            default:
                return answer === null;
        }
    }

    /**
     * How a question is judged. With a choice that goes without saying.
     * @param {PredictionQuestion} question
     */
    function how(question) {
        if (question.kind === "order") return "as an order";
        if (question.kind !== "number") return "";
        return question.within ? `within ${question.within} %` : "exactly";
    }

    /**
     * @param {PredictionNumber} question
     * @param {string} text
     */
    function judgeNumber({ key, unit = "", within, wrong = [] }, text) {
        const distance = (/** @type {string} */ from) => Math.abs(answer - (parseNumber(from) ?? NaN));
        const isClose = (/** @type {string} */ to) => isNear(answer, parseNumber(to) ?? NaN, within);
        const answer = parseNumber(text, unit) ?? NaN;
        const isRight = isClose(key);
        const close = wrong.filter(({ answer }) => isClose(answer));
        const [nearest] = close.sort((one, other) => distance(one.answer) - distance(other.answer));
        const why = isRight ? "" : nearest?.why ?? "";
        const hasUnit = /[a-z]$/i.test(text);
        return { isRight, given: hasUnit ? text : `${text} ${unit}`.trim(), run: `${key} ${unit}`.trim(), why };
    }

    /**
     * @param {PredictionQuestion} question
     * @param {PredictionAnswer} answer
     * @returns {PredictionVerdict}
     */
    function judge(question, answer) {
        switch (question.kind) {
            case "number":
                return judgeNumber(question, String(answer));
            case "choice": {
                const right = question.options[question.right].text;
                const why = question.options.find(({ text }) => text === answer)?.why ?? "";
                const isRight = answer === right;
                return { isRight, given: String(answer), run: right, why: isRight ? "" : why };
            }
            case "order": {
                const run = question.right.map((index) => question.items[index]);
                const given = Array.isArray(answer) ? answer : [];
                const isRight = run.every((item, index) => item === given[index]);
                return { isRight, given, run, why: isRight ? "" : question.why ?? "" };
            }
            default:
                return { isRight: true, given: "", run: question.text, why: "" };
        }
    }

    /**
     * Whether a prediction is right, wrong or open.
     * @param {Prediction} prediction
     * @param {PredictionAnswer[] | null} answers
     */
    function state(prediction, answers) {
        if (answers === null) return "open";
        const { questions } = prediction;
        return questions.every((question, index) => judge(question, answers[index]).isRight) ? "right" : "wrong";
    }

    return { parseNumber, isNear, isAnswer, how, judge, state };
})();

Object.assign(globalThis, { predictionAnswers });
