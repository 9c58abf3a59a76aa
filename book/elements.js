// @ts-check
// Makes HTML elements, for the labs and the predictions.
"use strict";

const pageElements = (() => {
    /**
     * An element with these attributes and children.
     * @template {keyof HTMLElementTagNameMap} Name
     * @param {Name} name
     * @param {{ [attribute: string]: string | number }} [attributes]
     * @param {(Node | string)[]} children
     * @returns {HTMLElementTagNameMap[Name]}
     */
    function element(name, attributes = {}, ...children) {
        const made = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
        made.append(...children);
        return made;
    }

    /**
     * A button, and what it does.
     * @param {string} words
     * @param {() => void} act
     */
    function button(words, act) {
        const made = element("button", { type: "button" }, words);
        made.addEventListener("click", act);
        return made;
    }

    return { element, button };
})();
