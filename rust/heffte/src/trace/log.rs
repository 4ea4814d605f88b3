//! The file of each rank, in heFFTe's format.

use std::io::{BufWriter, Result, Write};
use std::path::Path;

use super::event::Event;
use super::number::general;
use crate::files;

/// Significant digits.
const DIGITS: u8 = 12;

/// Writes a line for each event: its name in 40 columns, its begin by `MPI_Wtime` and its duration in 20 each, all to the right.
pub(super) fn write(path: &Path, events: &[Event]) -> Result<()> {
    let mut file = BufWriter::new(files::create(path)?);
    for Event { what, begin, end, .. } in events {
        let (name, begin, duration) = (what.name(), general(*begin, DIGITS), general(end - begin, DIGITS));
        writeln!(file, "{name:>40}{begin:>20}{duration:>20}")?;
    }
    file.flush()
}
