//! The mock web, in a process of its own.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// The program, serving on a free port; ended when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    // Closed, the server would print into nothing.
    _stdout: BufReader<ChildStdout>,
    /// Without a slash at its end.
    pub url: String,
}

impl Server {
    /// Builds `mock-server` with optimisation and starts it, as `cargo run --release -p mock-server -- --port 0 --load` does.
    ///
    /// # Errors
    ///
    /// It does not build, or does not start.
    pub fn start() -> anyhow::Result<Server> {
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let arguments = ["build", "--release", "-p", "mock-server", "--bin", "mock-server"];
        let built = Command::new(cargo)
            .args(arguments)
            .arg("--message-format=json-render-diagnostics")
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(built.status.success(), "mock-server does not build");
        let program = executable(&String::from_utf8_lossy(&built.stdout))?;
        let mut child =
            Command::new(&program).args(["--port", "0", "--load"]).stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().context("it is a pipe")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let Some((url, _)) = line.split_once("/ ") else {
            child.wait()?;
            bail!("mock-server did not start");
        };
        Ok(Server { child, _stdout: stdout, url: url.to_owned() })
    }
}

impl Server {
    /// Lets it forget what it saw; its gates are shut again.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub fn forget(&self) -> anyhow::Result<()> {
        ureq::post(format!("{}/reset-record", self.url)).send_empty()?;
        Ok(())
    }

    /// How many requests it had in flight at the most since then.
    ///
    /// # Errors
    ///
    /// It does not answer, or not that.
    pub fn most_in_flight(&self) -> anyhow::Result<u64> {
        let mut answer = ureq::get(format!("{}/timeline.json", self.url)).call()?;
        // Ten thousand exchanges are more than ureq reads unless told to.
        let json: Value = serde_json::from_reader(answer.body_mut().with_config().limit(u64::MAX).reader())?;
        json["max_in_flight"].as_u64().context("the server does not tell how many were in flight")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the program is, from what cargo says of its build.
fn executable(messages: &str) -> anyhow::Result<String> {
    for message in messages.lines() {
        let message: Value = serde_json::from_str(message)?;
        if message["target"]["name"] == "mock-server"
            && let Some(executable) = message["executable"].as_str()
        {
            return Ok(executable.to_owned());
        }
    }
    bail!("cargo does not say where mock-server is");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_where_cargo_says_and_not_its_library() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"mock-server"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"mock-server"},"executable":"/target/release/mock-server"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages).expect("it is told"), "/target/release/mock-server");
        let error = executable(r#"{"reason":"build-finished"}"#).expect_err("it is not told");
        assert_eq!(error.to_string(), "cargo does not say where mock-server is");
    }
}
