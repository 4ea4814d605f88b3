//! Lines in batches: libraries want to know beforehand how many lines a call has, and tiles have any number.

/// Lines of a batch: a multiple of what any vector register holds, so that every batch of a tile is aligned as the first is.
pub(super) const BATCH: usize = 16;

/// The first line and the number of lines of each batch, and of each line that is left over.
pub(super) fn batches(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let whole = count / BATCH * BATCH;
    (0..whole).step_by(BATCH).map(|line| (line, BATCH)).chain((whole..count).map(|line| (line, 1)))
}

/// What a library could not do: the backend of every build does it.
pub(super) fn warn_of_stock(library: &str, what: &str, length: usize) {
    eprintln!(
        "heffte: warning: {library} has no plan for {what} lines of {length} points: the stock backend transforms them"
    );
}
