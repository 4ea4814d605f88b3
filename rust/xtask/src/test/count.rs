//! Reading from what a program printed how many tests it ran.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

/// Tests of a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Our own closing line, alone or behind ctest's number, and cargo's.
static PAIR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^(?:\d+: |test result: \w+\. )?(\d+) passed[,;] (\d+) failed").expect("sound"));
/// ctest's closing line, which counts programs: for what does not show what they said.
static CTEST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\d+% tests passed, (\d+) tests failed out of (\d+)").expect("sound"));
/// pytest's closing line …
static PYTEST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^=*\s*(.*\d+ \w+) in [\d.]+s\b").expect("sound"));
/// … and its parts.
static PART: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\d+) (passed|failed|errors?)\b").expect("sound"));

/// The tests that `output` tells of. A program that tells of none is one test; one that ended badly has a failed test.
pub fn tests_in(output: &str, ok: bool) -> Count {
    let mut count = Count::default();
    for line in PAIR.captures_iter(output) {
        count.passed += number(&line[1]);
        count.failed += number(&line[2]);
    }
    for line in PYTEST.captures_iter(output) {
        for part in PART.captures_iter(&line[1]) {
            let slot = if &part[2] == "passed" { &mut count.passed } else { &mut count.failed };
            *slot += number(&part[1]);
        }
    }
    if let (true, Some(line)) = (count == Count::default(), CTEST.captures(output)) {
        count.failed = number(&line[1]);
        count.passed = number(&line[2]).saturating_sub(count.failed);
    }
    if !ok {
        count.failed = count.failed.max(1);
    } else if count == Count::default() {
        count.passed = 1;
    }
    count
}

/// The lines of `output` in which a test says why it was left out: pytest's, and those of our C programs.
pub fn left_out(output: &str) -> impl Iterator<Item = &str> {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^(?:\d+: )?(SKIPPED .*|skipped: .*)$").expect("sound"));
    LINE.captures_iter(output).filter_map(|line| Some(line.get(1)?.as_str()))
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_for_leaving_tests_out_are_read() {
        let output =
            "12: skipped: needs two ranks\nSKIPPED [1] tests/test_a.py:9: one rank does\n3 passed, 1 skipped in 0.1s\n";
        let expected = ["skipped: needs two ranks", "SKIPPED [1] tests/test_a.py:9: one rank does"];
        assert_eq!(left_out(output).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn closing_lines_of_all_runners_are_read() {
        let cases = [
            ("test result: ok. 34 passed; 0 failed; 0 ignored; 0 measured", true, (34, 0)),
            ("noise\n14 passed, 0 failed\n", true, (14, 0)),
            ("3: 12 passed, 1 failed\n4: 5 passed, 0 failed", false, (17, 1)),
            ("======== 2 failed, 57 passed, 1 skipped in 12.30s ========", false, (57, 2)),
            ("57 passed in 2.30s", true, (57, 0)),
            ("===== 1 passed, 2 errors in 0.10s =====", false, (1, 2)),
            ("94% tests passed, 1 tests failed out of 18\n", false, (17, 1)),
            ("1: 3 passed, 0 failed\n100% tests passed, 0 tests failed out of 1\n", true, (3, 0)),
            ("nothing to say", true, (1, 0)),
            ("5 passed, 0 failed\nSegmentation fault", false, (5, 1)),
        ];
        for (output, ok, (passed, failed)) in cases {
            assert_eq!(tests_in(output, ok), Count { passed, failed }, "{output}");
        }
    }
}
