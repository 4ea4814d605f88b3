//! What CMake does with what it is asked to configure, and with which words.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{self, LIMIT};

/// What CMake should do, and words of what it says then.
#[derive(Clone, Copy)]
pub enum Verdict {
    /// Goes on without a warning.
    Accepts(&'static [&'static str]),
    /// Goes on with one warning.
    Warns(&'static [&'static str]),
    /// Ends with one error.
    Refuses(&'static [&'static str]),
}

use Verdict::{Accepts, Refuses, Warns};

impl Verdict {
    /// That `configure` ends so, with as many messages, and with all of the words.
    pub fn holds_for(self, configure: &mut Command) -> Result<()> {
        let outcome = command::capture("configuring", configure, LIMIT)?;
        let said = words_of(&outcome.output);
        let (errors, warnings, expected) = match self {
            Accepts(words) => (0, 0, words),
            Warns(words) => (0, 1, words),
            Refuses(words) => (1, 0, words),
        };
        ensure!(outcome.ok == (errors == 0), "it ended otherwise:\n{}", outcome.output);
        for (kind, count) in [("CMake Error", errors), ("CMake Warning", warnings)] {
            let found = said.matches(kind).count();
            ensure!(found == count, "{kind} is there {found} times, not {count}:\n{}", outcome.output);
        }
        for words in expected {
            ensure!(said.contains(words), "CMake does not say {words:?}:\n{}", outcome.output);
        }
        Ok(())
    }
}

/// CMake breaks the lines of its messages.
pub fn words_of(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
