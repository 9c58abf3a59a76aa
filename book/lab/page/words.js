// @ts-check
// Describes a run in words: what happens in each step, how the run ends, and its numbers in one sentence.
"use strict";

const labWords = (() => {
    /** The most sentences about one step. Nobody would read more. */
    const MOST_SENTENCES = 12;
    /** The most names in one sentence, for the same reason. */
    const MOST_NAMES = 8;
    /** Things that a site may never send. */
    const FROM_SITE = /^(a connection to|the response of|the body from) /;

    /** @param {number | undefined} task */
    const nameOf = (task) => (task === 0 ? "main" : `task ${task}`);

    /** @param {string} words */
    const capitalized = (words) => words.charAt(0).toUpperCase() + words.slice(1);

    /** @param {number} time */
    const milliseconds = (time) => `${timeline.grouped(time)} ms`;

    /**
     * `a, b and c`
     * @param {string[]} words
     */
    function list(words) {
        const left = words.length - MOST_NAMES + 1;
        const named = left > 1 ? [...words.slice(0, MOST_NAMES - 1), `${left} more`] : words;
        return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} and ${named[named.length - 1]}`;
    }

    /**
     * Whether a future has got the thing it waits for.
     * @param {string} thing
     * @param {boolean} ready
     */
    function isThere(thing, ready) {
        const [not, yet] = ready ? ["", ""] : ["n't", " yet"];
        if (thing.startsWith("room ")) return `There's ${ready ? "" : "no "}${thing}${yet}.`;
        if (thing.startsWith("the lock")) return `${capitalized(thing)} is${not} free${yet}.`;
        if (thing.startsWith("a permit")) return `${capitalized(thing)} is${not} available${yet}.`;
        if (thing.startsWith("a connection ")) return `${capitalized(thing)} is${not} open${yet}.`;
        // A response starts with its headers. Its body follows, in one piece or in many.
        if (thing.startsWith("the response of ")) return `${capitalized(thing)} has${not} started${yet}.`;
        if (thing.startsWith("the body from ")) return `Body data ${thing.slice(9)} has${not} arrived${yet}.`;
        if (/^the time(r|out)\b/.test(thing)) return `${capitalized(thing)} has${not} fired${yet}.`;
        if (thing.startsWith("the next tick")) return `${capitalized(thing)} is${not} due${yet}.`;
        return `${capitalized(thing)} is${not} there${yet}.`;
    }

    /** @param {LabEvent} event */
    function exchangeWords({ site, outcome, bytes = 0 }) {
        const sent = timeline.counted(bytes, "byte");
        switch (outcome) {
            case "complete":
                return `${site} has sent its whole response: ${sent}.`;
            case "cut":
                return `${site} breaks the connection after ${sent}.`;
            case "reset":
                return `${site} resets the connection instead of responding.`;
            case "client_left":
                return `The connection to ${site} is closed before the whole response has arrived.`;
            default:
                return `The request to ${site} is still in flight.`;
        }
    }

    /**
     * `task 1`, or `tasks 2 to 9`
     * @param {(number | undefined)[]} tasks
     */
    function namesOf(tasks) {
        const sorted = [...new Set(tasks)].map((task = 0) => task).sort((a, b) => a - b);
        const [first, last] = [sorted[0], sorted[sorted.length - 1]];
        const isRange = first > 0 && sorted.length > 2 && last - first === sorted.length - 1;
        return isRange ? `tasks ${first} to ${last}` : list(sorted.map(nameOf));
    }

    /**
     * What to say about a poll that's pending. It depends on whether another poll will follow soon.
     * @param {LabStep} step
     */
    function pending({ task, events }) {
        const during = events.slice(events.findIndex(({ kind }) => kind === "poll"));
        const isWoken = during.some((event) => event.kind === "wake" && event.task === task);
        return isWoken
            ? "pending, but it has already been woken, so it will be polled again soon."
            : "pending. It gives up the thread until something wakes it.";
    }

    /**
     * One sentence about a group of similar events.
     * @param {LabEvent[]} group
     * @param {string} who  the name of the task that's polled
     * @param {LabStep} step
     * @returns {string}
     */
    function sentence(group, who, step) {
        const [event] = group;
        const names = namesOf(group.map(({ task }) => task));
        const isOne = group.length === 1;
        const times = isOne ? "" : ` (${group.length} times)`;
        switch (event.kind) {
            case "wake": {
                // A task that has yielded wakes itself before a later step, which may poll a different task.
                const waker = typeof event.by === "number" ? nameOf(event.by) : "the runtime";
                return `${capitalized(waker)} wakes ${names === waker ? "itself" : names}.`;
            }
            case "spawn":
                return `${who} spawns ${names} (${event.place}).`;
            case "poll":
                return `${who} is polled.`;
            case "wait":
                return isThere(event.thing ?? "", event.ready ?? false).replace(/\.$/, `${times}.`);
            case "polled":
                return `${who} is ${event.ready ? "ready: it has finished." : pending(step)}`;
            case "cancel":
                return `${capitalized(names)} ${isOne ? "is dropped before it's" : "are dropped before they're"} ready.`;
            case "print":
                return isOne ? `${who} prints: ${event.line}` : `${who} prints ${group.length} lines.`;
            case "request":
                return `${who} sends a request to ${event.site}${times}.`;
            case "exchange":
                return exchangeWords(event);
            case "finish":
                return "The program ends.";
            default:
                return endingOf(event) ?? `This page doesn't know an event of this kind: ${event.kind}.`;
        }
    }

    /**
     * Whether two consecutive events go into one sentence.
     * @param {LabEvent} one
     * @param {LabEvent} other
     */
    function isAlike(one, other) {
        if (one.kind !== other.kind || one.by !== other.by || one.ready !== other.ready) return false;
        return (
            ["wake", "cancel", "print"].includes(one.kind) ||
            (one.kind === "spawn" && one.place === other.place) ||
            (one.kind === "wait" && one.thing === other.thing) ||
            (one.kind === "request" && one.site === other.site)
        );
    }

    /**
     * What happens in a step.
     * @param {LabStep} step
     * @returns {string[]}
     */
    function sentences(step) {
        const who = capitalized(nameOf(step.task));
        /** @type {LabEvent[][]} */
        const groups = [];
        for (const event of step.events) {
            const group = groups[groups.length - 1];
            if (group && isAlike(group[0], event)) group.push(event);
            else groups.push([event]);
        }
        const blocked = groups.findIndex(([{ kind }]) => kind === "blocked");
        const words = groups.flatMap((group, index) => {
            const held = group[0].kind === "polled" ? step.end - step.at : 0;
            // A task that blocks the thread does nothing else, but a watchdog has its own thread.
            const said = sentence(group, blocked >= 0 && index > blocked ? "The watchdog" : who, step);
            return held > 0 ? [`${who} has held the thread for ${milliseconds(held)}.`, said] : [said];
        });
        const left = words.length - MOST_SENTENCES + 1;
        if (left < 2) return words;
        return [...words.slice(0, MOST_SENTENCES - 2), `And ${left} more.`, words[words.length - 1]];
    }

    /**
     * What to say if the run ends in any way other than `main` returning.
     * @param {LabEvent} event
     */
    function endingOf({ kind, task, thing, message, waits = [] }) {
        switch (kind) {
            case "deadlock": {
                // In a deadlock, futures wait for each other. Waiting for a site that never responds isn't one.
                const isSite = waits.length > 0 && waits.every(({ thing }) => FROM_SITE.test(thing));
                return `${isSite ? "The program hangs" : "Deadlock"}: nothing will ever wake any task.`;
            }
            case "blocked":
                return `Deadlock: ${nameOf(task)} blocks the only thread while it waits for ${thing}, so nothing else can run.`;
            case "endless":
                return "This run doesn't end: after hours on the page's clock, it's still running.";
            case "panic":
                return `The program panics: ${message}`;
            case "full":
                return "This run has more events than the page can show. The rest is left out.";
            default:
                return null;
        }
    }

    /**
     * What an unfinished task waits for.
     * @param {{ thing: string, polled: number, given?: boolean }[]} waits  those of the task
     * @param {LabStep[]} polls  those of the task
     */
    function waiting(waits, polls) {
        if (polls.length === 0) return "has never been polled";
        if (waits.length === 0) return "waits for something that labs don't track, such as a task or a message";
        const { at } = polls[polls.length - 1];
        const things = waits.map(({ thing, polled, given }) => {
            const future = `a future that was last polled at ${milliseconds(polled)}`;
            if (given) return `${thing} (which was given to ${future}, and that future isn't polled any more)`;
            return polled < at ? `${thing} (in ${future})` : thing;
        });
        return `waits for ${list([...new Set(things)])}`;
    }

    /**
     * How a run ends, or `null` if `main` simply returns.
     * @param {LabEvent[]} events
     * @returns {string | null}
     */
    function ending(events) {
        const event = events.find((event) => endingOf(event) !== null);
        if (!event) return null;
        const { waits } = event;
        if (!waits) return endingOf(event);
        const steps = labRun.steps(events);
        /** @param {LabEvent} event */
        const isEnd = ({ kind, ready }) => kind === "cancel" || kind === "blocked" || (kind === "polled" && ready);
        const ended = events.filter(isEnd).map(({ task }) => task);
        const tasks = [0, ...events.filter(({ kind }) => kind === "spawn").map(({ task = 0 }) => task)];
        /**
         * The tasks that wait for the same things, by what they wait for.
         * @type {Map<string, number[]>}
         */
        const groups = new Map();
        for (const task of tasks.filter((task) => !ended.includes(task))) {
            const words = waiting(
                waits.filter((wait) => wait.task === task),
                steps.filter((step) => step.task === task),
            );
            groups.set(words, [...(groups.get(words) ?? []), task]);
        }
        // The task that blocks the thread may have other futures, and one of them may hold what it needs.
        const own = event.kind === "blocked" ? waits.filter(({ task }) => task === event.task) : [];
        if (own.length > 0) {
            const things = list([...new Set(own.map(({ thing }) => thing))]);
            groups.set(`has another future that waits for ${things}`, [event.task ?? 0]);
        }
        const words = [...groups].map(([words, tasks]) => {
            const verb = tasks.length > 1 ? words.replace(/^waits/, "wait").replace(/^has/, "have") : words;
            return `${capitalized(namesOf(tasks))} ${verb}.`;
        });
        return [endingOf(event), ...words].join(" ");
    }

    /**
     * The numbers of a run in one sentence.
     * @param {LabEvent[]} events
     */
    function summary(events) {
        const [total, requests, inFlight, tasks] = ["total", "requests", "in_flight", "tasks"].map((type) =>
            labRun.measure(events, { type }),
        );
        const parts = [];
        if (requests) parts.push(timeline.counted(requests, "request"), `at most ${inFlight} in flight`);
        if (tasks) parts.push(`at most ${timeline.counted(tasks, "task")}`);
        const took = total === null ? "The run doesn't finish" : `The run takes ${milliseconds(total)}`;
        return `${took}${parts.length > 0 ? ", with " : ""}${list(parts)}.`;
    }

    return { nameOf, milliseconds, sentences, ending, summary };
})();

Object.assign(globalThis, { labWords });
