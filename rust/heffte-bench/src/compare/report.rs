//! Tables of a comparison: on the terminal, and in a document.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::backends;
use super::record::{Measurement, Outcome, Results};
use super::results::given_or_default;

const BEGIN: &str = "<!-- results: begin -->";
const END: &str = "<!-- results: end -->";

/// What to show.
#[derive(clap::Args)]
pub struct Options {
    /// The JSON file of a comparison, or of `backends`; benchmarks/results/results.json if none is named.
    results: Option<PathBuf>,
    /// The document whose part between the markers `results: begin` and `results: end` is replaced.
    #[arg(long)]
    document: Option<PathBuf>,
    /// The source file of the library that is made of what `backends` has measured.
    #[arg(long)]
    source: Option<PathBuf>,
}

/// The whole subcommand.
pub fn run(options: &Options) -> Result<()> {
    let path = given_or_default(options.results.as_deref());
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let backends = backends::Results::read(&text);
    let shown = if backends.is_some() { "The ratios over the length" } else { "The ratios as bars" };
    if let Some(source) = &options.source {
        let results = backends.with_context(|| format!("{} is not of `heffte-bench backends`", path.display()))?;
        return fs::write(source, results.source()?).with_context(|| format!("cannot write {}", source.display()));
    }
    let table = match backends {
        Some(results) => results.markdown(),
        None => markdown(&Results::read(&path)?),
    };
    match &options.document {
        None => print!("{table}"),
        Some(document) => {
            let text = fs::read_to_string(document).with_context(|| format!("cannot read {}", document.display()))?;
            let picture = picture(&path, document, shown);
            fs::write(document, replaced(&text, &(table + &picture))?)
                .with_context(|| format!("cannot write {}", document.display()))?;
        }
    }
    Ok(())
}

/// A link to the plot beside the results, as seen from the document, where there is one.
fn picture(results: &Path, document: &Path, shown: &str) -> String {
    let plot = results.with_extension("svg");
    let up = document.parent().map_or(0, |folder| folder.components().count());
    if !plot.exists() || plot.is_absolute() || document.is_absolute() {
        return String::new();
    }
    format!("\n![{shown}]({}{})\n", "../".repeat(up), plot.display())
}

/// `text` with `content` between the markers.
fn replaced(text: &str, content: &str) -> Result<String> {
    let find = |marker: &str| text.find(marker).with_context(|| format!("the document has no line {marker}"));
    let (begin, end) = (find(BEGIN)? + BEGIN.len(), find(END)?);
    anyhow::ensure!(begin <= end, "{END} comes before {BEGIN}");
    Ok(format!("{}\n\n{content}\n{}", &text[..begin], &text[end..]))
}

/// An outcome for the terminal: a line for each peer.
pub fn lines(outcome: &Outcome) -> String {
    let mut text = format!("{}\n", outcome.case);
    for m in &outcome.measurements {
        let label = match m.line.options.as_str() {
            "" => m.line.peer.clone(),
            options => format!("{} ({options})", m.line.peer),
        };
        let ratio = if m.line.peer == "ours" { String::new() } else { format!("ratio {:.2}", m.ratio) };
        let error = m.line.error.map_or("not checked".to_owned(), |error| format!("{error:.1e}"));
        let _ = writeln!(
            text,
            "  {label:<48} {:>8} s  p95 {:>8}  max {:>8}  error {error:<8} {:5.0} MiB  {ratio}",
            digits(m.median),
            digits(m.p95),
            digits(m.max),
            m.line.memory / f64::from(1 << 20),
        );
    }
    for (peer, reason) in &outcome.left_out {
        let _ = writeln!(text, "  left out: {peer}: {reason}");
    }
    text
}

/// The whole comparison in Markdown.
pub fn markdown(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = format!(
        "Measured on {}: {} cores, {}, {}. Medians of {} rounds of {} calls, all peers in turn within each round; in brackets \
         the 95th percentile, then the relative L2 error. × is the peer's median over ours; **bold where ours is slower**.\n\n",
        machine.date, machine.cores, machine.cpu, machine.mpi, results.rounds, results.calls
    );
    let peers = columns(results);
    let _ = writeln!(text, "| case | {} |", peers.join(" | "));
    let _ = writeln!(text, "|---|{}", "---|".repeat(peers.len()));
    for outcome in &results.outcomes {
        let cells: Vec<String> = peers.iter().map(|peer| cell(outcome, peer)).collect();
        let _ = writeln!(text, "| {} | {} |", outcome.case, cells.join(" | "));
    }
    let versions: Vec<String> = machine.versions.iter().map(|(peer, version)| format!("{peer}: {version}")).collect();
    let _ = writeln!(text, "\nVersions: {}.", versions.join("; "));
    for (peer, reason) in &results.missing {
        let _ = writeln!(text, "Not measured: {peer} ({reason}).");
    }
    text + &losses(results)
}

