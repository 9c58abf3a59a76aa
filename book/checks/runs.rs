//! Which programs the book shows the output of.

/// A run whose output the book shows.
#[derive(Debug)]
pub struct Run {
    /// Its output is `book/src/out/NAME.txt`, its picture `book/src/img/NAME.svg`.
    pub name: &'static str,
    /// The command, as the book tells it.
    pub command: &'static str,
    /// A change made before, in a copy of the course: `book/edits/EDIT.diff`, which the book shows too.
    pub edit: Option<&'static str>,
    /// Whether it is the compiler's refusal that is shown, in the compiler's words.
    pub refused: bool,
    /// The sites of the mock web that a Python twin is run on; none: the command is cargo's.
    pub twin_on: &'static [&'static str],
    /// The exit status that it ends with.
    pub status: i32,
    /// Whether the timeline is drawn as a picture.
    pub picture: bool,
    /// The parts of the output (by their anchors) whose lines come in an order that nobody holds.
    pub any_order: &'static [&'static str],
    /// Whether it's up to chance how many connections are used: one that has just become idle may be taken for the next
    /// request or not.
    pub any_connections: bool,
    /// Pairs of lines of the output the book keeps. The text says that the first is faster, so its time must be clearly
    /// less. Each is `PART/WORDS`: the anchor of a part and how the line begins, with single spaces between its words.
    pub faster: &'static [(&'static str, &'static str)],
}

/// The run whose output the README shows.
pub const README: &str = "lesson01";

const PLAIN: Run = Run {
    name: "",
    command: "",
    edit: None,
    refused: false,
    twin_on: &[],
    status: 0,
    picture: false,
    any_order: &[],
    any_connections: false,
    faster: &[],
};

