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
    /// `reserved` bytes besides. On the way, ranks learn `words` of each other. Where MPI will send from it, `is_sent`, MPI is to see when
    /// it is gone. Collective over `comm`, whose ranks are on one node.
    ///
    /// # Errors
    /// Where any rank cannot make its part or map another's: the same on all ranks.
    pub fn new<const N: usize>(
        comm: &Comm,
        bytes: usize,
        reserved: usize,
        is_sent: bool,
        words: [i64; N],
    ) -> Result<(SharedMemory, Vec<[i64; N]>)> {
        let own = platform::make(bytes);
        let (process, file) = own.as_ref().map_or((0, -1), platform::address);
        let asked = i64::try_from(bytes.saturating_add(reserved)).unwrap_or(i64::MAX);
        let told = comm.all_gather_both([process, file, bytes as i64, asked, platform::available()], words)?;
        let (addresses, words): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        check_room(&addresses)?;
        // A rank that has no file says so itself below; others must not add that they could not open it. The files live until
        // all have opened them, which the agreement sees to.
        let opened: Vec<_> = addresses.iter().filter(|[_, file, ..]| *file >= 0).collect();
        let mapped = own.as_ref().map_err(Clone::clone).and_then(|own| {
            platform::fill(own, bytes)?;
            let map = |&&[process, file, bytes, ..]: &&[i64; 5]| platform::map(process, file, bytes as usize, is_sent);
            opened.iter().map(map).collect()
        });
        comm.agree(mapped).map(|parts| (SharedMemory(parts), words))
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

    use rustix::fs::{FallocateFlags, MemfdFlags, fallocate, ftruncate, memfd_create};
    use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};

    use super::{Error, Result};

    /// Bytes of a large page, and so where the mapping of a part begins: only then can large pages be mapped.
    const LARGE_PAGE: usize = 2 << 20;

    /// A rank's part as it is mapped here, with the range of addresses around it; empty parts are not.
    pub(crate) struct Part(Option<Mapped>);

    struct Mapped {
        begin: *mut u8,
        range: (*mut u8, usize),
        is_sent: bool,
    }

    impl Part {
        pub fn begin(&self) -> *mut u8 {
            self.0.as_ref().map_or(std::ptr::null_mut(), |mapped| mapped.begin)
        }

        /// Maps so many bytes of `file`, from which MPI sends, or nobody does.
        fn of(file: &File, bytes: usize, is_sent: bool) -> Result<Part> {
            if bytes == 0 {
                return Ok(Part(None));
            }
            let len = bytes.saturating_add(LARGE_PAGE);
            let (private, fixed) = (MapFlags::PRIVATE | MapFlags::NORESERVE, MapFlags::SHARED | MapFlags::FIXED);
            let null = std::ptr::null_mut();
            // SAFETY: the first call finds a range of addresses that nobody uses; the second maps the file to a part of it.
            unsafe {
                let range = mmap_anonymous(null, len, ProtFlags::empty(), private).map_err(refused)?.cast::<u8>();
                let begin = range.add(range.align_offset(LARGE_PAGE));
                let mapped = Mapped { begin, range: (range, len), is_sent };
                mmap(begin.cast(), bytes, ProtFlags::READ | ProtFlags::WRITE, fixed, file, 0).map_err(refused)?;
                Ok(Part(Some(mapped)))
            }
        }
    }

    impl Drop for Mapped {
        fn drop(&mut self) {
            let (begin, len) = self.range;
            // Libraries below MPI (UCX, libfabric) remember which memory their network has pinned, and forget it when they see the C
            // library's function called. They do not see the kernel asked without it; nor need they, of memory that is not theirs to know.
            // SAFETY: the range was mapped by `Part::of`, and who uses the part keeps it.
            unsafe {
                if self.is_sent {
                    libc::munmap(begin.cast(), len);
                } else {
                    let _ = munmap(begin.cast(), len);
                }
            }
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
        fallocate(file, FallocateFlags::empty(), 0, bytes as u64).map_err(refused)?;
        exchange_for_large_pages(file, bytes);
        Ok(())
    }

    /// Puts large pages in place of small ones where that can be had; systems seldom give them to files unless they are told to.
    fn exchange_for_large_pages(file: &File, bytes: usize) {
        /// `MADV_COLLAPSE`, of Linux 6.1 and later; others refuse it.
        const COLLAPSE: libc::c_int = 25;
        if bytes >= LARGE_PAGE
            && let Ok(part) = Part::of(file, bytes, false)
        {
            // SAFETY: the memory is mapped, and keeps what it holds.
            unsafe { libc::madvise(part.begin().cast(), bytes, COLLAPSE) };
        }
    }

    /// What others need to open the file.
    pub fn address(file: &File) -> (i64, i64) {
        (i64::from(std::process::id()), i64::from(file.as_raw_fd()))
    }

    pub fn map(process: i64, file: i64, bytes: usize, is_sent: bool) -> Result<Part> {
        let path = format!("/proc/{process}/fd/{file}");
        let open = || File::options().read(true).write(true).open(path).map_err(refused);
        if bytes == 0 { Ok(Part(None)) } else { Part::of(&open()?, bytes, is_sent) }
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

    pub fn map(_: i64, _: i64, _: usize, _: bool) -> Result<Part> {
        make(0).map(|()| Part)
    }
}