/// The peers: ours, then the others in the order in which they first appear.
fn columns(results: &Results) -> Vec<String> {
    let mut peers: Vec<String> = Vec::new();
    for m in results.outcomes.iter().flat_map(|outcome| &outcome.measurements) {
        if !peers.contains(&m.line.peer) {
            peers.push(m.line.peer.clone());
        }
    }
    // A stable sort, and `false` comes first. On one rank nothing is sent, so that messages may appear late.
    peers.sort_by_key(|peer| (peer != "ours", peer != "messages"));
    peers
}

fn cell(outcome: &Outcome, peer: &str) -> String {
    let Some(m) = outcome.measurements.iter().find(|m| m.line.peer == peer) else { return "–".to_owned() };
    let error = m.line.error.map_or(String::new(), |error| format!(" {error:.0e}"));
    let time = format!("{} ({}) s{error}", digits(m.median), digits(m.p95));
    match (peer == "ours", is_loss(m)) {
        (true, _) => time,
        (_, true) => format!("**×{:.2}** {time}", m.ratio),
        (_, false) => format!("×{:.2} {time}", m.ratio),
    }
}

/// Three digits.
fn digits(seconds: f64) -> String {
    let decimals = (2 - seconds.abs().log10().floor() as i32).clamp(0, 9) as usize;
    format!("{seconds:.decimals$}")
}

fn is_loss(m: &Measurement) -> bool {
    m.ratio < 1.0 && !is_ours(m)
}

fn is_ours(m: &Measurement) -> bool {
    matches!(m.line.peer.as_str(), "ours" | "messages")
}

/// Where others are faster, in words; nothing where there are no others.
fn losses(results: &Results) -> String {
    let all = results.outcomes.iter().flat_map(|outcome| &outcome.measurements);
    let compared = all.clone().filter(|m| !is_ours(m)).count();
    let lost = all.filter(|m| is_loss(m)).count();
    if compared == 0 {
        return String::new();
    }
    let mut text = format!("\nOurs is slower in {lost} of {compared} comparisons");
    text += if lost == 0 { ".\n" } else { "; others take, of our time:\n\n" };
    for outcome in &results.outcomes {
        let lost = outcome.measurements.iter().filter(|m| is_loss(m));
        let shown: Vec<String> = lost.map(|m| format!("{} {:.2}", m.line.peer, m.ratio)).collect();
        if !shown.is_empty() {
            let _ = writeln!(text, "- {}: {}", outcome.case, shown.join("; "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::case::{Case, Kind, Precision, Shape, Size};
    use super::super::machine::Machine;
    use super::super::record::{Collection, Line};
    use super::*;

    fn results() -> Results {
        let case =
            Case { size: Size([8; 3]), kind: Kind::C2c, precision: Precision::F64, ranks: 2, shape: Shape::Slab };
        let mut collection = Collection::default();
        for (peer, seconds) in [("ours", 0.1), ("messages", 0.05), ("slow", 0.25), ("fast", 0.08)] {
            let (options, version) = (String::new(), "1".to_owned());
            let error = Some(1.26e-16);
            let line = Line {
                peer: peer.into(),
                options,
                version,
                seconds: vec![seconds],
                error,
                round_trip: None,
                memory: 1.0,
            };
            collection.add(line);
        }
        let measurements = collection.measurements("ours");
        let outcome = Outcome { case, measurements, survey: Vec::new(), left_out: BTreeMap::new() };
        let machine = Machine {
            cpu: "cpu".into(),
            cores: 2,
            mpi: "MPI".into(),
            date: "2025-01-01".into(),
            versions: BTreeMap::new(),
        };
        let missing = BTreeMap::from([("absent".to_owned(), "nobody installed it".to_owned())]);
        Results { machine, rounds: 1, calls: 1, missing, outcomes: vec![outcome] }
    }

    #[test]
    fn tables_show_losses_and_who_is_missing() {
        let text = markdown(&results());
        assert!(text.contains("| case | ours | messages | slow | fast |\n|---|---|---|---|---|\n"), "{text}");
        assert!(text.contains("| ×2.50 0.250 (0.250) s 1e-16 | **×0.80** 0.0800 (0.0800) s 1e-16 |"), "{text}");
        assert!(text.contains("Not measured: absent (nobody installed it)."), "{text}");
        let lost = "Ours is slower in 1 of 2 comparisons; others take, of our time:\n\n- 8³ c2c f64, 2 ranks, slabs: fast 0.80\n";
        assert!(text.ends_with(lost), "{text}");
    }

    #[test]
    fn without_others_nothing_is_said_of_losses() {
        let mut alone = results();
        alone.outcomes[0].measurements.retain(is_ours);
        let text = markdown(&alone);
        assert!(text.contains("ours") && !text.contains("comparisons"), "{text}");
    }

    #[test]
    fn results_survive_the_file() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("new/results.json");
        crate::compare::record::write(&results(), &path).unwrap();
        assert_eq!(markdown(&Results::read(&path).unwrap()), markdown(&results()));
    }

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let text = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        assert_eq!(replaced(&text, "new\n").unwrap(), format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert!(replaced("no markers", "new").is_err());
    }
}
