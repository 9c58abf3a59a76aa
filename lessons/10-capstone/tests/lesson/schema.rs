//! What the program prints with --json is what its schema describes.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

use crate::program::{checker, site};
use crate::support::page;

/// The schema, ready to use.
pub struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    pub fn new() -> Schema {
        let text = include_str!("../../report.schema.json");
        let schema = serde_json::from_str(text).expect("it is JSON");
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let name = "report.schema.json";
        compiler.add_resource(name, schema).expect("it has no errors");
        let index = compiler.compile(name, &mut schemas);
        Schema { index: index.expect("it is a schema"), schemas }
    }

    fn is_valid(&self, line: &Value) -> bool {
        self.schemas.validate(line, self.index).is_ok()
    }

    /// The lines of a report, each of which fits.
    pub fn lines(&self, report: &str) -> Vec<Value> {
        let line = |line| {
            let line = serde_json::from_str(line).expect("it is JSON");
            if let Err(error) = self.schemas.validate(&line, self.index) {
                panic!("{line}\n{error}");
            }
            line
        };
        report.lines().map(line).collect()
    }
}

/// The lines of the report on a page, with these arguments.
fn lines(html: String, arguments: &[&str]) -> Vec<Value> {
    let (web, url) = site(html, &[]);
    let _watchdog = web.watchdog(testkit::WATCHDOG);
    let output = checker(&[&[&url, "--json"], arguments].concat()).output();
    let printed = String::from_utf8(output.expect("it starts").stdout);
    Schema::new().lines(&printed.expect("it is text"))
}

#[test]
fn a_line_with_a_key_too_many_or_too_few_or_a_wrong_value_does_not_fit() {
    let schema = Schema::new();
    let lines = lines(page(&["/lost", "#gone", "http://[", "mailto:x"]), &[]);
    assert_eq!(lines.len(), 4);
    for line in &lines {
        let object = line.as_object().expect("it is an object");
        for key in object.keys() {
            let mut without = object.clone();
            let value = without.remove(key).expect("it is there");
            assert!(!schema.is_valid(&json!(without)), "without {key}");
            without.insert(key.to_uppercase(), value);
            assert!(!schema.is_valid(&json!(without)), "{key} is misspelt");
            let mut wrong = object.clone();
            wrong.insert(key.clone(), json!({}));
            assert!(!schema.is_valid(&json!(wrong)), "{key} is an object");
        }
    }
    let mut wrong = lines[0].clone();
    wrong["kind"] = json!("unknown");
    assert!(!schema.is_valid(&wrong));
}

#[test]
fn a_start_url_that_is_broken_and_limits_that_were_met_fit() {
    let long = format!("/{}", "x".repeat(20_000));
    let links = page(&["/a", "/b", &long, "https://a.example/"]);
    let limited = lines(
        links + &" ".repeat(1_000_000),
        &["--pages", "1", "--max-page-size", "1"],
    );
    let summary = limited.last().expect("there is a last line");
    let limits = json!(["pages", "page_size", "url_length"]);
    assert_eq!(summary["limits"], limits, "{summary}");
    let too_deep = lines(page(&["/"]), &["--depth", "0"]);
    assert_eq!(too_deep.len(), 1);
}
