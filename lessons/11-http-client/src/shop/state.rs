//! What the shop knows.

/// What the shop knows.
#[derive(Debug, Default)]
pub struct State {
    sessions: usize,
    tokens: usize,
}

impl State {
    /// Begins a session, and returns its secret.
    pub fn begin_session(&mut self) -> String {
        self.sessions += 1;
        format!("session-{}", self.sessions)
    }

    /// Issues a token.
    pub fn issue_token(&mut self) -> String {
        self.tokens += 1;
        format!("token-{}", self.tokens)
    }

    pub fn tokens_issued(&self) -> usize {
        self.tokens
    }
}
