//! A server with a certificate that no client trusts.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::python;

/// A server in Python that prints its port as its first line. It's killed when
/// this is dropped.
#[derive(Debug)]
pub struct TlsServer {
    child: Child,
    /// The URL of its page.
    pub url: String,
}

impl TlsServer {
    /// Starts this program, with the same Python as
    /// [`run_python`](crate::run_python).
    ///
    /// # Panics
    ///
    /// If Python is missing, or the program's output can't be read.
    pub fn start(program: &Path) -> TlsServer {
        let mut child = Command::new(python::name())
            .arg(program)
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a Python");
        let stdout = child.stdout.take().expect("it is a pipe");
        let mut port = String::new();
        let read = BufReader::new(stdout).read_line(&mut port);
        read.expect("it prints its port");
        TlsServer { child, url: format!("https://127.0.0.1:{}/", port.trim()) }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // It serves until it's killed. An error means that it has already
        // ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
