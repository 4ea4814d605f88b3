//! Parts of documents that are made: what is between two marks.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::paths::at;

/// Two lines of a document.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    pub begin: &'static str,
    pub end: &'static str,
    /// What makes it anew.
    pub command: &'static str,
}

impl Marks {
    /// Puts `made` between the marks of a document, or checks that it is there.
    pub fn fill(&self, document: &str, made: &str, check: bool) -> Result<()> {
        let path = at(document);
        let old = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let new = self.between(&old, made).with_context(|| document.to_owned())?;
        if check {
            ensure!(old == new, "{document} is not up to date: run `{}`", self.command);
            return Ok(());
        }
        fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))
    }

    /// `text` with `made` between the marks.
    fn between(&self, text: &str, made: &str) -> Result<String> {
        let Marks { begin, end, .. } = self;
        let Some((before, rest)) = text.split_once(begin) else { bail!("there is no line {begin:?}") };
        let Some((_, after)) = rest.split_once(end) else { bail!("there is no line {end:?}") };
        Ok(format!("{before}{begin}{made}{end}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_marks_is_replaced() {
        let marks = Marks { begin: "<!-- from -->\n", end: "<!-- to -->\n", command: "none" };
        let text = "a\n<!-- from -->\nold\n<!-- to -->\nz\n";
        assert_eq!(marks.between(text, "new\n").expect("both marks are there"), text.replace("old", "new"));
        assert!(marks.between(marks.begin, "new\n").is_err());
    }
}
