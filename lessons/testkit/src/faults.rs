//! Tables of what a lesson makes of each fault.

use std::collections::BTreeSet;

use mock_server::{Kind, catalogue};

/// Checks that a table names each fault of the mock web's catalogue that a
/// GET request shows, and nothing else. The name of the table and its file are for the message;
/// parameters after a fault's name don't count.
///
/// # Panics
///
/// If a fault is missing, or the catalogue doesn't have it.
pub fn check_fault_table<'a>(
    table: &str,
    file: &str,
    faults: impl IntoIterator<Item = &'a str>,
) {
    let faults = faults.into_iter();
    let names = faults.map(|fault| fault.split('?').next().unwrap_or_default());
    let tried: BTreeSet<_> = names.collect();
    let all: BTreeSet<_> = shown_by_get().map(|kind| kind.name).collect();
    let differ: Vec<_> = tried.symmetric_difference(&all).collect();
    assert!(
        differ.is_empty(),
        "`{table}` in {file} and the catalogue differ: {differ:?}"
    );
}

/// The faults that a GET request shows. The others concern requests with a
/// body, which most lessons don't send.
pub fn shown_by_get() -> impl Iterator<Item = &'static Kind> {
    catalogue().filter(|kind| !kind.concerns_request_body())
}
