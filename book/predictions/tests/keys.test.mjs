// The judge agrees with the keys: what the runs say is right, and the wrong answers in the predictions' files are wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import "../page/answers.js";
import "../page/keys.js";

const { predictionAnswers, predictionPages } = globalThis;
const { parseNumber, isAnswer, judge } = predictionAnswers;

/** The right answer to a question. */
function right(question) {
    if (question.kind === "number") return question.key;
    if (question.kind === "choice") return question.options[question.right].text;
    return question.kind === "order" ? question.right.map((index) => question.items[index]) : null;
}

/** The wrong answers whose reasons the question has. */
function wrong(question) {
    if (question.kind === "number") return (question.wrong ?? []).map(({ answer }) => answer);
    if (question.kind === "choice") return question.options.filter((_, index) => index !== question.right).map(({ text }) => text);
    return question.kind === "order" ? [question.items] : [];
}

for (const { predictions } of predictionPages) {
    for (const { name, questions } of predictions) {
        test(`${name} is judged as its run says`, () => {
            for (const question of questions) {
                const answer = right(question);
                assert(isAnswer(question, answer), JSON.stringify(question));
                assert(judge(question, answer).isRight, JSON.stringify(question));
                for (const answer of wrong(question)) {
                    assert(isAnswer(question, answer), `${answer}: ${JSON.stringify(question)}`);
                    assert(!judge(question, answer).isRight, `${answer}: ${JSON.stringify(question)}`);
                }
                for (const { answer, why } of question.wrong ?? []) assert.equal(judge(question, answer).why, why);
            }
        });
    }
}

test("a time that's rounded to one digit is right", () => {
    const times = predictionPages.flatMap(({ predictions }) => predictions).flatMap(({ questions }) => questions);
    for (const question of times.filter(({ kind, within }) => kind === "number" && within !== undefined)) {
        const key = parseNumber(question.key);
        const rounded = String(Number(key.toPrecision(key < 1 ? 1 : 2)));
        assert(judge(question, rounded).isRight, `${rounded}: ${JSON.stringify(question)}`);
    }
});
