//! The mock web, in a process of its own.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// The program `mock-server` on a free port. It's killed on drop.
#[derive(Debug)]
pub struct Server {
    child: Child,
    // If this end were closed, the server could not print.
    _stdout: BufReader<ChildStdout>,
    /// Its URL, without a slash at the end.
    pub url: String,
}

impl Server {
    /// Builds `mock-server` with optimisation and starts it, as `cargo run --release -p mock-server -- --port 0 --load`
    /// does.
    ///
    /// # Errors
    ///
    /// It doesn't build, or doesn't start.
    pub fn start() -> anyhow::Result<Server> {
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let arguments = ["build", "--release", "-p", "mock-server", "--bin", "mock-server"];
        let built = Command::new(cargo)
            .args(arguments)
            .arg("--message-format=json-render-diagnostics")
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(built.status.success(), "mock-server doesn't build");
        let program = executable(&String::from_utf8_lossy(&built.stdout))?;
        let mut child =
            Command::new(&program).args(["--port", "0", "--load"]).stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().context("standard output is a pipe")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let Some((url, _)) = line.split_once("/ ") else {
            child.wait()?;
            bail!("mock-server doesn't start");
        };
        Ok(Server { child, _stdout: stdout, url: url.to_owned() })
    }
}

impl Server {
    /// Resets the server's record and closes its gates.
    ///
    /// # Errors
    ///
    /// The server doesn't respond.
    pub fn reset(&self) -> anyhow::Result<()> {
        ureq::post(format!("{}/reset-record", self.url)).send_empty()?;
        Ok(())
    }

    /// The most requests that were in flight at the same time since the last reset.
    ///
    /// # Errors
    ///
    /// The server doesn't respond, or with something else.
    pub fn most_in_flight(&self) -> anyhow::Result<u64> {
        let mut response = ureq::get(format!("{}/timeline.json", self.url)).call()?;
        // ureq's default limit is too small for ten thousand exchanges.
        let json: Value =
            serde_json::from_reader(response.body_mut().with_config().limit(u64::MAX).reader())?;
        json["max_in_flight"].as_u64().context("the timeline has no max_in_flight")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The path of the program, from cargo's messages about the build.
fn executable(messages: &str) -> anyhow::Result<String> {
    for message in messages.lines() {
        let message: Value = serde_json::from_str(message)?;
        if message["target"]["name"] == "mock-server"
            && let Some(executable) = message["executable"].as_str()
        {
            return Ok(executable.to_owned());
        }
    }
    bail!("cargo doesn't say where mock-server is");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_belongs_to_the_program_and_not_to_the_library() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"mock-server"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"mock-server"},"executable":"/target/release/mock-server"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages).unwrap(), "/target/release/mock-server");
        let error = executable(r#"{"reason":"build-finished"}"#).unwrap_err();
        assert_eq!(error.to_string(), "cargo doesn't say where mock-server is");
    }
}
