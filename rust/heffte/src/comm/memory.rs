//! Memory that all ranks of a node see.
//!
//! Each rank makes a file of its own in memory (`memfd_create`), which the others open by way of the process that has
//! it. So a rank's part lies on its own NUMA node, no name is left behind, the size of `/dev/shm` does not matter, and
//! memory that cannot be had is an error when it is asked for, not a signal when it is touched.

use super::Comm;
use crate::error::{Error, Result};

/// One part of shared memory for each rank of a communicator.
pub(crate) struct SharedMemory(Vec<Part>);

impl SharedMemory {
    /// Makes a part of `bytes` bytes for this rank, zeroed, and maps those of all others; there must be room for
    /// `reserved` bytes besides. On the way, ranks learn `words` of each other. Collective over `comm`, whose ranks are on
    /// one node.
    ///
    /// # Errors
    /// Where any rank cannot make its part or map another's: the same on all ranks.
    pub fn new<const N: usize>(
        comm: &Comm,
        bytes: usize,
        reserved: usize,
        words: [i64; N],
    ) -> Result<(SharedMemory, Vec<[i64; N]>)> {
        let own = platform::make(bytes);
        let (process, file) = own.as_ref().map_or((0, -1), platform::address);
        let asked = i64::try_from(bytes.saturating_add(reserved)).unwrap_or(i64::MAX);
        let told = comm.all_gather_both([process, file, bytes as i64, asked, platform::available()], words)?;
        let (addresses, words): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        check_room(&addresses)?;
        let mapped = own.and_then(|own| {
            platform::fill(&own, bytes)?;
            let parts =
                addresses.iter().map(|&[process, file, bytes, ..]| platform::map(process, file, bytes as usize));
            // The file itself must live until all have opened it, which the agreement below sees to.
            Ok((parts.collect::<Result<Vec<Part>>>()?, own))
        });
        comm.agree(mapped).map(|(parts, _)| (SharedMemory(parts), words))
    }

    /// The begin of a rank's part.
    pub fn part(&self, rank: usize) -> *mut u8 {
        self.0[rank].begin()
    }
}

/// That the node has room for what all ranks ask for, with as much to spare: the kernel would rather end a program than
/// refuse it memory. All ranks' words are the same on all of them.
///
/// # Errors
/// [`Error::SharedMemory`], the same on all ranks.
fn check_room(addresses: &[[i64; 5]]) -> Result<()> {
    let asked = addresses.iter().fold(0i64, |sum, [.., asked, _]| sum.saturating_add(*asked));
    // The least that any rank sees; a rank that cannot tell sees no bound.
    let room = addresses.iter().map(|[.., available]| *available).min().unwrap_or(0);
    if asked > room / 2 {
        let reason = format!("{} MiB of the {} MiB that are free would be too much", asked >> 20, room >> 20);
        return Err(Error::SharedMemory { reason });
    }
    Ok(())
}

#[cfg(target_os = "linux")]
use platform::Part;

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::File;
    use std::os::fd::AsRawFd;

    use memmap2::{MmapOptions, MmapRaw};
    use rustix::fs::{FallocateFlags, MemfdFlags, fallocate, ftruncate, memfd_create};

    use super::{Error, Result};

    /// A rank's part as it is mapped here; empty parts are not.
    pub(crate) struct Part(Option<MmapRaw>);

    impl Part {
        pub fn begin(&self) -> *mut u8 {
            self.0.as_ref().map_or(std::ptr::null_mut(), MmapRaw::as_mut_ptr)
        }
    }

    fn refused(error: impl std::fmt::Display) -> Error {
        Error::SharedMemory { reason: error.to_string() }
    }

    /// Bytes that the system could give without swapping.
    pub fn available() -> i64 {
        let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
        kibibytes.map_or(i64::MAX, |kibibytes: i64| kibibytes << 10)
    }

    /// A file of that length, which takes no memory yet.
    pub fn make(bytes: usize) -> Result<File> {
        let file = memfd_create("heffte", MemfdFlags::CLOEXEC).map_err(refused)?;
        ftruncate(&file, bytes as u64).map_err(refused)?;
        Ok(File::from(file))
    }

    /// Gives the file its memory, so that what is not there is an error now and not a signal later.
    pub fn fill(file: &File, bytes: usize) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        fallocate(file, FallocateFlags::empty(), 0, bytes as u64).map_err(refused)
    }

    /// What others need to open the file.
    pub fn address(file: &File) -> (i64, i64) {
        (i64::from(std::process::id()), i64::from(file.as_raw_fd()))
    }

    pub fn map(process: i64, file: i64, bytes: usize) -> Result<Part> {
        if bytes == 0 {
            return Ok(Part(None));
        }
        let path = format!("/proc/{process}/fd/{file}");
        let file = File::options().read(true).write(true).open(path).map_err(refused)?;
        let map = MmapOptions::new().len(bytes).map_raw(&file).map_err(refused)?;
        // A wish, which the system may not grant.
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Part(Some(map)))
    }
}

#[cfg(not(target_os = "linux"))]
use platform::Part;

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::{Error, Result};

    pub(crate) struct Part;

    impl Part {
        pub fn begin(&self) -> *mut u8 {
            std::ptr::null_mut()
        }
    }

    pub fn available() -> i64 {
        i64::MAX
    }

    pub fn make(_: usize) -> Result<()> {
        Err(Error::SharedMemory { reason: "not on this operating system".to_owned() })
    }

    pub fn fill(_: &(), bytes: usize) -> Result<()> {
        make(bytes)
    }

    pub fn address(_: &()) -> (i64, i64) {
        (0, -1)
    }

    pub fn map(_: i64, _: i64, _: usize) -> Result<Part> {
        make(0).map(|()| Part)
    }
}
