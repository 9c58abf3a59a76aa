// @ts-check
// The settings of a lab and the links that restore them: `?lab=bounded&limit=2#lab-bounded`. With `?lab=bounded&new-numbers`
// they're new each time.
"use strict";

/**
 * A control, as `src/controls.rs` describes it.
 * @typedef {{ name: string, label: string } & (
 *     | { type: "range", min: number, max: number, step: number, default: number, unit: string }
 *     | { type: "choice", options: [string, string][] })} LabControl
 *
 * @typedef {{ name: string, title: string, controls: LabControl[],
 *     question: { words: string, measure: LabMeasure } }} Lab
 *
 * The value of each control, by its name.
 * @typedef {{ [control: string]: string }} LabValues
 */

const labSettings = (() => {
    /** @param {LabControl} control */
    const defaultOf = (control) => (control.type === "range" ? String(control.default) : control.options[0][0]);

    /**
     * @param {Lab} lab
     * @returns {LabValues}
     */
    const defaults = (lab) => Object.fromEntries(lab.controls.map((control) => [control.name, defaultOf(control)]));

    /**
     * @param {LabControl} control
     * @param {string} value
     */
    function isValid(control, value) {
        if (control.type === "choice") return control.options.some(([name]) => name === value);
        const number = Number(value);
        const isInRange = /^\d{1,9}$/.test(value) && number >= control.min && number <= control.max;
        return isInRange && (number - control.min) % control.step === 0;
    }

    /**
     * What differs from the defaults.
     * @param {Lab} lab
     * @param {LabValues} values
     * @returns {LabValues}
     */
    function changes(lab, values) {
        const standard = defaults(lab);
        return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== standard[name]));
    }

    /**
     * The part of a link after the page's own address.
     * @param {Lab} lab
     * @param {LabValues} values
     */
    const toLink = (lab, values) =>
        `?${new URLSearchParams({ lab: lab.name, ...changes(lab, values) })}#lab-${lab.name}`;

    /**
     * Random settings that differ from the defaults. Except for the version of the code, a choice stays as it is in the chapter, so
     * that it's still the chapter's question.
     * @param {Lab} lab
     * @param {() => number} random
     * @returns {LabValues}
     */
    function newNumbers(lab, random) {
        const below = (/** @type {number} */ count) => Math.floor(random() * count);
        for (;;) {
            const entries = lab.controls.map((control) => {
                if (control.type === "choice" && control.name !== "version") return [control.name, defaultOf(control)];
                if (control.type === "choice") return [control.name, control.options[below(control.options.length)][0]];
                const steps = Math.floor((control.max - control.min) / control.step);
                return [control.name, String(control.min + control.step * below(steps + 1))];
            });
            const values = Object.fromEntries(entries);
            if (Object.keys(changes(lab, values)).length > 0) return values;
        }
    }

    /**
     * The settings of a link, whether the link asks for new numbers, and a list of settings that no control accepts.
     * @param {Lab} lab
     * @param {string} query
     * @param {() => number} [random]
     */
    function fromLink(lab, query, random = Math.random) {
        const values = defaults(lab);
        /** @type {string[]} */
        const ignored = [];
        const parameters = new URLSearchParams(query);
        if (parameters.get("lab") !== lab.name) return { values, ignored, isNew: false };
        if (parameters.has("new-numbers")) return { values: newNumbers(lab, random), ignored, isNew: true };
        for (const [name, value] of parameters) {
            // mdBook's search adds its own parameters.
            if (["lab", "highlight", "search"].includes(name)) continue;
            const control = lab.controls.find((control) => control.name === name);
            if (control && isValid(control, value)) values[name] = control.type === "range" ? String(Number(value)) : value;
            else ignored.push(`${name}=${value}`.slice(0, 40).replace(/[^\x20-\x7e]/g, "?"));
        }
        return { values, ignored, isNew: false };
    }

    return { defaults, isValid, changes, toLink, fromLink };
})();

Object.assign(globalThis, { labSettings });
