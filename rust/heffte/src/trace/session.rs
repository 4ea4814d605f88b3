//! Beginning and ending traces: the program's, or the one that the environment asks for.

use std::ffi::OsStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mpi::ffi::MPI_Comm;
use mpi::raw::AsRaw;

use super::group::Group;
use super::log;
use super::recorder::{self, Record};
use super::root::{Root, cannot_write};
use crate::comm::{Comm, on_finalize, world_rank};
use crate::error::{Error, Result};
use crate::files;

/// A trace that was begun on this rank.
#[derive(Debug)]
struct Trace {
    root: Root,
    rank: usize,
    is_of_environment: bool,
    /// The ranks that trace together, once they are known.
    group: Option<Group>,
}

#[derive(Debug)]
struct Session {
    trace: Option<Trace>,
    /// Whether the trace that the environment asks for, if it does, is still to be begun.
    heeds_environment: bool,
}

static SESSION: Mutex<Session> = Mutex::new(Session { trace: None, heeds_environment: true });

fn lock() -> MutexGuard<'static, Session> {
    SESSION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The root that `HEFFTE_TRACE` names, if it names one.
fn environment() -> Option<Root> {
    std::env::var_os("HEFFTE_TRACE").filter(|root| !root.is_empty()).map(Root)
}

/// Begins a trace of all ranks of `comm`, which [`stop`] ends; what was recorded before and not written is dropped. Where
/// `HEFFTE_TRACE` is set, that trace of the whole run takes its place, and nothing else happens. Collective.
///
/// # Errors
/// [`Error::File`] where any rank cannot write its files, on all ranks; [`Error::Communicator`]; [`Error::Mpi`].
pub fn start(comm: &impl AsRaw<Raw = MPI_Comm>, root: impl AsRef<OsStr>) -> Result<()> {
    // SAFETY: the communicator is one of the mpi crate, so a handle of this MPI library.
    unsafe { start_raw(comm.as_raw(), Ok(root.as_ref())) }
}

/// As [`start`], for the language borders: a rank that has no root passes its error, which then all ranks return.
///
/// # Errors
/// As for [`start`].
///
/// # Safety
/// `comm` is a communicator handle of this MPI library; it may be null, and freed where handles are numbers, as those of MPICH are.
pub unsafe fn start_raw(comm: MPI_Comm, root: Result<&OsStr>) -> Result<()> {
    // SAFETY: the caller vouches for the handle.
    let (comm, duplicated) = unsafe { Comm::duplicate(comm) }?;
    let begun = comm.agree(duplicated.and(root).and_then(begin_for_program));
    if environment().is_some() {
        return begun.and_then(|()| join(&comm, is_waiting()));
    }
    let together = begun.and_then(|()| part_of(&comm, is_waiting())?.map_or(Ok(()), form));
    together.inspect_err(|_| abandon())
}

/// Begins a trace of this rank. The ranks that make the next plan, as far as they trace, do so together from then on, and [`stop`]
/// is collective over them; before, only logs are written. Else as [`start`]. Not collective.
///
/// # Errors
/// [`Error::File`] where this rank cannot write its log; [`Error::Communicator`]; [`Error::Mpi`].
pub fn start_alone(root: impl AsRef<OsStr>) -> Result<()> {
    begin_for_program(root.as_ref())
}

/// Ends the trace that the program began, if it did, and writes its files. Collective over the ranks that trace together.
///
/// # Errors
/// [`Error::File`] where any rank cannot write its files, on all ranks; [`Error::Mpi`].
pub fn stop() -> Result<()> {
    let ended = lock().trace.take_if(|trace| !trace.is_of_environment);
    ended.map_or(Ok(()), |trace| finish(trace, &recorder::end()))
}

fn begin_for_program(root: &OsStr) -> Result<()> {
    if lock().trace.as_ref().is_some_and(|trace| trace.is_of_environment) {
        return Ok(());
    }
    // What the environment asks for begins with the first ranks that come together.
    if environment().is_some() { Ok(()) } else { begin(Root(root.to_owned()), false) }
}