/// Every run, in the order of the book.
pub const RUNS: &[Run] = &[
    Run {
        name: "lesson01",
        command: "cargo run -p lesson01",
        picture: true,
        any_order: &["a-thread-for-each-site"],
        faster: &[
            ("total-threads-speed-up/a thread for each site", "total-threads-speed-up/one after another"),
            ("total-threads-speed-up/async, all at once", "total-threads-speed-up/one after another"),
        ],
        ..PLAIN
    },
    Run {
        name: "cpu_bound",
        command: "cargo run -p lesson01 --example cpu_bound",
        any_order: &["right"],
        faster: &[
            ("total-speed-up/a thread for each", "total-speed-up/one after another"),
            ("total-speed-up/a thread for each", "total-speed-up/join_all"),
        ],
        ..PLAIN
    },
    Run {
        name: "lesson01-thread-sleep",
        command: "cargo run -p lesson01",
        edit: Some("01-thread-sleep"),
        any_order: &["a-thread-for-each-site"],
        faster: &[("total-threads-speed-up/one after another", "total-threads-speed-up/async, all at once")],
        ..PLAIN
    },
    Run {
        name: "lesson01-tokio-sleep",
        command: "cargo run -p lesson01",
        edit: Some("01-tokio-sleep"),
        any_order: &["a-thread-for-each-site"],
        ..PLAIN
    },
    Run {
        name: "lesson01-sleep-after",
        command: "cargo run -p lesson01",
        edit: Some("01-sleep-after"),
        any_order: &["a-thread-for-each-site", "async"],
        ..PLAIN
    },
    Run {
        name: "lesson01-hang",
        command: "cargo run -p lesson01 -- --fault python.org=hang",
        picture: true,
        any_order: &["a-thread-for-each-site"],
        faster: &[
            ("total-threads-speed-up/a thread for each site", "total-threads-speed-up/one after another"),
            ("total-threads-speed-up/async, all at once", "total-threads-speed-up/one after another"),
        ],
        ..PLAIN
    },
    Run {
        name: "lesson02",
        command: "cargo run -p lesson02",
        picture: true,
        any_order: &["join-all-timeline"],
        ..PLAIN
    },
    Run {
        name: "lazy",
        command: "cargo run -p lesson02 --example lazy",
        any_order: &["start-all-timeline"],
        ..PLAIN
    },
    Run {
        name: "one_task",
        command: "cargo run -p lesson02 --example one_task",
        picture: true,
        // `join!` begins its turns with another branch each time.
        any_order: &["wrong", "right", "the-standard-library-s-sleep-timeline", "tokio-s-sleep-timeline"],
        ..PLAIN
    },
    Run { name: "where_it_runs", command: "cargo run -p lesson02 --example where_it_runs", ..PLAIN },
    Run {
        name: "blocking_work",
        command: "cargo run -p lesson02 --example blocking_work",
        // Two pages have arrived when the first is counted: `join!` doesn't say which is next.
        any_order: &["wrong"],
        ..PLAIN
    },
    Run { name: "in_and_out", command: "cargo run -p lesson02 --example in_and_out", ..PLAIN },
    Run {
        name: "client_and_runtime",
        command: "cargo run -p lesson02 --example client_and_runtime",
        ..PLAIN
    },
    Run {
        name: "lesson03",
        command: "cargo run -p lesson03",
        picture: true,
        any_order: &["two-chains-timeline"],
        ..PLAIN
    },
    Run {
        name: "in_turn",
        command: "cargo run -p lesson03 --example in_turn",
        picture: true,
        any_order: &["joined-timeline"],
        faster: &[("right/Total time:", "wrong/Total time:"), ("right/Total time:", "wrong-2/Total time:")],
        ..PLAIN
    },
    Run { name: "clocks", command: "cargo run -p lesson03 --example clocks", ..PLAIN },
    Run { name: "question_mark", command: "cargo run -p lesson03 --example question_mark", ..PLAIN },
    Run {
        name: "async_block_type",
        command: "cargo run -p lesson03 --features does-not-compile --example async_block_type",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "await_twice",
        command: "cargo run -p lesson03 --features does-not-compile --example await_twice",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "forgotten_await",
        command: "cargo run -p lesson03 --features does-not-compile --example forgotten_await",
        refused: true,
        ..PLAIN
    },
    Run { name: "state_machine", command: "cargo run -p lesson03 --example state_machine", ..PLAIN },
    Run { name: "handlers", command: "cargo run -p lesson03 --example handlers", ..PLAIN },
    Run { name: "async_closure", command: "cargo run -p lesson03 --example async_closure", ..PLAIN },
    Run { name: "executor", command: "cargo run -p lesson03 --example executor", ..PLAIN },
    Run {
        name: "unboxed_recursion",
        command: "cargo run -p lesson03 --features does-not-compile --example unboxed_recursion",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "if_else_futures",
        command: "cargo run -p lesson03 --features does-not-compile --example if_else_futures",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "closure_escape",
        command: "cargo run -p lesson03 --features does-not-compile --example closure_escape",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "closure_lifetime",
        command: "cargo run -p lesson03 --features does-not-compile --example closure_lifetime",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "closure_await",
        command: "cargo run -p lesson03 --features does-not-compile --example closure_await",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "poll_unpinned",
        command: "cargo run -p lesson03 --features does-not-compile --example poll_unpinned",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "dyn_async_trait",
        command: "cargo run -p lesson03 --features does-not-compile --example dyn_async_trait",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "question_mark_unit",
        command: "cargo run -p lesson03 --features does-not-compile --example question_mark_unit",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "question_mark_convert",
        command: "cargo run -p lesson03 --features does-not-compile --example question_mark_convert",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "unused_future",
        command: "cargo run -p lesson03 --features does-not-compile --example unused_future",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "poll_method",
        command: "cargo run -p lesson03 --features does-not-compile --example poll_method",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "async_closure_send",
        command: "cargo run -p lesson03 --features does-not-compile --example async_closure_send",
        refused: true,
        ..PLAIN
    },
    Run { name: "lesson04", command: "cargo run -p lesson04", picture: true, ..PLAIN },
    Run {
        name: "detach",
        command: "cargo run -p lesson04 --example detach",
        picture: true,
        any_order: &["wrong", "right-2", "right-3"],
        ..PLAIN
    },
    Run {
        name: "async_block_borrows",
        command: "cargo run -p lesson04 --features does-not-compile --example async_block_borrows",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "spawn_borrows",
        command: "cargo run -p lesson04 --features does-not-compile --example spawn_borrows",
        refused: true,
        ..PLAIN
    },
    Run { name: "send_static", command: "cargo run -p lesson04 --example send_static", ..PLAIN },
    Run {
        name: "spawn_rc",
        command: "cargo run -p lesson04 --features does-not-compile --example spawn_rc",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "spawn_result_rc",
        command: "cargo run -p lesson04 --features does-not-compile --example spawn_result_rc",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "spawn_boxed_error",
        command: "cargo run -p lesson04 --features does-not-compile --example spawn_boxed_error",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "parallel",
        command: "cargo run -p lesson04 --example parallel",
        faster: &[("total-speed-up/waiting and work spawned", "total-speed-up/waiting and work joined")],
        ..PLAIN
    },
    Run {
        name: "task_cost",
        command: "cargo run -p lesson04 --example task_cost",
        faster: &[("waiting-after-memory/tasks", "waiting-after-memory/threads")],
        ..PLAIN
    },
    Run { name: "yielding", command: "cargo run -p lesson04 --example yielding", ..PLAIN },
    Run { name: "local_tasks", command: "cargo run -p lesson04 --example local_tasks", ..PLAIN },
    Run {
        name: "first_completed",
        command: "cargo run -p lesson04 --example first_completed",
        picture: true,
        ..PLAIN
    },
    Run { name: "select_rules", command: "cargo run -p lesson04 --example select_rules", ..PLAIN },
    Run { name: "restart", command: "cargo run -p lesson04 --example restart", picture: true, ..PLAIN },
    Run { name: "cancel_safe", command: "cargo run -p lesson04 --example cancel_safe", ..PLAIN },
    Run { name: "futurelock", command: "cargo run -p lesson04 --example futurelock", ..PLAIN },
    Run { name: "lesson05", command: "cargo run -p lesson05", picture: true, ..PLAIN },
    Run {
        name: "bounded",
        command: "cargo run -p lesson05 --example bounded",
        faster: &[(
            "results-in-the-order-of/results in the order of the pages,",
            "results-in-the-order-of-2/results in the order of the pages,",
        )],
        ..PLAIN
    },
    Run { name: "limits", command: "cargo run -p lesson05 --example limits", ..PLAIN },
    Run { name: "deadline", command: "cargo run -p lesson05 --example deadline", picture: true, ..PLAIN },
    Run { name: "channel", command: "cargo run -p lesson05 --example channel", ..PLAIN },
    Run {
        name: "backpressure",
        command: "cargo run -p lesson05 --example backpressure",
        faster: &[("wrong/producer:", "right/producer:")],
        ..PLAIN
    },
    Run {
        name: "clone_receiver",
        command: "cargo run -p lesson05 --features does-not-compile --example clone_receiver",
        refused: true,
        ..PLAIN
    },
    Run { name: "workers", command: "cargo run -p lesson05 --example workers", ..PLAIN },
    Run {
        name: "actor",
        command: "cargo run -p lesson05 --example actor",
        // Its tasks begin on threads of their own.
        any_order: &["six-tasks"],
        ..PLAIN
    },
    Run {
        name: "slow_consumer",
        command: "cargo run -p lesson05 --example slow_consumer",
        picture: true,
        ..PLAIN
    },
    Run {
        name: "not_general_enough",
        command: "cargo run -p lesson05 --features does-not-compile --example not_general_enough",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "pace",
        command: "cargo run -p lesson05 --example pace",
        faster: &[("two-at-a-time/Total time:", "ten-per-second/Total time:")],
        ..PLAIN
    },
    Run { name: "permit", command: "cargo run -p lesson05 --example permit", ..PLAIN },
    Run { name: "permit_deadlock", command: "cargo run -p lesson05 --example permit_deadlock", ..PLAIN },
    Run {
        name: "hedge",
        command: "cargo run -p lesson05 --example hedge",
        picture: true,
        faster: &[("hedged/Total time:", "one-request/Total time:")],
        ..PLAIN
    },
    Run { name: "three_kinds", command: "cargo run -p lesson06 --example three_kinds", ..PLAIN },
    Run { name: "lesson06", command: "cargo run -p lesson06", picture: true, ..PLAIN },
    Run {
        name: "causes",
        command: "cargo run -p lesson06 --example causes",
        // All are fetched at once.
        any_order: &["fetching-refused"],
        ..PLAIN
    },
    Run {
        name: "fail_fast",
        command: "cargo run -p lesson06 --example fail_fast",
        picture: true,
        // Its tasks begin on threads of their own.
        any_order: &["joinset", "wrong"],
        ..PLAIN
    },
    Run { name: "panic", command: "cargo run -p lesson06 --example panic", ..PLAIN },
    Run { name: "fail_fast_100", command: "cargo run -p lesson06 --example fail_fast_100", ..PLAIN },
    Run {
        name: "retry",
        command: "cargo run -p lesson06 --example retry",
        picture: true,
        any_order: &["fetching-flaky-site-example"],
        ..PLAIN
    },
    Run { name: "storm", command: "cargo run -p lesson06 --example storm", picture: true, ..PLAIN },
    Run { name: "keep_alive", command: "cargo run -p lesson06 --example keep_alive", ..PLAIN },
    Run {
        name: "lesson07-python",
        command: ".venv/bin/python lessons/07-cleanup/lesson07.py",
        twin_on: &["codeswithpankaj.com"],
        ..PLAIN
    },
    Run { name: "lesson07", command: "cargo run -p lesson07", picture: true, any_connections: true, ..PLAIN },
    Run {
        name: "no_async_drop",
        command: "cargo run -p lesson07 --example no_async_drop",
        picture: true,
        ..PLAIN
    },
    Run { name: "half_file", command: "cargo run -p lesson07 --example half_file", picture: true, ..PLAIN },
    Run {
        name: "abort_request",
        command: "cargo run -p lesson07 --example abort_request",
        // Cancelling the token wakes two tasks, in no particular order.
        any_order: &["right"],
        ..PLAIN
    },
    Run { name: "shutdown", command: "cargo run -p lesson07 --example shutdown", picture: true, ..PLAIN },
    Run { name: "exit_hangs", command: "cargo run -p lesson07 --example exit_hangs", ..PLAIN },
    Run { name: "shield", command: "cargo run -p lesson07 --example shield", ..PLAIN },
    Run { name: "lesson08", command: "cargo run -p lesson08", picture: true, ..PLAIN },
    Run {
        name: "html_held",
        command: "cargo run -p lesson08 --features does-not-compile --example html_held",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "html_dropped",
        command: "cargo run -p lesson08 --features does-not-compile --example html_dropped",
        refused: true,
        ..PLAIN
    },
    Run { name: "not_send", command: "cargo run -p lesson08 --example not_send", ..PLAIN },
    Run {
        name: "parse_blocks",
        command: "cargo run -p lesson08 --example parse_blocks",
        picture: true,
        faster: &[("right/nothing else ran for up to", "wrong/nothing else ran for up to")],
        ..PLAIN
    },
    // It needs a Python with aiohttp and lxml.
    Run {
        name: "gil",
        command: "cargo run -p lesson08 --example gil",
        picture: true,
        faster: &[
            ("lxml-in-to-thread/Total time:", "html-parser-in-to-thread/Total time:"),
            (
                "html-parser-in-to-thread/nothing else ran for up to",
                "html-parser-on-the-loop/nothing else ran for up to",
            ),
        ],
        ..PLAIN
    },
    Run { name: "hostile", command: "cargo run -p lesson08 --example hostile", ..PLAIN },
    // It needs a Python with aiohttp and bs4, as the fault catalogue does.
    Run { name: "beautiful_soup", command: "cargo run -p lesson08 --example beautiful_soup", ..PLAIN },
    Run { name: "too_much", command: "cargo run -p lesson08 --example too_much", ..PLAIN },
    Run {
        name: "deep",
        command: "cargo run -p lesson08 --example deep",
        faster: &[
            ("next-to-each-other/Total time:", "inside-each-other/Total time:"),
            ("streamed/Total time:", "inside-each-other/Total time:"),
        ],
        ..PLAIN
    },
    Run {
        name: "stop_at_title",
        command: "cargo run -p lesson08 --example stop_at_title",
        picture: true,
        faster: &[("up-to-the-title/Total time:", "the-whole-page/Total time:")],
        ..PLAIN
    },
    Run { name: "links", command: "cargo run -p lesson08 --example links", ..PLAIN },
    Run { name: "polite", command: "cargo run -p lesson08 --example polite", picture: true, ..PLAIN },
    Run {
        name: "lesson09",
        command: "cargo run -p lesson09",
        picture: true,
        faster: &[
            ("kept/kept:", "rule-1/broken:"),
            ("rule-2/kept:", "rule-2/broken:"),
            ("rule-4/std::fs", "rule-4/tokio::fs"),
            ("rule-4/BufWriter", "rule-4/std::fs"),
        ],
        ..PLAIN
    },
    Run { name: "shared_map", command: "cargo run -p lesson09 --example shared_map", ..PLAIN },
    Run {
        name: "guard_across_await",
        command: "cargo run -p lesson09 --features does-not-compile --example guard_across_await",
        refused: true,
        ..PLAIN
    },
    Run { name: "guard", command: "cargo run -p lesson09 --example guard", picture: true, ..PLAIN },
    Run {
        name: "guard_dropped",
        command: "cargo run -p lesson09 --features does-not-compile --example guard_dropped",
        refused: true,
        ..PLAIN
    },
    Run {
        name: "guard_in_match",
        command: "cargo run -p lesson09 --features does-not-compile --example guard_in_match",
        refused: true,
        ..PLAIN
    },
    Run { name: "poisoned", command: "cargo run -p lesson09 --example poisoned", ..PLAIN },
    Run { name: "clients", command: "cargo run -p lesson09 --example clients", ..PLAIN },
    Run { name: "notify", command: "cargo run -p lesson09 --example notify", ..PLAIN },
    Run { name: "paused_clock", command: "cargo run -p lesson09 --example paused_clock", ..PLAIN },
    Run {
        name: "intervals",
        command: "cargo run -p lesson09 --example intervals",
        picture: true,
        any_connections: true,
        ..PLAIN
    },
    Run { name: "task_locals", command: "cargo run -p lesson09 --example task_locals", ..PLAIN },
    Run { name: "watch", command: "cargo run -p lesson09 --example watch", ..PLAIN },
    Run { name: "panic_ends", command: "cargo run -p lesson09 --example panic_ends", ..PLAIN },
    // It finds broken links, and says so.
    Run { name: "lesson10", command: "cargo run -p lesson10", status: 1, ..PLAIN },
    Run { name: "lesson10-help", command: "cargo run -p lesson10 -- --help", ..PLAIN },
    Run { name: "circle", command: "cargo run -p lesson10 --example circle", ..PLAIN },
];
