//! The mock shop: what it knows, and how it answers.

mod answers;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};

use mock_server::{MockWeb, Site};
use wiremock::matchers::{header, method, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

use state::State;

/// The name of the shop's site.
pub const HOST: &str = "shop.example";
/// The user that the shop knows.
pub const USER: &str = "ada";
/// The password of [`USER`].
pub const PASSWORD: &str = "difference engine";

/// The shop's site. [`Shop::open`] makes it answer.
pub fn site() -> Site {
    Site::new(HOST)
}

/// The shop as its owner sees it.
#[derive(Clone, Debug)]
pub struct Shop {
    state: Arc<Mutex<State>>,
}

/// How the shop answers a request. It can change what the shop knows, and it
/// never waits, because wiremock calls it under a lock.
type Answer = fn(&mut State, &Request) -> ResponseTemplate;

/// Which requests the shop answers: method, path, answer.
const ROUTES: [(&str, &str, Answer); 1] =
    [("POST", "^/login$", answers::log_in)];

impl Shop {
    /// Opens a shop at the [`site`] of this web.
    pub async fn open(web: &MockWeb) -> Shop {
        let shop = Shop { state: Arc::default() };
        for (verb, path, answer) in ROUTES {
            let shop = shop.clone();
            Mock::given(header("host", HOST))
                .and(method(verb))
                .and(path_regex(path))
                .respond_with(move |request: &Request| {
                    answer(&mut shop.state(), request)
                })
                .mount(web.wiremock())
                .await;
        }
        shop
    }

    /// How many tokens the shop has issued.
    pub fn tokens_issued(&self) -> usize {
        self.state().tokens_issued()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code that holds this lock panics")
    }
}
