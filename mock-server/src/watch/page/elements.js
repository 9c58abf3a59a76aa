// @ts-check
// What the scripts of the live page share. Text that a client of the server sent becomes an element's text here, never
// markup.
"use strict";

const watchElements = (() => {
    const address = document.body.dataset.address ?? "";

    /**
     * An element with these attributes and children.
     * @template {keyof HTMLElementTagNameMap} Name
     * @param {Name} name
     * @param {{ [attribute: string]: string }} [attributes]
     * @param {(Node | string)[]} children
     * @returns {HTMLElementTagNameMap[Name]}
     */
    function element(name, attributes = {}, ...children) {
        const made = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
        made.append(...children);
        return made;
    }

    /**
     * Text without characters that would reorder the text around them or can't be seen.
     * @param {string} text
     */
    const printable = (text) => text.replace(/(?![\u200c\u200d\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");

    /**
     * Sets a text only if it has changed, because a screen reader may read it again.
     * @param {Element} place
     * @param {string} words
     */
    function say(place, words) {
        if (place.textContent !== words) place.textContent = words;
    }

    /**
     * Asks the server to change something. The result is what's wrong, or nothing.
     * @param {"fault" | "reset" | "button"} what
     * @param {{ [parameter: string]: string | number }} parameters
     */
    async function change(what, parameters) {
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
        try {
            const response = await fetch(`${address}/${what}?${query}`, { method: "POST" });
            return response.ok ? "" : (await response.text()).trim();
        } catch {
            return "the program doesn't answer";
        }
    }

    return { address, element, printable, say, change };
})();

Object.assign(globalThis, { watchElements });
