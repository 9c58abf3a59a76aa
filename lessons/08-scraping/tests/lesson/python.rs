//! Examples that run Python, on a machine without Python.

use testkit::example;

#[test]
fn without_python_an_example_ends_with_one_line_and_status_1() {
    for (name, packages) in
        [("gil", "aiohttp and lxml"), ("beautiful_soup", "aiohttp and bs4")]
    {
        let ended = example(name)
            .env("PYTHON", "no-such-python")
            .env_remove("RUST_BACKTRACE")
            .output();
        let ended = ended.expect("cargo test builds the examples");
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        let expected = format!(
            "Error: no-such-python with {packages} is missing; \
             set PYTHON to one\n"
        );
        let printed = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(printed, expected, "{name}");
    }
}
