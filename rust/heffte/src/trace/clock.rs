//! Bringing the clocks of ranks together.
//!
//! `MPI_Wtime` may tell another time on each rank. Rank 0 asks every other for the time, several times, and believes the quickest
//! answer: it was given about half way between question and answer. Where that leaves room for no difference at all, as on one
//! node, there is none. This is done when a trace begins and when it ends; in between clocks are taken to drift evenly.

use super::recorder::now;
use crate::comm::Comm;
use crate::error::Result;

/// Questions to each rank.
const QUESTIONS: usize = 8;

/// How far a rank's clock is ahead of rank 0's, and when that was so, by its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    at: f64,
    ahead: f64,
}

/// This rank's reading. Collective.
///
/// # Errors
/// [`crate::Error::Mpi`].
pub(super) fn read(comm: &Comm) -> Result<Reading> {
    if comm.rank() > 0 {
        for _ in 0..QUESTIONS {
            comm.receive_words::<1>(0)?;
            comm.send_words(&[now()], 0)?;
        }
        let [at, ahead] = comm.receive_words(0)?;
        return Ok(Reading { at, ahead });
    }
    for rank in 1..comm.size() {
        let mut quickest = (f64::INFINITY, 0.0, 0.0);
        for _ in 0..QUESTIONS {
            let asked = now();
            comm.send_words(&[asked], rank)?;
            let [theirs] = comm.receive_words(rank)?;
            let answered = now();
            if answered - asked < quickest.0 {
                quickest = (answered - asked, theirs, theirs - f64::midpoint(asked, answered));
            }
        }
        let (took, at, ahead) = quickest;
        comm.send_words(&[at, if ahead.abs() <= took / 2.0 { 0.0 } else { ahead }], rank)?;
    }
    Ok(Reading { at: now(), ahead: 0.0 })
}

/// A rank's clock between two readings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub first: Reading,
    pub last: Reading,
}

impl Clock {
    /// The time of rank 0 when it was `time` here.
    pub fn common(&self, time: f64) -> f64 {
        let Clock { first, last } = self;
        let passed = last.at - first.at;
        let share = if passed > 0.0 { (time - first.at) / passed } else { 1.0 };
        time - (first.ahead + (last.ahead - first.ahead) * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_drifts_is_brought_back_to_the_common_time() {
        // Theirs = 1.001 * common + 5.
        let reading = |common: f64| Reading { at: 1.001 * common + 5.0, ahead: 0.001 * common + 5.0 };
        let clock = Clock { first: reading(10.0), last: reading(30.0) };
        for common in [10.0, 17.0, 30.0] {
            assert!((clock.common(1.001 * common + 5.0) - common).abs() < 1e-12);
        }
    }

    #[test]
    fn readings_at_the_same_time_are_no_drift() {
        let reading = Reading { at: 4.0, ahead: 1.0 };
        assert!((Clock { first: reading, last: reading }.common(9.0) - 8.0).abs() < 1e-15);
    }
}
