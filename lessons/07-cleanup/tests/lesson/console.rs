//! Signals of a Windows console. The tests only listen for them, because
//! sending one needs an unsafe call.

#![cfg(windows)]

use tokio::signal::windows;

#[tokio::test]
async fn a_program_can_listen_for_ctrl_c_ctrl_break_and_the_end_of_its_console()
{
    assert!(windows::ctrl_c().is_ok());
    assert!(windows::ctrl_break().is_ok());
    assert!(windows::ctrl_close().is_ok());
    assert!(windows::ctrl_shutdown().is_ok());
}
