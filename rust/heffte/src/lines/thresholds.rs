//! From which size on a box is worth what.

/// Points of a box from which …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Thresholds {
    /// … several threads are done before one is.
    pub threads: usize,
    /// … it is worth more than its memory where rows and planes of our own arrays begin.
    pub padding: usize,
    /// … its columns are not transformed where they lie in the caller's array, whose rows begin anywhere in their cache lines, but in
    /// one of our own.
    pub staging: usize,
    /// Bytes of a box from which on no cache holds it, so that what is written to it goes past the cache.
    pub streaming: usize,
}

impl Thresholds {
    /// Those found by trying, or 1 each: so tests can take every way at any size.
    pub fn new(treat_as_large: bool) -> Thresholds {
        if treat_as_large {
            return Thresholds { threads: 1, padding: 1, staging: 1, streaming: 1 };
        }
        Thresholds { threads: 1 << 15, padding: 1 << 15, staging: 1 << 21, streaming: 6 << 20 }
    }
}
