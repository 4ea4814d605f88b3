//! What is printed: at once, or, where pieces run beside each other, all lines of a piece together at its end. What turns meanwhile
//! says what runs.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::sync::LazyLock;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// What a piece has printed so far.
struct Page {
    piece: &'static str,
    text: String,
}

thread_local! {
    /// That of the piece which this thread runs; without one, lines are printed at once.
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
}

/// All that turns.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// As `println!`.
macro_rules! say {
    ($($argument:tt)*) => { $crate::terminal::line(&format!($($argument)*)) };
}
pub(crate) use say;

/// Prints a line, or keeps it for the end of the piece.
pub fn line(text: &str) {
    let is_kept = PAGE.with_borrow_mut(|page| page.as_mut().map(|page| page.text.extend([text, "\n"])).is_some());
    if !is_kept {
        print(&format!("{text}\n"));
    }
}

/// What `work` says, and all that it prints, which is for the caller to print.
pub fn kept<T>(piece: &'static str, work: impl FnOnce() -> T) -> (T, String) {
    PAGE.set(Some(Page { piece, text: String::new() }));
    let result = work();
    (result, PAGE.take().map(|page| page.text).unwrap_or_default())
}

/// Runs a piece: says that it begins, and prints at its end all that it prints.
pub fn together<T>(piece: &'static str, work: impl FnOnce() -> T) -> T {
    let (result, text) = kept(piece, || {
        note("begins");
        work()
    });
    print(&text);
    result
}

/// Says at once what is going on, where nothing turns.
pub fn note(label: &str) {
    if !std::io::stderr().is_terminal() {
        eprintln!("{}", named(label));
    }
}

/// Turns with `label`, where somebody looks.
pub fn spinner(label: &str) -> ProgressBar {
    turning("{spinner} {msg} {elapsed}", ProgressBar::new_spinner()).with_message(named(label))
}

/// Fills as so many pieces end, where somebody looks.
pub fn progress(count: usize) -> ProgressBar {
    if count < 2 {
        return ProgressBar::hidden();
    }
    turning("{bar:29} {pos} of {len} pieces, {elapsed}", ProgressBar::new(count as u64))
}

fn turning(template: &str, bar: ProgressBar) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    BARS.add(bar.with_style(style))
}

/// With the piece in front, where others run beside it.
fn named(label: &str) -> String {
    PAGE.with_borrow(|page| page.as_ref().map_or(label.to_owned(), |page| format!("{}: {label}", page.piece)))
}

fn print(text: &str) {
    // Nobody reads what cannot be written.
    BARS.suspend(|| _ = std::io::stdout().lock().write_all(text.as_bytes()));
}
