//! Runs tests on all ranks and counts them: one that fails on any rank has failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

/// No test may take longer; a rank that waits for ever would otherwise be a rank that hangs.
const LIMIT: Duration = Duration::from_secs(60);

pub struct Harness<'a> {
    pub comm: &'a SimpleCommunicator,
    passed: usize,
    failed: usize,
}

impl<'a> Harness<'a> {
    pub fn new(comm: &'a SimpleCommunicator) -> Harness<'a> {
        Harness { comm, passed: 0, failed: 0 }
    }

    pub fn rank(&self) -> usize {
        self.comm.rank() as usize
    }

    /// Runs `body` on this rank; all ranks call this with the same `name`.
    pub fn test(&mut self, name: &str, body: impl FnOnce()) {
        self.test_within(name, LIMIT, body);
    }

    /// As [`Harness::test`], with a limit of its own.
    pub fn test_within(&mut self, name: &str, limit: Duration, body: impl FnOnce()) {
        let begin = Instant::now();
        let watchdog = Watchdog::start(name.to_owned(), self.rank(), limit);
        let ok = catch_unwind(AssertUnwindSafe(body)).is_ok();
        let mut all_ok = false;
        self.comm.all_reduce_into(&ok, &mut all_ok, SystemOperation::logical_and());
        watchdog.stop();
        if all_ok {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        if self.rank() == 0 {
            let verdict = if all_ok { "ok" } else { "FAILED" };
            println!("test {name} ... {verdict} ({:.2} s)", begin.elapsed().as_secs_f64());
        }
    }

    /// Prints the closing line on rank 0 and returns the number of failed tests.
    pub fn summary(&self) -> usize {
        if self.rank() == 0 {
            println!("{} passed, {} failed", self.passed, self.failed);
        }
        self.failed
    }
}

/// Ends the program where a test, or a part of one, takes too long.
pub struct Watchdog(std::sync::mpsc::Sender<()>);

impl Watchdog {
    pub fn start(name: String, rank: usize, limit: Duration) -> Watchdog {
        let (stop, stopped) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if stopped.recv_timeout(limit) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                eprintln!("rank {rank}: {name} takes longer than {limit:?}");
                std::process::abort();
            }
        });
        Watchdog(stop)
    }

    pub fn stop(self) {
        // The thread may have ended; then there is nobody to tell.
        let _ = self.0.send(());
    }
}
