//! The mock shop: what it knows, and how it answers.
//!
//! It's a site of the mock web. wiremock answers for the shop, and the site's
//! faults decide which answers get lost.

mod answers;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};

use mock_server::{FaultError, MockWeb, Site};
use wiremock::matchers::{header, method, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

use answers::{orders, products, session};
use state::{Session, State};

/// The name of the shop's site.
pub const HOST: &str = "shop.example";
/// The user that the shop knows.
pub const USER: &str = "ada";
/// The password of [`USER`].
pub const PASSWORD: &str = "difference engine";

/// The answer to the first order is lost: the shop has taken the order, but the
/// connection is reset before the response. An order with a key that was there
/// before isn't taken again, and gets the answer of the first one. The mock web
/// does both.
const LOST: &str = "fail-first?n=1&with=lost-answer?key=orders";

/// The shop's limit on requests for its stock: five in half a second.
const LIMITED: &str = "at-most?n=5&per=500&retry-after=1";

/// The shop's site. [`Shop::open`] makes it answer.
///
/// # Errors
///
/// When the name of a fault is misspelt.
pub fn site() -> Result<Site, FaultError> {
    let site = Site::new(HOST).endpoints();
    let site = site.also_failing("/orders", "", LOST.parse()?);
    Ok(site.also_failing("/stock", "", LIMITED.parse()?))
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
const ROUTES: [(&str, &str, Answer); 8] = [
    ("POST", "^/login$", session::log_in),
    ("POST", "^/token$", session::renew_token),
    ("GET", "^/products$", products::list),
    ("GET", "^/products/[0-9]+$", products::one),
    ("GET", "^/stock$", products::stock),
    ("GET", "^/recommendations$", products::recommendations),
    ("POST", "^/orders$", orders::order),
    ("GET", "^/order-list$", orders::list),
];

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

    /// Makes all tokens expire, as if time had passed.
    pub fn expire_tokens(&self) {
        self.state().expire_tokens();
    }

    /// How many orders the shop has.
    pub fn orders(&self) -> usize {
        self.state().orders()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code that holds this lock panics")
    }
}
