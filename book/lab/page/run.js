// @ts-check
// What the events of a run mean: its steps, what the sites saw of its requests, and its numbers.
"use strict";

/**
 * A step is one poll, with the events that led to it. Events after the last poll belong to the last step.
 * @typedef {object} LabStep
 * @property {number} task  what is polled
 * @property {number} at  when, in milliseconds
 * @property {number} end  when the poll ended; later than `at` if it held the thread
 * @property {boolean | null} ready  whether the future is ready; `null` if the poll didn't return
 * @property {LabEvent[]} events
 *
 * @typedef {{ type: string, prefix?: string }} LabMeasure
 */

const labRun = (() => {
    /**
     * When the run ends. A deadlock is noticed only much later, so events after the last poll don't count then.
     * @param {LabEvent[]} events
     */
    function endOf(events) {
        const isStuck = events.some(({ kind }) => kind === "deadlock");
        const counts = events.filter(({ kind }) => !isStuck || kind === "poll" || kind === "polled");
        return counts.length > 0 ? counts[counts.length - 1].at : 0;
    }

    /**
     * @param {LabEvent[]} events
     * @returns {LabStep[]}
     */
    function steps(events) {
        /** @type {LabStep[]} */
        const steps = [];
        /** @type {LabStep | null} */
        let current = null;
        /**
         * What happens between two polls belongs to the second one, or to the first one if it happens earlier than the
         * second.
         * @type {LabEvent[]}
         */
        let before = [];
        const end = endOf(events);
        for (const event of events) {
            if (event.kind === "poll") {
                while (steps.length > 0 && before.length > 0 && before[0].at < event.at) {
                    steps[steps.length - 1].events.push(...before.splice(0, 1));
                }
                current = {
                    task: event.task ?? 0,
                    at: event.at,
                    end: event.at,
                    ready: null,
                    events: [...before, event],
                };
                steps.push(current);
                before = [];
            } else if (current) {
                current.events.push(event);
                current.end = Math.min(Math.max(event.at, current.end), end);
                if (event.kind !== "polled") continue;
                current.ready = event.ready ?? false;
                current = null;
            } else {
                before.push(event);
            }
        }
        steps[steps.length - 1]?.events.push(...before);
        return steps;
    }

    /**
     * The moments a reader can step to: the end of each step and, in a step that holds the thread, each time at which
     * something happens.
     * @param {LabStep[]} steps
     */
    function moments(steps) {
        return steps.flatMap(({ at, end, events }, step) => {
            const times = [at, ...events.map((event) => event.at), end].filter((time) => time >= at && time <= end);
            return [...new Set(times)].sort((a, b) => a - b).map((now) => ({ step, now }));
        });
    }

    /**
     * The steps up to a moment. If the moment is within a step, that step has only the events up to then.
     * @param {LabStep[]} steps
     * @param {{ step: number, now: number }} moment
     */
    function upTo(steps, { step, now }) {
        return steps
            .slice(0, step + 1)
            .map((step) => (now < step.end ? { ...step, events: step.events.filter(({ at }) => at <= now) } : step));
    }

    /**
     * What the sites saw of each request.
     * @param {LabEvent[]} events
     * @returns {TimelineExchange[]}
     */
    function exchanges(events) {
        const last = endOf(events);
        const requests = events.filter(({ kind }) => kind === "request");
        return requests.map(({ request, site = "", at }) => {
            const seen = events.find((event) => event.kind === "exchange" && event.request === request);
            const { start = at, end = last, outcome = "in_flight", bytes = 0 } = seen ?? {};
            return { site, start, pieces: seen?.pieces ?? [], end: Math.min(end, last), outcome, bytes };
        });
    }

    /**
     * The most requests that were in flight at the same time. Events at the same moment count in the order of the log.
     * An exchange that's logged later than it ended counts as ended before the next request arrived.
     * @param {LabEvent[]} events
     */
    function mostInFlight(events) {
        const arrivals = events.map(({ kind, request }) => (kind === "request" ? request : undefined));
        const changes = events.flatMap(({ at, kind, end = at, request }, index) => {
            if (kind === "request") return [{ time: at, index, change: 1 }];
            if (kind !== "exchange") return [];
            return [{ time: end, index: end === at ? index : arrivals.indexOf(request), change: -1 }];
        });
        changes.sort((a, b) => a.time - b.time || a.index - b.index || b.change - a.change);
        let [now, most] = [0, 0];
        for (const { change } of changes) most = Math.max(most, (now += change));
        return most;
    }

    /**
     * The most tasks that existed at the same time.
     * @param {LabEvent[]} events
     */
    function mostTasks(events) {
        let [now, most] = [0, 0];
        for (const { kind, task, ready } of events) {
            if (kind === "spawn") most = Math.max(most, (now += 1));
            if (kind === "cancel" || (kind === "polled" && ready && task !== 0)) now -= 1;
        }
        return most;
    }

    /**
     * The whole number that was printed after these words.
     * @param {LabEvent[]} events
     * @param {string} words
     */
    function printed(events, words) {
        const line = events.find((event) => event.kind === "print" && event.line?.startsWith(words))?.line ?? "";
        const digits = line.slice(words.length).match(/\d[\d,]*/);
        return digits ? Number(digits[0].replaceAll(",", "")) : null;
    }

    /**
     * @param {LabEvent[]} events
     * @param {string} kind
     */
    const count = (events, kind) => events.filter((event) => event.kind === kind).length;

    /**
     * A number of a run, or `null` if the run doesn't have it.
     * @param {LabEvent[]} events
     * @param {LabMeasure} measure
     * @returns {number | null}
     */
    function measure(events, { type, prefix = "" }) {
        switch (type) {
            case "total":
                return events.find(({ kind }) => kind === "finish")?.at ?? null;
            case "requests":
                return count(events, "request");
            case "in_flight":
                return mostInFlight(events);
            case "tasks":
                return mostTasks(events);
            case "polls":
                return count(events, "poll");
            case "lines":
                return count(events, "print");
            case "printed":
                return printed(events, prefix);
            default:
                return null;
        }
    }

    return { endOf, steps, moments, upTo, exchanges, measure };
})();

Object.assign(globalThis, { labRun });
