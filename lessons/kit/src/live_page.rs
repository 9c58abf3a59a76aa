//! The live page of `--watch`: it shows what the server sees while the program runs.

use std::io::{self, BufRead};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use mock_server::{StartError, Watch};
use tokio::runtime;

use crate::printing::print_error;

/// A live page whose button can also be pressed with Enter in the terminal.
#[derive(Debug)]
pub struct LivePage {
    watch: Watch,
    /// The program's name in its own messages.
    program: String,
    sender: Sender<Press>,
    /// A receiver alone couldn't be shared between threads, and a lesson can be.
    presses: Mutex<Receiver<Press>>,
    /// Whether standard input may still have a line.
    has_input: bool,
}

/// What a wait can end with.
enum Press {
    /// The button, Enter or Ctrl-C.
    Key,
    EndOfInput,
}

impl LivePage {
    /// Serves the page, and prints its address to standard error. From now on, the page reads standard input.
    ///
    /// # Errors
    ///
    /// When the page can't start.
    pub fn start(program: &str) -> Result<LivePage, StartError> {
        let watch = Watch::start()?;
        let (sender, presses) = mpsc::channel();
        read_input(sender.clone());
        let page = LivePage {
            watch,
            program: program.to_owned(),
            sender,
            presses: Mutex::new(presses),
            has_input: true,
        };
        page.print(&format!("the live page is {}", page.watch.url()));
        Ok(page)
    }

    /// What a web reports to.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Opens the page in the browser, or prints why that's impossible.
    pub fn open_in_browser(&self) {
        if let Err(error) = self.watch.open_in_browser() {
            self.print(&format!(
                "cannot open the browser: {error}; open the address yourself"
            ));
        }
    }

    /// Prints what to press, shows a button on the page, and blocks until it's pressed, until Enter in the terminal, or
    /// until the end of the input. Without input, it doesn't wait.
    pub fn wait(&mut self, words: &str, button: &str) {
        // Enter that was pressed earlier wasn't meant for this.
        while let Ok(press) = self.presses().try_recv() {
            self.note(press);
        }
        if !self.has_input {
            return;
        }
        self.print(words);
        let sender = self.sender.clone();
        // The page may be clicked after this wait, when nothing receives.
        self.watch.show_button(button, move || drop(sender.send(Press::Key)));
        // It can't fail, because `self.sender` is there.
        if let Ok(press) = self.presses().recv() {
            self.note(press);
        }
        self.watch.hide_button();
    }

    fn presses(&mut self) -> &mut Receiver<Press> {
        self.presses.get_mut().expect("no code that holds it panics")
    }

    fn note(&mut self, press: Press) {
        if let Press::EndOfInput = press {
            self.has_input = false;
            self.print("there's no terminal to press Enter in, so the page doesn't wait for you");
        }
    }

    pub(crate) fn wait_for_start(&mut self) {
        self.wait("open it and press Start there, or Enter here", "Start");
        self.watch.say("The program is running.");
    }

    pub(crate) fn wait_for_end(&mut self) {
        self.watch.say("The program has finished. Its sites still respond, so you can try other clients.");
        press_with_ctrl_c(self.sender.clone());
        self.wait("finished; the page stays until you press End there, or Enter or Ctrl-C here", "End");
    }

    /// Prints to standard error without a macro, because `cargo test` holds back what a test prints with macros.
    fn print(&self, words: &str) {
        print_error(format_args!("{}: {words}", self.program));
    }
}

/// Reads standard input in a thread, which ends with the program.
fn read_input(sender: Sender<Press>) {
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            if line.is_err() || sender.send(Press::Key).is_err() {
                break;
            }
        }
        // The page may be gone.
        let _ = sender.send(Press::EndOfInput);
    });
}

/// Makes Ctrl-C a press, in a program that has listened for Ctrl-C, too. Such a program no longer ends by it.
fn press_with_ctrl_c(sender: Sender<Press>) {
    thread::spawn(move || {
        let runtime =
            runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime
            && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
        {
            // The page may be gone.
            let _ = sender.send(Press::Key);
        }
    });
}
