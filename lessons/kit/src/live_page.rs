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
    /// Serves the page. From now on, it reads standard input.
    ///
    /// # Errors
    ///
    /// When the page can't start.
    pub fn start(program: &str) -> Result<LivePage, StartError> {
        let watch = Watch::start()?;
        let (sender, presses) = mpsc::channel();
        read_input(sender.clone());
        Ok(LivePage {
            watch,
            program: program.to_owned(),
            sender,
            presses: Mutex::new(presses),
            has_input: true,
        })
    }

    /// Prints the page's address to standard error.
    pub fn print_address(&self) {
        self.print(&format!("the live page is {}", self.watch.url()));
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
        // It may also end with an error, which is printed only after this.
        self.watch.say("The program is at its end. Its sites still respond, so you can try other clients.");
        if let Err(error) = press_with_signals(self.sender.clone()) {
            self.print(&format!("cannot listen for signals: {error}"));
        }
        self.wait("at its end; the page stays until you press End there, or Enter or Ctrl-C here", "End");
    }

    /// Prints to standard error without a macro, because `cargo test` holds back what a test prints with macros.
    fn print(&self, words: &str) {
        print_error(format_args!("{}: {words}", self.program));
    }
}

/// Reads standard input in a thread, which ends with the program.
fn read_input(sender: Sender<Press>) {
    thread::spawn(move || {
        // A line is Enter, whatever it says and in which encoding.
        for line in io::stdin().lock().split(b'\n') {
            if line.is_err() || sender.send(Press::Key).is_err() {
                break;
            }
        }
        // The page may be gone.
        let _ = sender.send(Press::EndOfInput);
    });
}

/// Makes the signals that end a program a press, because a program that has listened for one of them no longer ends by it. When
/// this returns, none is missed.
fn press_with_signals(sender: Sender<Press>) -> io::Result<()> {
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = {
        let _context = runtime.enter();
        signals()?
    };
    thread::spawn(move || {
        runtime.block_on(ended);
        // The page may be gone.
        let _ = sender.send(Press::Key);
    });
    Ok(())
}

/// Ends with Ctrl-C or SIGTERM.
#[cfg(unix)]
fn signals() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with Ctrl-C or Ctrl-Break.
#[cfg(windows)]
fn signals() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::windows::{ctrl_break, ctrl_c};
    let mut interrupt = ctrl_c()?;
    let mut terminate = ctrl_break()?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
