//! Where errors and panics end: the text of the last one, and the guard around every function.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::{Error, Result};

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

/// Why the last call of this thread failed: one line that names the function, the rank, the argument, the values and the
/// remedy. An empty string where the last call that could fail did not. The text is valid until the next call of this thread.
///
/// Not collective.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_last_error() -> *const c_char {
    LAST_ERROR.with_borrow(|text| text.as_ptr())
}

/// Runs `body`; what it returns, or the error that it met, panics included. The error is kept for
/// [`heffte_last_error`].
pub(crate) fn guarded<T>(function: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(from_panic(&*panic)));
    let text = result.as_ref().map_or_else(|error| format!("{function}: {error}"), |_| String::new());
    keep(text);
    result
}

/// A panic is a defect of ours, and still no reason to end the caller's program.
#[cold]
fn from_panic(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    Error::Caller { message: format!("internal error, please report it: {}", text.unwrap_or("unknown panic")) }
}

fn keep(text: String) {
    // A NUL inside would cut the text short; no message has one, and replacing it costs nothing.
    let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
    LAST_ERROR.with_borrow_mut(|last| *last = text);
}
