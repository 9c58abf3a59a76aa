// @ts-check
// The form of a prediction: a field for each question, or a table of them.
"use strict";

/**
 * A field on the page. `missing` says what the reader still has to do, if anything.
 * @typedef {{ part: HTMLElement, focus: () => void, answer: () => PredictionAnswer, missing: () => string }} PredictionField
 */

const predictionForm = (() => {
    const { element, button } = pageElements;
    /** If an option has more characters than this, each option has a line of its own. */
    const LONG = 28;

    /**
     * A text in which `code` is in backticks.
     * @param {string} text
     * @returns {(Node | string)[]}
     */
    const words = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

    /**
     * The same without the backticks, for attributes and messages.
     * @param {string} text
     */
    const plain = (text) => text.replaceAll("`", "");

    /**
     * What a question is called in a message.
     * @param {PredictionQuestion} question
     */
    const nameOf = ({ label, row, column }) => plain(label ?? `${row}, ${column}`);

    /**
     * @param {PredictionNumber} question
     * @param {string} id
     * @param {boolean} saysHow  whether the field says how it's judged
     * @returns {PredictionField}
     */
    function numberField(question, id, saysHow) {
        const { unit = "" } = question;
        // Not of the type `number`, because that refuses a decimal comma in some languages and a point in others.
        const input = element("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", size: 8 });
        const hint = [unit, saysHow ? predictionAnswers.how(question) : ""].filter(Boolean).join(", ");
        const part = element("span", { class: "prediction-number" }, input);
        if (hint !== "") {
            input.setAttribute("aria-describedby", `${id}-hint`);
            part.append(element("span", { id: `${id}-hint` }, ...words(hint)));
        }
        function missing() {
            if (input.value.trim() === "") return `There's no answer to: ${nameOf(question)}`;
            const isNumber = predictionAnswers.parseNumber(input.value, unit) !== null;
            return isNumber ? "" : `This isn't a number, such as 1.4: ${nameOf(question)}`;
        }
        return { part, focus: () => input.focus(), answer: () => input.value.trim(), missing };
    }

    /**
     * @param {PredictionChoice} question
     * @param {string} id
     * @returns {PredictionField}
     */
    function radios(question, id) {
        const inputs = question.options.map(({ text }, index) =>
            element("input", { type: "radio", name: id, id: `${id}-${index}`, value: text }),
        );
        const labels = question.options.map(({ text }, index) =>
            element("label", { for: `${id}-${index}` }, inputs[index], element("span", {}, ...words(text))),
        );
        const checked = () => inputs.find((input) => input.checked);
        const isLong = question.options.some(({ text }) => text.length > LONG);
        return {
            part: element("div", { class: `prediction-options ${isLong ? "prediction-long" : ""}` }, ...labels),
            focus: () => inputs[0].focus(),
            answer: () => checked()?.value ?? null,
            missing: () => (checked() ? "" : `There's no answer to: ${nameOf(question)}`),
        };
    }

    /**
     * A choice in a table.
     * @param {PredictionChoice} question
     * @param {string} id
     * @returns {PredictionField}
     */
    function select(question, id) {
        const options = question.options.map(({ text }) => element("option", { value: text }, plain(text)));
        const part = element("select", { id }, element("option", { value: "" }, "Choose …"), ...options);
        return {
            part,
            focus: () => part.focus(),
            answer: () => part.value,
            missing: () => (part.value === "" ? `There's no answer to: ${nameOf(question)}` : ""),
        };
    }

    /**
     * Lines that the reader moves up and down.
     * @param {PredictionOrder} question
     * @param {(words: string) => void} announce
     * @returns {PredictionField}
     */
    function order(question, announce) {
        const list = element("ol", { class: "prediction-order" });
        const texts = () => [...list.children].map((item) => item.getAttribute("data-text") ?? "");
        let isMoved = false;

        for (const text of question.items) {
            const item = element("li", { "data-text": text }, element("span", {}, ...words(text)));
            const move = (/** @type {number} */ by) => {
                const neighbour = by < 0 ? item.previousElementSibling : item.nextElementSibling;
                if (!neighbour) return;
                // The neighbour is moved, because an element that's moved loses the focus.
                if (by < 0) item.after(neighbour);
                else item.before(neighbour);
                isMoved = true;
                showEnds();
                announce(`${plain(text)}: now ${texts().indexOf(text) + 1} of ${question.items.length}`);
            };
            for (const [symbol, direction, by] of /** @type {const} */ ([["↑", "up", -1], ["↓", "down", 1]])) {
                const made = button(symbol, () => move(by));
                made.setAttribute("aria-label", `Move ${direction}: ${plain(text)}`);
                item.append(made);
            }
            list.append(item);
        }
        // Not `disabled`, because a disabled button loses the focus.
        function showEnds() {
            for (const item of list.children) {
                const [up, down] = item.querySelectorAll("button");
                up.setAttribute("aria-disabled", String(item === list.firstElementChild));
                down.setAttribute("aria-disabled", String(item === list.lastElementChild));
            }
        }
        showEnds();
        return {
            part: list,
            focus: () => list.querySelector("button")?.focus(),
            answer: texts,
            // The order at the beginning is never right.
            missing: () => (isMoved ? "" : `Move the lines into an order first: ${nameOf(question)}`),
        };
    }

    /**
     * A question with its label.
     * @param {PredictionNumber | PredictionChoice | PredictionOrder} question
     * @param {string} id
     * @param {(words: string) => void} announce
     */
    function labelled(question, id, announce) {
        const label = words(question.label ?? "");
        if (question.kind === "number") {
            const field = numberField(question, id, true);
            const part = element("div", { class: "prediction-question" }, element("label", { for: id }, ...label), field.part);
            return { field, part };
        }
        const field = question.kind === "order" ? order(question, announce) : radios(question, id);
        const legend = element("legend", {}, ...label);
        return { field, part: element("fieldset", { class: "prediction-question" }, legend, field.part) };
    }

    /**
     * A question in a cell of the table.
     * @param {PredictionNumber | PredictionChoice} question
     * @param {string} id
     * @param {boolean} saysHow
     */
    function cell(question, id, saysHow) {
        const field = question.kind === "number" ? numberField(question, id, saysHow) : select(question, id);
        const control = field.part.matches("select") ? field.part : field.part.querySelector("input");
        control?.setAttribute("aria-label", nameOf(question));
        return { field, part: element("td", {}, field.part) };
    }

    /**
     * The table of all questions that have a row and a column.
     * @param {Prediction} prediction
     * @param {Map<PredictionQuestion, HTMLElement>} cells
     */
    function table({ title }, cells) {
        const rows = [...new Set([...cells.keys()].map(({ row }) => row ?? ""))];
        const columns = [...new Set([...cells.keys()].map(({ column }) => column ?? ""))];
        const head = columns.map((column) => element("th", { scope: "col" }, ...words(column)));
        const body = rows.map((row) => {
            const inRow = columns.map((column) =>
                [...cells].find(([question]) => question.row === row && question.column === column),
            );
            const parts = inRow.map((entry) => entry?.[1] ?? element("td"));
            return element("tr", {}, element("th", { scope: "row" }, ...words(row)), ...parts);
        });
        const made = element(
            "table",
            { "aria-label": plain(title) },
            element("thead", {}, element("tr", {}, element("td"), ...head)),
            element("tbody", {}, ...body),
        );
        return stackable(made);
    }

    /**
     * Lets CSS put the cells of a table below each other on a narrow page: each has the name of its column, and roles that don't
     * depend on the layout.
     * @param {HTMLTableElement} table
     */
    function stackable(table) {
        const [head, ...body] = table.rows;
        const columns = [...head.cells].map((cell) => cell.textContent ?? "");
        for (const group of [table.tHead, ...table.tBodies]) group?.setAttribute("role", "rowgroup");
        // The first cell may be empty, and then it's no header.
        for (const cell of head.cells) cell.setAttribute("role", cell.tagName === "TH" ? "columnheader" : "cell");
        for (const row of body) {
            for (const [index, cell] of [...row.cells].entries()) {
                cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
                cell.dataset.column = columns[index];
            }
        }
        for (const row of table.rows) row.setAttribute("role", "row");
        table.setAttribute("role", "table");
        return element("div", { class: "table-wrapper" }, table);
    }

    /**
     * The form of a prediction. `check` gets the answers when there's one to each question.
     * @param {Prediction} prediction
     * @param {(answers: PredictionAnswer[]) => void} check
     */
    function make(prediction, check) {
        const status = element("p", { role: "status" });
        const announce = (/** @type {string} */ message) => (status.textContent = message);
        /** @type {(PredictionField | null)[]} */
        const fields = [];
        /** @type {Map<PredictionQuestion, HTMLElement>} */
        const cells = new Map();
        const form = element("form", { "aria-label": `Your prediction: ${plain(prediction.title)}`, novalidate: "" });
        form.append(element("p", { class: "prediction-head" }, "Your prediction"));

        const inTable = prediction.questions.filter(({ row, kind }) => row !== undefined && kind === "number");
        const hows = new Set(inTable.map(predictionAnswers.how));
        for (const [index, question] of prediction.questions.entries()) {
            const id = `predict-${prediction.name}-${index}`;
            if (question.kind === "given") {
                fields.push(null);
                cells.set(question, element("td", {}, ...words(question.text)));
            } else if (question.label !== undefined || question.kind === "order") {
                const { field, part } = labelled(question, id, announce);
                fields.push(field);
                form.append(part);
            } else {
                const { field, part } = cell(question, id, hows.size > 1);
                fields.push(field);
                cells.set(question, part);
            }
        }
        if (cells.size > 0) form.append(table(prediction, cells));
        if (hows.size === 1) form.append(element("p", { class: "prediction-hint" }, `Numbers are judged ${[...hows][0]}.`));
        const submit = element("button", {}, "Check my prediction");
        form.append(element("div", { class: "prediction-actions" }, submit, status));

        form.addEventListener("submit", (event) => {
            event.preventDefault();
            for (const field of fields) {
                const message = field?.missing() ?? "";
                if (message === "") continue;
                announce(message);
                return field?.focus();
            }
            check(fields.map((field) => field?.answer() ?? null));
        });
        return { form, focus: () => fields.find((field) => field !== null)?.focus() };
    }

    return { make, stackable, words, plain };
})();
