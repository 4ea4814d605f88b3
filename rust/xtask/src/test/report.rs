//! What ran and how it ended.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::count::{Count, left_out, tests_in};
use crate::command;
use crate::terminal::say;

/// Tests counted so far.
#[derive(Default)]
pub struct Report {
    pub passed: usize,
    pub failed: usize,
    /// The piece that runs.
    piece: &'static str,
    /// Pieces, and what they did, with how long it took.
    pieces: Vec<(Duration, String)>,
    steps: Vec<(Duration, String)>,
}

/// How many of the longest are listed.
const LONGEST: usize = 12;

impl Report {
    /// Runs a piece. A panic is a test that failed, and no other piece's affair.
    pub fn of(piece: &'static str, run: impl FnOnce(&mut Report)) -> Report {
        let begin = Instant::now();
        let mut report = Report { piece, ..Report::default() };
        if catch_unwind(AssertUnwindSafe(|| run(&mut report))).is_err() {
            report.check("the piece ends", || bail!("it panicked"));
        }
        report.pieces.push((begin.elapsed(), piece.to_owned()));
        report
    }

    /// Adds what another piece did.
    pub fn add_up(&mut self, other: Report) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.pieces.extend(other.pieces);
        self.steps.extend(other.steps);
    }

    /// Says what took longest.
    pub fn tell_longest(&mut self) {
        for (label, list) in [("pieces", &mut self.pieces), ("steps", &mut self.steps)] {
            list.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
            if list.len() > LONGEST / 2 {
                say!("the longest {label}:");
                list.iter().take(LONGEST).for_each(|(time, name)| say!("  {:6.1} s  {name}", time.as_secs_f64()));
            }
        }
    }

    /// Runs a program that tests something: the tests that it counts, or else the program itself, are added up. Says
    /// whether it went well.
    pub fn program(&mut self, label: &str, command: &mut Command) -> bool {
        self.program_within(label, command, command::LIMIT)
    }

    /// As [`Report::program`], with a limit of its own.
    pub fn program_within(&mut self, label: &str, command: &mut Command, limit: Duration) -> bool {
        let begin = Instant::now();
        let (ok, output) = match command::capture(label, command, limit) {
            Ok(outcome) => (outcome.ok, outcome.output),
            Err(error) => (false, format!("{error:#}")),
        };
        let count = tests_in(&output, ok);
        if !ok {
            say!("{}\n{output}", command::shown(command));
        }
        self.add(label, ok, &count, begin);
        for reason in left_out(&output) {
            say!("         {reason}");
        }
        ok
    }

    /// One test that is not a program.
    pub fn check(&mut self, label: &str, body: impl FnOnce() -> Result<()>) -> bool {
        self.made(label, body).is_some()
    }

    /// The same; what `body` makes, where it succeeds.
    pub fn made<T>(&mut self, label: &str, body: impl FnOnce() -> Result<T>) -> Option<T> {
        let begin = Instant::now();
        let result = body();
        if let Err(error) = &result {
            say!("{error:#}");
        }
        let count = if result.is_ok() { Count { passed: 1, failed: 0 } } else { Count { passed: 0, failed: 1 } };
        self.add(label, result.is_ok(), &count, begin);
        result.ok()
    }

    fn add(&mut self, label: &str, ok: bool, count: &Count, begin: Instant) {
        self.passed += count.passed;
        self.failed += count.failed;
        let verdict = if ok { "ok    " } else { "FAILED" };
        let time = begin.elapsed();
        say!("  {verdict} {label} ({count}, {:.1} s)", time.as_secs_f64());
        self.steps.push((time, format!("{}: {label}", self.piece)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::kept;

    #[test]
    fn what_pieces_did_is_added_up_and_a_panic_is_a_failure() {
        let mut all = Report::default();
        let ((), text) = kept("", || {
            all.add_up(Report::of("good", |report| _ = report.check("a", || Ok(()))));
            all.add_up(Report::of("bad", |report| _ = report.check("b", || bail!("of no use"))));
            all.add_up(Report::of("worse", |report| {
                report.check("c", || Ok(()));
                panic!("as it is meant to");
            }));
        });
        assert_eq!((all.passed, all.failed, all.pieces.len(), all.steps.len()), (2, 2, 3, 4));
        let said: Vec<&str> = text.lines().map(|line| line.split(" (").next().unwrap_or(line)).collect();
        assert_eq!(
            said,
            ["  ok     a", "of no use", "  FAILED b", "  ok     c", "it panicked", "  FAILED the piece ends"]
        );
    }
}
