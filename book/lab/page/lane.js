// @ts-check
// Draws when each task is polled and what wakes it: a row for `main` and for each task, on the timeline's axis.
"use strict";

/**
 * What's known of a task at a moment of a run.
 * @typedef {object} LabLife
 * @property {number} from  where in the picture it begins
 * @property {number} to  where it ends
 * @property {number} polls  how many there were
 * @property {"" | "ready" | "dropped"} end  empty until it's done
 *
 * @typedef {object} LabLayout
 * @property {TimelineAxis} axis
 * @property {number} first  the first step that's drawn
 * @property {(index: number) => number} x  where a step is
 * @property {[number, string][]} ticks  where they are, and their labels
 * @property {boolean} isSqueezed  whether there's no room for all arrows
 * @property {number} end  where the current moment is
 *
 * @typedef {object} LabRows
 * @property {number[]} tasks  those that have a row of their own
 * @property {string[]} labels  of all rows
 * @property {(task: number | null | undefined) => number} y  the middle of a task's row, or of the runtime's
 * @property {number} bottom
 */

const labLane = (() => {
    const { moment, text, rectangle, picture, counted, MARGIN, LABEL_WIDTH, AXIS_WIDTH, THINNEST } = timeline;

    const TITLE = "What's polled, and what wakes it";
    const ROW_HEIGHT = 19;
    /** Where the first row begins, below the title and the labels of the axis. */
    const HEADER = 54;
    const LEFT = MARGIN + LABEL_WIDTH;
    const RIGHT = LEFT + AXIS_WIDTH;
    /** To the right of the axis there's room for the polls at the end of a run. */
    const TAIL = 44;
    const RADIUS = 4.5;
    /** The runtime and `main` have a row each, and this many tasks. Further tasks share one. */
    const TASKS = 24;
    /** If a whole run takes no time, only this many steps are drawn: the current one and those before it. */
    const WINDOW = 16;
    /** If there's room, polls at the same moment and in the same row are drawn this far apart. */
    const APART = 11;
    /** The same for polls in different rows. */
    const SHIFTED = 4;
    /** How far apart steps are if a whole run takes no time. */
    const STEP = 21;
    /** If they're squeezed more than this, or there are more steps than this, only the arrows of the current step are drawn. */
    const SQUEEZED = 0.4;
    const MOST = 150;

    /** @param {number} length */
    const px = (length) => length.toFixed(1);

    /**
     * Where each step is on the axis. Steps at the same moment are spread to the right, at most up to the next moment.
     * @param {LabStep[]} steps
     * @param {TimelineAxis} axis
     * @param {number} length  of the run
     */
    function placesInTime(steps, axis, length) {
        /** @type {number[]} */
        const places = [];
        let squeezed = 1;
        while (places.length < steps.length) {
            const first = places.length;
            const { at } = steps[first];
            const next = steps.findIndex((step, index) => index > first && step.at > at);
            const group = steps.slice(first, next < 0 ? undefined : next);
            const room = (next < 0 ? axis.x(length) + TAIL : axis.x(steps[next].at)) - axis.x(at);
            let width = 0;
            const shifts = group.map((step, index) => {
                if (index > 0) width += step.task === group[index - 1].task ? APART : SHIFTED;
                return width;
            });
            const squeeze = Math.min(1, (0.9 * room) / Math.max(width, 1));
            squeezed = Math.min(squeezed, squeeze);
            places.push(...shifts.map((shift) => axis.x(at) + shift * squeeze));
        }
        return { places, isSqueezed: squeezed < SQUEEZED || steps.length > MOST };
    }

    /**
     * The horizontal layout: where steps and times are, which steps are drawn, and the ticks of the axis.
     * @param {LabStep[]} steps
     * @param {number} length  of the run
     * @param {number} current  the current step
     * @param {number} now
     */
    function layoutOf(steps, length, current, now) {
        const axis = timeline.axis(length);
        if (length === 0) {
            const first = Math.max(0, current - WINDOW + 1);
            const x = (/** @type {number} */ index) => LEFT + Math.max(index - first, 0) * STEP;
            const drawn = steps.map((_, index) => index).slice(first, first + WINDOW);
            /** @type {[number, string][]} */
            const ticks = drawn.filter((index) => index % 5 === 0).map((index) => [x(index), `step ${index + 1}`]);
            return { axis, first, x, ticks, isSqueezed: false, end: x(current) };
        }
        const { places, isSqueezed } = placesInTime(steps, axis, length);
        /** @type {[number, string][]} */
        const ticks = axis.ticks(5).map((time) => [axis.x(time), axis.label(time)]);
        const x = (/** @type {number} */ index) => places[index];
        return { axis, first: 0, x, ticks, isSqueezed, end: Math.max(axis.x(now), x(current)) };
    }

    /**
     * The row of each task.
     * @param {LabEvent[]} events
     */
    function rowsOf(events) {
        const spawned = events.filter((event) => event.kind === "spawn").map((event) => event.task ?? 0);
        const tasks = [0, ...spawned.slice(0, spawned.length > TASKS + 1 ? TASKS : undefined)];
        const left = spawned.length + 1 - tasks.length;
        const labels = ["the runtime", ...tasks.map(labWords.nameOf), ...(left > 0 ? [`${left} more tasks`] : [])];
        /**
         * The middle of a task's row, or of the runtime's.
         * @param {number | null | undefined} task
         */
        const y = (task) => {
            const row = typeof task === "number" ? tasks.indexOf(task) + 1 || labels.length - 1 : 0;
            return HEADER + (row + 0.5) * ROW_HEIGHT;
        };
        return { tasks, labels, y, bottom: HEADER + labels.length * ROW_HEIGHT };
    }

    /**
     * An arrow from a row to another one, or to a later place in the same row.
     * @param {number} x1
     * @param {number} y1
     * @param {number} x2
     * @param {number} y2
     * @param {boolean} isCurrent
     */
    function arrow(x1, y1, x2, y2, isCurrent) {
        const name = isCurrent ? "wake current" : "wake";
        if (y1 === y2) {
            const [left, right] = [px(x1 + 2), px(Math.max(x2 - 2, x1 + 8))];
            const [top, bottom] = [px(y1 - 13), px(y1 - RADIUS)];
            return `<path class="${name}" d="M${left} ${bottom} C${left} ${top} ${right} ${top} ${right} ${bottom}"/>\n`;
        }
        const gap = Math.sign(y2 - y1) * (RADIUS + 1);
        const [from, to] = [y1 + gap, y2 - gap];
        const angle = Math.atan2(to - from, x2 - x1);
        const [one, other] = [angle - 0.5, angle + 0.5].map(
            (turn) => `${px(x2 - 5 * Math.cos(turn))} ${px(to - 5 * Math.sin(turn))}`,
        );
        return `<path class="${name}" d="M${px(x1)} ${px(from)} L${px(x2)} ${px(to)} M${one} L${px(x2)} ${px(to)} L${other}"/>\n`;
    }

    /**
     * The vertical lines, each with its label.
     * @param {[number, string][]} ticks
     * @param {number} bottom
     */
    const drawTicks = (ticks, bottom) =>
        ticks
            .map(
                ([x, label]) =>
                    `<line class="axis" x1="${px(x)}" x2="${px(x)}" y1="${HEADER - 6}" y2="${bottom}"/>\n` +
                    text("tick", x, HEADER - 10, label),
            )
            .join("");

    /**
     * What the marks mean. Marks that don't occur are left out.
     * @param {LabStep[]} steps
     * @param {number} y
     */
    function legend(steps, y) {
        const hasHeld = steps.some((step) => step.end > step.at || step.ready === null);
        const hasDropped = steps.some((step) => step.events.some(({ kind }) => kind === "cancel"));
        const circle = (/** @type {string} */ name) => (/** @type {number} */ x) =>
            `<circle class="${name}" cx="${px(x + 6)}" cy="${px(y - 4)}" r="${RADIUS}"/>\n`;
        /** @type {[boolean, string, (x: number) => string][]} */
        const marks = [
            [true, "pending", circle("pending")],
            [true, "ready", circle("ready")],
            [hasHeld, "holds the thread", (x) => rectangle("pending holding", x, y - 9, 14, 10)],
            [hasDropped, "dropped", (x) => text("dropped", x, y, "✕")],
            [true, "wakes", (x) => text("legend", x, y, "→")],
        ];
        let x = LEFT;
        let drawn = "";
        for (const [, meaning, mark] of marks.filter(([occurs]) => occurs)) {
            drawn += mark(x) + text("legend", x + 20, y, meaning);
            x += 46 + 6.5 * meaning.length;
        }
        return drawn;
    }

    /**
     * Each task up to the current step.
     * @param {LabStep[]} steps  up to the current one
     * @param {LabLayout} layout
     * @param {number} now
     */
    function livesOf(steps, layout, now) {
        /** @type {Map<number | undefined, LabLife>} */
        const lives = new Map([[0, { from: LEFT, to: layout.end, polls: 0, end: "" }]]);
        for (const [index, { task, end, ready, events }] of steps.entries()) {
            const x = layout.x(index);
            const life = lives.get(task);
            if (life) life.polls += 1;
            if (life && ready && end <= now) Object.assign(life, { to: Math.max(x, layout.axis.x(end)), end: "ready" });
            for (const { kind, task } of events) {
                if (kind === "spawn") lives.set(task, { from: x, to: layout.end, polls: 0, end: "" });
                if (kind === "cancel") Object.assign(lives.get(task) ?? {}, { to: x, end: "dropped" });
            }
        }
        return lives;
    }

    /**
     * The arrow of a wake. It leads to the poll that follows, or just to the row of the woken task if there's none.
     * @param {LabEvent} wake
     * @param {number} index  of its step
     * @param {LabStep[]} steps
     * @param {LabLayout} layout
     * @param {LabRows} rows
     * @param {boolean} isCurrent
     */
    function drawWake(wake, index, steps, layout, rows, isCurrent) {
        const { task, by, at } = wake;
        const { events } = steps[index];
        // A wake before the step's poll is the runtime's, or that of a task that has yielded in an earlier step.
        const isBefore = events.indexOf(wake) < events.findIndex(({ kind }) => kind === "poll");
        const next = steps.findIndex((step, later) => later >= index + (isBefore ? 0 : 1) && step.task === task);
        const to = next < 0 ? layout.x(index) : Math.min(layout.x(next), layout.end);
        const isSoon = next >= 0 && steps[next].at === at;
        const earlier = steps.slice(0, index).map((step) => step.task);
        const waker = isBefore ? Math.max(earlier.lastIndexOf(by ?? 0), 0) : index;
        const from = by !== null ? layout.x(waker) : isSoon ? to : layout.axis.x(at);
        return arrow(from, rows.y(by), to, rows.y(task), isCurrent);
    }

    /**
     * The mark of a poll.
     * @param {LabStep} step
     * @param {number} x
     * @param {number} y
     * @param {LabLayout} layout
     * @param {number} now
     * @param {boolean} isCurrent
     */
    function drawPoll({ at, end, ready }, x, y, layout, now, isCurrent) {
        const name = `${ready && end <= now ? "ready" : "pending"}${isCurrent ? " current" : ""}`;
        if (ready !== null && end === at)
            return `<circle class="${name}" cx="${px(x)}" cy="${px(y)}" r="${RADIUS}"/>\n`;
        // A poll that doesn't return holds the thread for good.
        const right = ready === null ? Math.max(layout.end, x + 2 * APART) : layout.axis.x(Math.min(end, now));
        return rectangle(`${name} holding`, x, y - 6, Math.max(right - x, THINNEST), 12);
    }

    /**
     * The lane of a run as an SVG document.
     * @param {LabEvent[]} events
     * @param {LabStep[]} steps  of these events
     * @param {{ step: number, now: number }} view  the current step, and the current moment
     */
    function svg(events, steps, { step: current, now }) {
        const length = labRun.endOf(events);
        const rows = rowsOf(events);
        const layout = layoutOf(steps, length, current, now);
        const past = labRun.upTo(steps, { step: current, now });
        const lives = livesOf(past, layout, now);

        let names = "";
        let lines = "";
        const sentences = [];
        for (const [row, label] of rows.labels.entries()) {
            const baseline = HEADER + row * ROW_HEIGHT + 14;
            const task = rows.tasks[row - 1];
            const words = text("label", MARGIN, baseline, label);
            const life = lives.get(task);
            // A task that hasn't been spawned yet is only a name.
            names += life || task === undefined ? words : `<g class="later">${words}</g>\n`;
            if (!life) continue;
            const [x1, x2, y] = [life.from, Math.max(life.to, life.from), rows.y(task)].map(px);
            const result = `${counted(life.polls, "poll")}${life.end ? `, ${life.end}` : ""}`;
            lines += `<line class="life" x1="${x1}" x2="${x2}" y1="${y}" y2="${y}"/>\n`;
            names += text("result", RIGHT + TAIL + 12, baseline, result);
            sentences.push(`${label}: ${result}.`);
        }

        let arrows = "";
        let marks = "";
        for (const [index, step] of [...past.entries()].slice(layout.first)) {
            const x = layout.x(index);
            const isCurrent = index === current;
            const wakes = step.events.filter(({ kind }) => kind === "wake");
            const drawn = layout.isSqueezed && !isCurrent ? [] : wakes;
            arrows += drawn.map((wake) => drawWake(wake, index, steps, layout, rows, isCurrent)).join("");
            marks += drawPoll(step, x, rows.y(step.task), layout, now, isCurrent);
            const dropped = step.events.filter(({ kind }) => kind === "cancel");
            marks += dropped.map(({ task }) => text("dropped", x - 5, rows.y(task) + 5, "✕")).join("");
        }

        const body =
            text("title", MARGIN, 14, TITLE) +
            drawTicks(layout.ticks, rows.bottom) +
            (names + lines + arrows + marks) +
            (now < length ? moment(layout.axis.x(now), HEADER, rows.bottom) : "") +
            legend(steps, rows.bottom + 20);
        return picture("timeline lane", TITLE, sentences.join(" "), rows.bottom + 34, body);
    }

    return { svg };
})();

Object.assign(globalThis, { labLane });
