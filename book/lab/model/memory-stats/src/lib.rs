//! A model of memory-stats for a page, which can't see how much memory a run uses.

/// How much memory a process uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryStats {
    /// In bytes, without what the system has moved out of it.
    pub physical_mem: usize,
    /// In bytes, with everything.
    pub virtual_mem: usize,
}

/// `None`, as on every system that doesn't report it.
pub fn memory_stats() -> Option<MemoryStats> {
    None
}
