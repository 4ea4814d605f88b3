//! Where errors and panics end: the text of the last one, and the guard around every function.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::{Error, Result};

thread_local! {
    static LAST_ERROR: RefCell<Option<CString>> = const { RefCell::new(None) };
}

/// Why the last call of this thread failed: one line that names the function, the rank, the argument, the values and
/// the remedy; "" where that call did what it was asked to. Any other heffte_ function of this thread ends the life of
/// the text. Never NULL. Not collective.
#[unsafe(no_mangle)]
pub extern "C" fn heffte_last_error() -> *const c_char {
    let text = LAST_ERROR.try_with(|last| last.borrow().as_ref().map(|text| text.as_ptr()));
    // Destructors of a thread that ends may still ask, when its own text is gone.
    text.ok().flatten().unwrap_or(c"".as_ptr())
}

/// Runs `body`; what it returns, or the error that it met, panics included. The error is kept for
/// [`heffte_last_error`].
pub(crate) fn guarded<T>(function: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(from_panic(&*panic)));
    keep(result.as_ref().err().map(|error| one_line(function, error)));
    result
}

/// The text of an error. MPI's own words, which some errors quote, may have several lines.
pub(crate) fn one_line(function: &str, error: &Error) -> String {
    let text = format!("{function}: {error}");
    text.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

/// A panic is a defect of ours, and still no reason to end the caller's program.
#[cold]
fn from_panic(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    Error::Caller { message: format!("internal error, please report it: {}", text.unwrap_or("unknown panic")) }
}

fn keep(text: Option<String>) {
    // A NUL inside would cut the text short; no message has one, and replacing it costs nothing.
    let text = text.map(|text| CString::new(text.replace('\0', " ")).unwrap_or_default());
    // A thread that ends has nowhere to keep it, and the return code says that something was wrong.
    let _ = LAST_ERROR.try_with(|last| last.replace(text));
}
