//! A live page as its owner holds it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::StartError;
use crate::watch::hub::Hub;
use crate::watch::reply;
use crate::watch::serve::serve;

/// How long the end of a page waits for its last event to be sent.
const LAST_EVENT: Duration = Duration::from_millis(500);

/// A live page in the browser. It shows what the webs of this process see while it happens, and lets a person change their faults.
///
/// [`Builder::watch`](crate::Builder::watch) makes a web appear on it. All clones are the same page, and it's served until the last one is dropped, by a
/// thread of its own.
///
/// Only a browser on this machine can open it, and only with the whole address, which has 128 random bits. A page of another origin
/// can't change anything.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hub: Arc<Hub>,
    /// Unknown until there's a port.
    url: OnceLock<String>,
    /// `None` once the thread has been told to stop.
    stop: Option<oneshot::Sender<()>>,
    /// `None` once it has been joined.
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Serves the page on a free port of `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// [`StartError`] says what's wrong: the system has no port, no thread, or no random numbers.
    pub fn start() -> Result<Watch, StartError> {
        let watch = Watch::without_port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listen = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            let _context = watch.0.hub.runtime.enter();
            Ok((tokio::net::TcpListener::from_std(listener)?, address))
        };
        let (listener, address) = listen().map_err(|reason| StartError::Port { address, reason })?;
        watch.0.hub.runtime.spawn(serve(listener, Arc::clone(&watch.0.hub)));
        watch.is_served_at(address);
        Ok(watch)
    }

    /// A page without a port of its own. It's at the port of a web that has all its sites on one port:
    /// [`Builder::on_one_port`](crate::Builder::on_one_port).
    ///
    /// # Errors
    ///
    /// As for [`start`](Watch::start).
    pub fn without_port() -> Result<Watch, StartError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let hub = Arc::new(Hub::new(token()?, runtime.handle().clone()));
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(move || {
            // It also ends if the owner is gone.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Watch(Arc::new(Inner { hub, url: OnceLock::new(), stop: Some(stop), thread: Some(thread) })))
    }

    /// The page's address, such as `http://127.0.0.1:41234/watch/TOKEN`. Without a port of its own, it's empty until a web has started
    /// with this page on its one port.
    pub fn url(&self) -> &str {
        self.0.url.get().map_or("", String::as_str)
    }

    /// Blocks this thread until a page is open in a browser.
    pub fn wait_for_page(&self) {
        self.0.hub.wait_for_page();
    }

    /// Shows a line at the top of the page, such as "The lesson has ended.", instead of the one before.
    pub fn say(&self, words: &str) {
        self.0.hub.say(words);
    }

    /// Shows a button on the page, instead of the one before. When a person clicks it, it disappears, and `on_click` is called once, on the
    /// thread of the page, so it mustn't take long. [`hide_button`](Watch::hide_button) takes the button back.
    pub fn show_button(&self, label: &str, on_click: impl FnOnce() + Send + 'static) {
        self.0.hub.show_button(label, Box::new(on_click));
    }

    /// Takes the button back, if there's one, and drops its `on_click`.
    pub fn hide_button(&self) {
        self.0.hub.hide_button();
    }

    /// Shows a button and blocks this thread until a person clicks it. Returns whether that happened: it's false if the button was taken back
    /// or if another one took its place.
    pub fn wait_for_button(&self, label: &str) -> bool {
        let (clicked, click) = mpsc::channel();
        self.show_button(label, move || {
            // The receiver waits until this is called or dropped.
            let _ = clicked.send(());
        });
        click.recv().is_ok()
    }

    /// Blocks this thread until all open pages have been sent everything that has happened, for at most `limit`. Call it before the process ends, so
    /// that the last result is still shown.
    pub fn flush(&self, limit: Duration) {
        self.0.hub.flush(limit);
    }

    /// Opens the page in the user's browser, and doesn't wait for it.
    ///
    /// # Errors
    ///
    /// If the system has no program that opens addresses.
    pub fn open_in_browser(&self) -> io::Result<()> {
        open::that_detached(self.url())
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// The page is at this address, unless it has one already.
    pub(crate) fn is_served_at(&self, address: SocketAddr) {
        self.0.url.get_or_init(|| format!("http://{address}{}", reply::path(&self.0.hub)));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // On its own thread it can't wait for itself.
        let is_elsewhere =
            self.thread.as_ref().is_some_and(|own| own.thread().id() != thread::current().id());
        if is_elsewhere {
            self.hub.flush(LAST_EVENT);
        }
        if let Some(stop) = self.stop.take() {
            // The thread waits for nothing else, so it can only be there.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && is_elsewhere
        {
            // A panic of a task doesn't end the thread, so there's nothing to report.
            let _ = thread.join();
        }
    }
}

/// 128 random bits in hexadecimal.
fn token() -> io::Result<String> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(io::Error::other)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bits)))
}
