// @ts-check
// The part of the live page that lets a person choose a fault for each site and path of a run.
"use strict";

/**
 * @typedef {{ path: string, started: string | null }} WatchedPath
 * @typedef {{ name: string, url: string, started: string | null, is_out_of_reach: boolean,
 *     paths: WatchedPath[] }} WatchedSite
 * @typedef {{ site: string, path: string | null, choice: string }} WatchedChoice
 * @typedef {{ example: string, behaviour: string }} WatchedFault
 */

const watchFaults = (() => {
    const { element, printable, say, change } = watchElements;
    const OTHER = "other";

    /**
     * The controls for a site, or for one path of it.
     * @param {number} run
     * @param {string} site
     * @param {string | null} path
     * @param {string | null} url  where a client finds the site
     * @param {string | null} started  the fault with which it was started
     * @param {WatchedFault[]} faults
     */
    function place(run, site, path, url, started, faults) {
        const name = printable(`${site}${path ?? ""}`);
        const select = element(
            "select",
            { "aria-label": `Fault of ${name}` },
            element("option", { value: "started" }, `as started: ${started ?? "none"}`),
            element("option", { value: "none" }, "none"),
            ...faults.map(({ example }) => element("option", { value: example }, example)),
            element("option", { value: OTHER }, "other …"),
        );
        const input = element("input", {
            type: "text",
            "aria-label": `Fault of ${name}, as text`,
            placeholder: "status?code=429",
            spellcheck: "false",
        });
        const set = element("button", {}, "Set");
        const form = element("span", {}, input, " ", set);
        const wrong = element("small", { class: "wrong", role: "status" });
        const behaviour = element("small");
        let current = "started";
        form.hidden = true;

        /** @param {string} choice */
        const show = (choice) => {
            current = choice;
            if (![...select.options].some((option) => option.value === choice))
                select.options.add(element("option", { value: choice }, choice), select.options.length - 1);
            select.value = choice;
            form.hidden = true;
            say(behaviour, faults.find(({ example }) => example === choice)?.behaviour ?? "");
        };
        /** @param {string} fault */
        const choose = async (fault) => {
            const error = await change("fault", { run, site, fault, ...(path === null ? {} : { path }) });
            say(wrong, error);
            if (error && select.value !== OTHER) show(current);
        };
        select.addEventListener("change", () => {
            form.hidden = select.value !== OTHER;
            if (select.value === OTHER) input.focus();
            else void choose(select.value);
        });
        set.addEventListener("click", () => void choose(input.value));
        input.addEventListener("keydown", (event) => {
            if (event.key === "Enter") void choose(input.value);
        });
        const parts = [
            element("div", { class: "place" }, element("code", {}, name), ...(url ? [element("small", {}, url)] : [])),
            element("div", { class: "choice" }, select, form, behaviour, wrong),
        ];
        return { parts, show, isShown: (/** @type {string} */ choice) => choice === current };
    }

    /**
     * The controls of a run, and a function that shows how its sites are now.
     * @param {number} run
     */
    function view(run) {
        const grid = element("div", { class: "faults" });
        const words =
            "A choice takes effect for the next request. A path's own fault comes before its site's. " +
            "The faults refused and connect-hang concern a port, which can't change while the program runs";
        const note = element("p", {}, `${words}.`);
        const details = element("details", {}, element("summary", {}, "Addresses and faults"), note, grid);
        /** @type {Map<string, ReturnType<typeof place>>} */
        const places = new Map();
        /**
         * The sites that clients can't reach.
         * @type {Set<string>}
         */
        const closed = new Set();

        /**
         * @param {WatchedSite[]} sites
         * @param {WatchedChoice[]} choices
         * @param {Map<string, Set<string>>} seen  paths that were requested
         * @param {WatchedFault[]} faults
         */
        function update(sites, choices, seen, faults) {
            details.hidden = sites.length === 0;
            const count = places.size + closed.size;
            for (const site of sites) {
                if (site.is_out_of_reach) {
                    closed.add(site.name);
                    continue;
                }
                const own = new Map(site.paths.map(({ path, started }) => [path, started]));
                const others = [...(seen.get(site.name) ?? [])].filter((path) => !own.has(path));
                // The page at `/` is the site, as long as there's nothing else.
                const paths = [...own, ...others.map((path) => /** @type {[string, null]} */ ([path, null]))];
                const isAlone = paths.every(([path]) => path === "/");
                add(site.name, null, site.url, site.started, faults);
                for (const [path, started] of isAlone ? [] : paths) add(site.name, path, null, started, faults);
            }
            if (places.size + closed.size !== count) order(sites);
            for (const [key, { show, isShown }] of places) {
                const chosen = choices.find(({ site, path }) => keyOf(site, path) === key)?.choice ?? "started";
                if (!isShown(chosen)) show(chosen);
            }
        }

        const keyOf = (/** @type {string} */ site, /** @type {string | null} */ path) => `${site}\n${path ?? ""}`;

        /**
         * @param {string} site
         * @param {string | null} path
         * @param {string | null} url
         * @param {string | null} started
         * @param {WatchedFault[]} faults
         */
        function add(site, path, url, started, faults) {
            const key = keyOf(site, path);
            if (!places.has(key)) places.set(key, place(run, site, path, url, started, faults));
        }

        /**
         * Puts the paths of each site below it. An element that's in its place already isn't moved: it keeps the focus.
         * @param {WatchedSite[]} sites
         */
        function order(sites) {
            const keys = sites.flatMap(({ name }) => [...places.keys()].filter((key) => key.startsWith(`${name}\n`)));
            const sorted = keys.flatMap((key) => places.get(key)?.parts ?? []);
            for (const [index, part] of sorted.entries())
                if (grid.children[index] !== part) grid.insertBefore(part, grid.children[index] ?? null);
            const names = [...closed].join(" and ");
            if (names) say(note, `${words}, so there's nothing to choose for ${names}.`);
        }

        return { details, update };
    }

    return { view };
})();

Object.assign(globalThis, { watchFaults });