fn begin(root: Root, is_of_environment: bool) -> Result<()> {
    if is_of_environment {
        lock().heeds_environment = false;
    }
    on_finalize(write_what_is_left)?;
    let rank = world_rank()?;
    let log = root.log(rank);
    // Now rather than after hours of a run; and what an earlier run left there is no part of this one.
    files::create(&log).map_err(|error| cannot_write(&log, &error))?;
    let before = lock().trace.replace(Trace { root, rank, is_of_environment, group: None });
    drop(before);
    recorder::begin();
    Ok(())
}

/// Drops the trace and what was recorded.
fn abandon() {
    let abandoned = lock().trace.take();
    drop(abandoned);
    recorder::end();
}

/// Whether this rank traces, or is to begin with its first plan, and does not know yet with whom.
pub(crate) fn is_waiting() -> bool {
    let session = lock();
    match &session.trace {
        Some(trace) => trace.group.is_none(),
        None => session.heeds_environment && environment().is_some(),
    }
}

/// The ranks of `comm` that are waiting trace together from now on. Collective. Where they cannot write their files, one of them
/// says so, and they trace nothing.
///
/// # Errors
/// [`Error::Mpi`].
pub(crate) fn join(comm: &Comm, is_waiting: bool) -> Result<()> {
    let Some(ranks) = part_of(comm, is_waiting)? else { return Ok(()) };
    let speaks = ranks.rank() == 0;
    if let Err(error) = form(ranks)
        && speaks
    {
        warn("nothing is traced", &error);
    }
    Ok(())
}

/// The ranks that are waiting, in the order of `MPI_COMM_WORLD`, on those. Collective over `comm`.
///
/// # Errors
/// [`Error::Mpi`], the same on all ranks.
fn part_of(comm: &Comm, is_waiting: bool) -> Result<Option<Comm>> {
    let key = world_rank()?;
    comm.agree(comm.split_off(is_waiting, key))
}

/// Makes a group of the ranks that trace together, or ends all their traces. Collective.
///
/// # Errors
/// As for [`start`].
fn form(ranks: Comm) -> Result<()> {
    let joined = ranks.agree(open(ranks.rank() == 0)).and_then(|()| Group::new(ranks));
    let group = joined.inspect_err(|_| abandon())?;
    if let Some(trace) = &mut lock().trace {
        trace.group = Some(group);
    }
    Ok(())
}

/// Begins what the environment asks for, if nothing was begun; and sees on the first rank whether the common files can be written.
fn open(is_first: bool) -> Result<()> {
    let is_begun = lock().trace.is_some();
    if let Some(root) = environment().filter(|_| !is_begun) {
        begin(root, true)?;
    }
    let session = lock();
    if let Some(Trace { root, rank, .. }) = session.trace.as_ref().filter(|_| is_first) {
        for path in [root.viewer(*rank), root.table(*rank)] {
            files::create(&path).map_err(|error| cannot_write(&path, &error))?;
        }
    }
    Ok(())
}

fn finish(trace: Trace, record: &Record) -> Result<()> {
    let path = trace.root.log(trace.rank);
    let log = log::write(&path, &record.events).map_err(|error| cannot_write(&path, &error));
    match trace.group {
        Some(group) => group.finish(&trace.root, record, log),
        None => log,
    }
}

/// At the begin of `MPI_Finalize`, to which all ranks come.
fn write_what_is_left() {
    let left = lock().trace.take();
    let Some(trace) = left else { return };
    let speaks = trace.group.as_ref().is_none_or(Group::is_first);
    if let Err(error) = finish(trace, &recorder::end())
        && speaks
    {
        warn("the trace is not complete", &error);
    }
}

fn warn(what: &str, error: &Error) {
    eprintln!("heffte: warning: {what}: {error}");
}
