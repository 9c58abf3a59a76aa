//! Proxy variables. reqwest obeys them even for addresses of this machine, so with `HTTP_PROXY` set a lesson would send
//! its requests for the mock web to the proxy, which can't reach it.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use crate::printing::print_error;

const PROXIES: [&str; 4] =
    ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const LOOPBACK: &str = "127.0.0.1";

/// If a proxy variable covers this machine too, says so and starts the program again with an environment that exempts
/// this machine. Changing the environment of a running program isn't safe once it has threads.
pub(crate) fn leave_loopback_alone(lesson: &str) {
    let Some(proxy) = PROXIES
        .into_iter()
        .find(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
    else {
        return;
    };
    let exempt = no_proxy();
    if exempt.split(',').any(|host| matches!(host.trim(), LOOPBACK | "*")) {
        return;
    }
    let exempt = [LOOPBACK, "localhost", &exempt].join(",");
    print_error(format_args!(
        "{lesson}: {proxy} is set; bypassing the proxy for sites on this machine"
    ));
    let Ok(program) = env::current_exe() else { return };
    let mut again = Command::new(program);
    again
        .args(env::args_os().skip(1))
        .env("NO_PROXY", &exempt)
        .env("no_proxy", OsString::from(&exempt));
    become_or_run(again, lesson);
}

/// `NO_PROXY` as reqwest reads it: the capital name first.
fn no_proxy() -> String {
    env::var("NO_PROXY").or_else(|_| env::var("no_proxy")).unwrap_or_default()
}

#[cfg(unix)]
fn become_or_run(mut again: Command, lesson: &str) {
    use std::os::unix::process::CommandExt;
    let error = again.exec();
    print_error(format_args!(
        "{lesson}: cannot restart without the proxy: {error}"
    ));
    std::process::exit(1);
}

#[cfg(not(unix))]
fn become_or_run(mut again: Command, lesson: &str) {
    match again.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => {
            print_error(format_args!(
                "{lesson}: cannot restart without the proxy: {error}"
            ));
            std::process::exit(1);
        }
    }
}
