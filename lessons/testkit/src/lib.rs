//! What the tests of the lessons share: mock webs with a watchdog, programs in
//! other languages, and programs that the compiler must refuse.

mod compile_fail;
mod programs;
mod tls_server;
mod webs;

pub use compile_fail::{check_refused, same_compiler_as_the_book};
pub use programs::{check_asyncio_facts, run_python, run_tool, run_twin};
pub use tls_server::TlsServer;
pub use webs::{IMPATIENT, PATIENT, WATCHDOG, quick_tutorial, start, watchdog};
