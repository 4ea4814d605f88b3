//! Errors on their way to Python.

use std::panic::{AssertUnwindSafe, catch_unwind};

use heffte::Error;
use pyo3::exceptions::PyException;
use pyo3::{PyErr, create_exception};

create_exception!(
    _core,
    HeffteError,
    PyException,
    "An error of the library; the face makes a heffte_input_error of it."
);

/// The exception for `error`.
pub fn exception(error: &Error) -> PyErr {
    HeffteError::new_err(error.to_string())
}

/// What Python found wrong, as an error of the library.
pub fn from_python(problem: Option<String>) -> heffte::Result<()> {
    problem.map_or(Ok(()), |message| Err(Error::Caller { message }))
}

/// Runs `body`; a panic, which is a defect of ours, becomes an error with words.
pub fn guarded<T>(body: impl FnOnce() -> heffte::Result<T>) -> heffte::Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let text = text.unwrap_or("unknown panic");
        Err(Error::Caller { message: format!("internal error, please report it: {text}") })
    })
}
