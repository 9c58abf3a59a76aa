//! What a future holds, and how large that makes it.

use std::env;
use std::process::Command;
use std::thread;

use testkit::watchdog;

use crate::examples::{executor, state_machine};

#[tokio::test]
async fn a_future_holds_what_is_alive_or_borrowed_and_in_scope_across_an_await()
{
    use state_machine::{
        awaits_sum_after, depth, sum_after, sum_before, sum_in_block,
        sum_of_copy,
    };
    assert!(size_of_val(&sum_after()) >= 4096);
    assert!(size_of_val(&awaits_sum_after()) >= size_of_val(&sum_after()));
    assert!(size_of_val(&sum_in_block()) < 100);
    assert!(size_of_val(&sum_before()) >= 4096, "it was borrowed");
    assert!(size_of_val(&sum_of_copy()) < 100);
    assert_eq!(sum_of_copy().await, sum_after().await);
    assert_eq!(sum_before().await, sum_after().await);
    assert_eq!(sum_in_block().await, sum_after().await);
    assert_eq!(depth(3).await, 3);
}

/// Set for the process whose thread overflows its stack.
const OVERFLOW: &str = "LESSON03_OVERFLOW";

/// An overflow ends the process, so the test runs itself in another one.
#[test]
fn a_future_of_4_megabytes_overflows_the_stack_of_a_new_thread() {
    async fn large() -> usize {
        let buffer = [1_u8; 4 << 20];
        tokio::task::yield_now().await;
        buffer.iter().map(|&byte| usize::from(byte)).sum()
    }
    let _watchdog = watchdog();
    if env::var_os(OVERFLOW).is_some() {
        let thread = thread::spawn(|| executor::block_on(large()));
        thread.join().expect("it doesn't panic");
        return;
    }

    let output = Command::new(env::current_exe().expect("this file"))
        .args([
            "--exact",
            "sizes::a_future_of_4_megabytes_overflows_the_stack_of_a_new_thread",
            "--nocapture",
        ])
        .env(OVERFLOW, "1")
        .env_remove("RUST_MIN_STACK")
        .output()
        .expect("the test runs");

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("has overflowed its stack"), "{said}");
}

/// A large value with a destructor.
struct Large([u8; 4096]);

impl Drop for Large {
    fn drop(&mut self) {}
}

#[test]
fn a_parameter_and_a_value_with_a_destructor_are_held_to_the_end_of_their_scope()
 {
    async fn parameter(_buffer: [u8; 4096]) {
        tokio::task::yield_now().await;
    }
    async fn with_destructor() {
        let _large = Large([1; 4096]);
        tokio::task::yield_now().await;
    }
    async fn in_a_block() {
        {
            let large = Large([1; 4096]);
            assert_eq!(large.0[0], 1);
        }
        tokio::task::yield_now().await;
    }
    async fn borrowed_and_dropped() {
        let large = Large([1; 4096]);
        assert_eq!(large.0.iter().count(), 4096);
        drop(large);
        tokio::task::yield_now().await;
    }
    assert!(size_of_val(&parameter([1; 4096])) >= 4096);
    assert!(size_of_val(&with_destructor()) >= 4096);
    assert!(size_of_val(&borrowed_and_dropped()) >= 4096);
    assert!(size_of_val(&in_a_block()) < 100);
}
