//! Code that the lessons' tests share: mock webs with a watchdog that ends
//! tests that hang, programs in other languages, programs that the compiler
//! must refuse, and a meeting point for code that runs in parallel.

mod compile_fail;
mod faults;
mod programs;
mod python;
mod rendezvous;
mod tls_server;
mod webs;

pub use compile_fail::{
    check_refused, rustc_version, same_compiler_as_the_book,
};
pub use faults::{check_fault_table, shown_by_get};
pub use programs::{
    check_asyncio_facts, example, run_python, run_tool, run_twin,
};
pub use python::Python;
pub use rendezvous::Rendezvous;
pub use tls_server::TlsServer;
pub use webs::{IMPATIENT, PATIENT, WATCHDOG, quick_tutorial, start, watchdog};
