//! What the shop knows.

use std::collections::HashMap;

use serde::Serialize;

/// How many requests the token of a login is good for. Real tokens expire after
/// a time. With a number, the same requests are refused in every run: those that
/// the lesson's program sends concurrently, after four in turn.
pub const LOGIN_TOKEN_USES: u32 = 4;
/// How many requests a renewed token is good for, enough for all that follow.
pub const TOKEN_USES: u32 = 1_000;

/// A session, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Session(usize);

/// What the shop knows.
#[derive(Debug, Default)]
pub struct State {
    sessions: usize,
    tokens: HashMap<String, Token>,
    orders: Vec<(Session, Order)>,
}

#[derive(Debug)]
struct Token {
    session: Session,
    uses_left: u32,
}

/// An order, as the shop sends it.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    /// Its number in its session.
    pub number: usize,
    pub product: u32,
    pub quantity: u32,
}

impl State {
    /// Begins a session, and returns it with its secret. A real shop would make
    /// one that can't be guessed.
    pub fn begin_session(&mut self) -> (Session, String) {
        self.sessions += 1;
        (Session(self.sessions), format!("session-{}", self.sessions))
    }

    /// The session with this secret.
    pub fn session(&self, secret: &str) -> Option<Session> {
        let number = secret.strip_prefix("session-")?.parse().ok()?;
        (1..=self.sessions).contains(&number).then_some(Session(number))
    }

    /// Issues a token that's good for so many requests.
    pub fn issue_token(&mut self, session: Session, uses: u32) -> String {
        let name = format!("token-{}", self.tokens.len() + 1);
        let token = Token { session, uses_left: uses };
        self.tokens.insert(name.clone(), token);
        name
    }

    /// Uses a token once. `None` if it has expired, or was never issued.
    pub fn use_token(&mut self, name: &str) -> Option<Session> {
        let token = self.tokens.get_mut(name)?;
        token.uses_left = token.uses_left.checked_sub(1)?;
        Some(token.session)
    }

    pub fn tokens_issued(&self) -> usize {
        self.tokens.len()
    }

    pub fn expire_tokens(&mut self) {
        for token in self.tokens.values_mut() {
            token.uses_left = 0;
        }
    }

    /// Takes an order.
    pub fn order(
        &mut self,
        session: Session,
        product: u32,
        quantity: u32,
    ) -> Order {
        let number = self.orders_of(session).count() + 1;
        let order = Order { number, product, quantity };
        self.orders.push((session, order.clone()));
        order
    }

    /// The orders of a session.
    pub fn orders_of(&self, session: Session) -> impl Iterator<Item = &Order> {
        let orders = self.orders.iter();
        let own = orders.filter(move |(owner, _)| *owner == session);
        own.map(|(_, order)| order)
    }

    pub fn orders(&self) -> usize {
        self.orders.len()
    }
}
