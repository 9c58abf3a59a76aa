//! Endpoints as the program's home page lists them.

/// An endpoint as a list shows it.
pub(in crate::server) struct Listed {
    /// What `curl` needs besides the address.
    pub curl: &'static str,
    pub path: &'static str,
    pub says: &'static str,
}
