//! A server with a certificate that no client trusts.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::programs::python;

/// A server in Python whose first line of output is its port on this machine.
/// It ends when this is dropped.
#[derive(Debug)]
pub struct TlsServer {
    child: Child,
    /// The URL of its page.
    pub url: String,
}

impl TlsServer {
    /// Starts this program, with the Python of [`run_python`](crate::run_python).
    ///
    /// # Panics
    ///
    /// When Python is missing or the program prints nothing.
    pub fn start(program: &Path) -> TlsServer {
        let mut child = Command::new(python())
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
        // It serves until it's killed. If it's gone already, so much the better.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
