//! Ranks that trace together, and the files that they write together.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::clock::{self, Clock, Reading};
use super::event::Event;
use super::recorder::Record;
use super::root::{Root, cannot_write};
use super::{chrome, summary};
use crate::comm::{Comm, world_rank};
use crate::error::Result;
use crate::files;

/// Events whose text is made and sent at a time.
const PORTION: usize = 4096;

/// The ranks, in the order of `MPI_COMM_WORLD`. The first of them writes for all.
#[derive(Debug)]
pub(super) struct Group {
    comm: Comm,
    first: Reading,
}

impl Group {
    /// Collective.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`].
    pub fn new(comm: Comm) -> Result<Group> {
        let first = clock::read(&comm)?;
        Ok(Group { comm, first })
    }

    /// Whether this rank writes for all.
    pub fn is_first(&self) -> bool {
        self.comm.rank() == 0
    }

    /// Writes the files of all ranks, of which this one has written its `log`. Collective.
    ///
    /// # Errors
    /// The file that a rank cannot write, the same on all ranks; [`crate::Error::Mpi`].
    pub fn finish(self, root: &Root, record: &Record, log: Result<()>) -> Result<()> {
        let Group { comm, first } = self;
        let clock = Clock { first, last: clock::read(&comm)? };
        // Whole nanoseconds, so that what is inside another event stays inside.
        let common = |time: f64| (clock.common(time) * 1e9).round() as i64;
        let mut events: Vec<(i64, i64, &Event)> =
            record.events.iter().map(|event| (common(event.begin), common(event.end), event)).collect();
        events.sort_by_key(|&(begin, end, _)| (begin, std::cmp::Reverse(end)));
        let latest = comm.max(&[events.first().map_or(i64::MIN, |&(begin, ..)| -begin)])?[0];
        let origin = if latest == i64::MIN { 0 } else { -latest };
        let told = comm.all_gather([world_rank()? as i64, record.left_out as i64])?;
        let left_out = told.iter().map(|[_, left_out]| *left_out as u64).sum();
        let rank = told[comm.rank()][0] as usize;

        let mut viewer = Output::new(root.viewer(rank), comm.rank() == 0);
        viewer.write(chrome::BEGIN);
        let own = |&(begin, end, event): &(i64, i64, &Event)| {
            format!(",\n{}", chrome::complete(event, rank, (begin - origin, end - origin)))
        };
        let portions = events.chunks(PORTION).map(|portion| portion.iter().map(own).collect());
        let process = format!("{}{}", if comm.rank() == 0 { "" } else { ",\n" }, chrome::process(rank));
        gather(&comm, std::iter::once(process).chain(portions), |text| viewer.write(text))?;
        viewer.write(&chrome::end(comm.size(), left_out));

        let mut table = summary::Table::default();
        gather(&comm, std::iter::once(summary::of_rank(&record.events)), |text| table.add(text))?;
        let mut rows = Output::new(root.table(rank), comm.rank() == 0);
        rows.write(&table.text(left_out));
        comm.agree(log.and_then(|()| viewer.finish()).and_then(|()| rows.finish()))
    }
}

/// A file of the first rank, which goes on after an error so that nobody waits for it.
struct Output {
    path: std::path::PathBuf,
    file: Option<io::Result<BufWriter<File>>>,
}

impl Output {
    fn new(path: std::path::PathBuf, is_mine: bool) -> Output {
        let file = is_mine.then(|| files::create(&path).map(BufWriter::new));
        Output { path, file }
    }

    fn write(&mut self, text: &str) {
        if let Some(Ok(file)) = &mut self.file
            && let Err(error) = file.write_all(text.as_bytes())
        {
            self.file = Some(Err(error));
        }
    }

    fn finish(self) -> Result<()> {
        let Output { path, file } = self;
        let written = file.map_or(Ok(()), |file| file.and_then(|mut file| file.flush()));
        written.map_err(|error| cannot_write(&path, &error))
    }
}

/// Shows the texts of all ranks to `take` on the first, rank by rank. Collective. No text is empty.
fn gather(comm: &Comm, own: impl Iterator<Item = String>, mut take: impl FnMut(&str)) -> Result<()> {
    if comm.rank() > 0 {
        for text in own {
            comm.send_words(&[text.len() as f64], 0)?;
            comm.send_bytes(text.as_bytes(), 0)?;
        }
        return comm.send_words(&[0.0], 0);
    }
    own.for_each(|text| take(&text));
    let mut bytes = Vec::new();
    for rank in 1..comm.size() {
        loop {
            let [length] = comm.receive_words(rank)?;
            if length == 0.0 {
                break;
            }
            bytes.resize(length as usize, 0);
            comm.receive_bytes(&mut bytes, rank)?;
            take(&String::from_utf8_lossy(&bytes));
        }
    }
    Ok(())
}
