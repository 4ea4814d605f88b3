//! The files of a trace.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What the names of files begin with.
#[derive(Debug, Clone)]
pub(super) struct Root(pub OsString);

impl Root {
    fn with(&self, end: &str) -> PathBuf {
        let mut name = self.0.clone();
        name.push(end);
        name.into()
    }

    /// The log of a rank of `MPI_COMM_WORLD`.
    pub fn log(&self, rank: usize) -> PathBuf {
        self.with(&format!("_{rank}.log"))
    }

    /// What viewers open. Several groups of ranks may trace with one root: that of rank 0 has the plain name.
    pub fn viewer(&self, first: usize) -> PathBuf {
        self.with(&format!("{}.json", suffix(first)))
    }

    /// The table.
    pub fn table(&self, first: usize) -> PathBuf {
        self.with(&format!("{}.txt", suffix(first)))
    }
}

fn suffix(first: usize) -> String {
    if first == 0 { String::new() } else { format!("_from_{first}") }
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::File { file: path.display().to_string(), reason: error.to_string() }
}
