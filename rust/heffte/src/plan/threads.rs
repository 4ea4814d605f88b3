//! Threads, which plans of as many threads share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

/// The pool of `threads` threads of this process. It stays: plans come and go, and threads are dear.
///
/// # Errors
/// [`Error::Threads`] where the system has no more of them.
pub(super) fn pool(threads: usize) -> Result<Arc<ThreadPool>> {
    static POOLS: OnceLock<Mutex<HashMap<usize, Arc<ThreadPool>>>> = OnceLock::new();
    let mut pools = POOLS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&threads) {
        return Ok(Arc::clone(pool));
    }
    let name = |index| format!("heffte-{index}");
    let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build();
    let pool = Arc::new(pool.map_err(|error| Error::Threads { threads, reason: error.to_string() })?);
    pools.insert(threads, Arc::clone(&pool));
    Ok(pool)
}
