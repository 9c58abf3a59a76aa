//! A panic on another thread, and an attempt to catch it. The test compiles it twice: with panic=unwind and with
//! panic=abort.

use std::panic;
use std::thread;

fn main() {
    let task = thread::spawn(|| panic::catch_unwind(|| panic!("a bug")));
    if matches!(task.join(), Ok(Err(_))) {
        println!("caught");
    }
}
