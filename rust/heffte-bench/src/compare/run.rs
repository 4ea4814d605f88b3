//! The comparison itself: rounds over all peers, case by case.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use regex::Regex;

use super::case::{Case, Kind, Precision, RANKS, SIZES, Shape, Size, matrix};
use super::machine::Machine;
use super::peers::{Context, Driver, Peer};
use super::process;
use super::record::{self, Collection, Line, Outcome, Results};
use super::report;
use super::results::plot;

/// How long a driver may take, FFTW's planning included.
const LIMIT: Duration = Duration::from_secs(300);

/// What to compare. Lists are separated by commas.
#[derive(clap::Args)]
pub struct Options {
    /// Sizes, such as 256 or 512x256x128.
    #[arg(long, value_delimiter = ',')]
    sizes: Option<Vec<Size>>,
    /// c2c, r2c.
    #[arg(long, value_delimiter = ',')]
    kinds: Option<Vec<Kind>>,
    /// f32, f64.
    #[arg(long, value_delimiter = ',')]
    precisions: Option<Vec<Precision>>,
    /// Ranks; peers without MPI get as many threads, at most one for each core.
    #[arg(long, value_delimiter = ',', value_parser = ranks)]
    ranks: Option<Vec<usize>>,
    /// Boxes before and after: slab, pencil, brick.
    #[arg(long, value_delimiter = ',')]
    shapes: Option<Vec<Shape>>,
    /// Peers, ours among them or not.
    #[arg(long, value_delimiter = ',')]
    peers: Option<Vec<Peer>>,
    /// Every size, kind, precision, number of ranks and shape that is not given, instead of a choice of them.
    #[arg(long, conflicts_with = "short")]
    all: bool,
    /// A choice that takes less than 5 minutes on 2 cores.
    #[arg(long)]
    short: bool,
    /// How often each peer is started.
    #[arg(long)]
    rounds: Option<usize>,
    /// Calls in each round.
    #[arg(long)]
    calls: Option<usize>,
    /// The JSON file; the plot gets its name.
    #[arg(long, default_value = "build/bench/results.json")]
    output: PathBuf,
    /// No plot.
    #[arg(long)]
    no_plot: bool,
    /// MPI's launcher with its flags.
    #[arg(long, default_value = "mpiexec")]
    launcher: String,
    /// The Python that has the peers' packages.
    #[arg(long, default_value = "python3")]
    python: String,
    /// The folder `benchmarks` of the project.
    #[arg(long, default_value = "benchmarks")]
    benchmarks: PathBuf,
}

fn ranks(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|ranks| *ranks > 0).ok_or_else(|| "ranks are a positive number".to_owned())
}

impl Options {
    fn cases(&self) -> Vec<Case> {
        let (sizes, kinds): (&[Size], &[Kind]) = if self.all {
            (&SIZES, &[Kind::C2c, Kind::R2c])
        } else if self.short {
            (&[Size([128; 3]), Size([100; 3])], &[Kind::C2c, Kind::R2c])
        } else {
            (&[Size([256; 3]), Size([128; 3]), Size([100; 3])], &[Kind::C2c, Kind::R2c])
        };
        let precisions: &[_] = if self.all { &[Precision::F32, Precision::F64] } else { &[Precision::F64] };
        let ranks = if self.short { &RANKS[..2] } else { &RANKS[..] };
        let shapes: &[_] = if self.all { &[Shape::Slab, Shape::Pencil, Shape::Brick] } else { &[Shape::Slab] };
        matrix(
            self.sizes.as_deref().unwrap_or(sizes),
            self.kinds.as_deref().unwrap_or(kinds),
            self.precisions.as_deref().unwrap_or(precisions),
            self.ranks.as_deref().unwrap_or(ranks),
            self.shapes.as_deref().unwrap_or(shapes),
        )
    }

    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.short { 3 } else { 5 }).max(1)
    }

    fn calls(&self) -> usize {
        self.calls.unwrap_or(if self.short { 3 } else { 5 }).max(1)
    }
}

/// The whole subcommand.
pub fn compare(options: &Options) -> Result<()> {
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let launcher = shlex::split(&options.launcher).filter(|words| !words.is_empty()).context("--launcher is empty")?;
    let drivers = options.benchmarks.join("peers");
    ensure!(drivers.join("peer.h").is_file(), "{} has no peer.h: let --benchmarks name the folder", drivers.display());
    let context = Context { launcher, python: options.python.clone(), drivers, scratch: scratch.path().to_owned() };
    let (drivers, missing) = find(options, &context);
    let cases = options.cases();
    let mut results = Results {
        machine: Machine::here(),
        rounds: options.rounds(),
        calls: options.calls(),
        missing,
        outcomes: Vec::new(),
    };
    let bar = progress((cases.len() * drivers.len() * options.rounds()) as u64);
    for case in &cases {
        let outcome = measure(case, &drivers, options, &context, &bar);
        bar.suspend(|| print!("{}", report::lines(&outcome)));
        let versions = outcome.measurements.iter().map(|m| (m.line.peer.clone(), m.line.version.clone()));
        results.machine.versions.extend(versions);
        results.outcomes.push(outcome);
        // What was measured is kept, whatever comes.
        record::write(&results, &options.output)?;
    }
    bar.finish_and_clear();
    println!("{}", options.output.display());
    if !options.no_plot {
        plot(&options.python, &options.benchmarks, &options.output);
    }
    check(&results)
}

fn find(options: &Options, context: &Context) -> (Vec<Driver>, BTreeMap<String, String>) {
    let mut drivers = Vec::new();
    let mut missing = BTreeMap::new();
    for &peer in options.peers.as_deref().unwrap_or(Peer::value_variants()) {
        match peer.find(context) {
            Ok(driver) => drivers.push(driver),
            Err(reason) => {
                println!("left out: {}: {reason}", peer.name());
                missing.insert(peer.name().to_owned(), without_folders(&reason));
            }
        }
    }
    (drivers, missing)
}

/// One case: all peers in turn, round after round.
fn measure(case: &Case, drivers: &[Driver], options: &Options, context: &Context, bar: &ProgressBar) -> Outcome {
    let mut outcome = Outcome { case: *case, measurements: Vec::new(), survey: Vec::new(), left_out: BTreeMap::new() };
    let mut collection = Collection::default();
    let mut chosen = Choice::default();
    for round in 0..options.rounds() {
        for driver in drivers {
            let name = driver.peer.name();
            bar.set_message(format!("{case}: {name}"));
            bar.inc(1);
            if outcome.left_out.contains_key(name) {
                continue;
            }
            let lines = driver.suits(case).and_then(|()| {
                if driver.peer == Peer::Heffte && round == 0 {
                    chosen = Choice::among(run(driver, case, Choice::CALLS, false, "all", context)?);
                    outcome.survey.clone_from(&chosen.survey);
                }
                let sets = chosen.options_for(driver.peer);
                let run = |set: &String| run(driver, case, options.calls(), round == 0, set, context);
                sets.iter().map(run).collect::<Result<Vec<_>, _>>().map(|lines| lines.concat())
            });
            match lines {
                Ok(lines) => lines.into_iter().for_each(|line| collection.add(chosen.named(line))),
                Err(reason) => {
                    outcome.left_out.insert(name.to_owned(), without_folders(&reason));
                }
            }
        }
    }
    outcome.measurements = collection.measurements(Peer::Ours.name());
    outcome
}

fn run(
    driver: &Driver,
    case: &Case,
    calls: usize,
    check: bool,
    options: &str,
    context: &Context,
) -> Result<Vec<Line>, String> {
    process::lines(&mut driver.command(case, calls, check, options, context), &context.scratch, LIMIT)
}

/// heFFTe's options for a case: the fastest of all, and those that it takes by default.
#[derive(Default)]
struct Choice {
    survey: Vec<Line>,
    best: String,
}

impl Choice {
    /// The stock backend's default: the same libraries' work as ours, one-dimensional transforms and alltoallv.
    const DEFAULT: &str = "stock:a2av:pencils:reorder";

    /// Calls of each set of options, of which the faster counts.
    const CALLS: usize = 2;

    fn among(survey: Vec<Line>) -> Choice {
        let seconds = |line: &Line| line.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let best = survey.iter().min_by(|a, b| seconds(a).total_cmp(&seconds(b)));
        Choice { best: best.map(|line| line.options.clone()).unwrap_or_default(), survey }
    }

    /// What is measured, each in a process of its own.
    fn options_for(&self, peer: Peer) -> Vec<String> {
        match peer {
            Peer::Heffte if self.best == Choice::DEFAULT => vec![self.best.clone()],
            Peer::Heffte => vec![self.best.clone(), Choice::DEFAULT.to_owned()],
            _ => vec![String::new()],
        }
    }

    /// The line with a name that says which of the two it is.
    fn named(&self, line: Line) -> Line {
        if line.peer != Peer::Heffte.name() {
            return line;
        }
        let which = if line.options == self.best { "heffte, best" } else { "heffte, default" };
        Line { peer: which.to_owned(), ..line }
    }
}

/// A reason fit to be kept: where files lie on this machine is nobody else's business.
fn without_folders(reason: &str) -> String {
    Regex::new(r"(?:/[^\s/:;,'\x22]+)*/").expect("the pattern is sound").replace_all(reason, "").into_owned()
}

fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// That every result, whosever it is, is right.
fn check(results: &Results) -> Result<()> {
    for outcome in &results.outcomes {
        let case = outcome.case;
        let bound = case.precision.bound(case.size.points());
        let ours = [Peer::Ours.name(), Peer::Messages.name()];
        for m in outcome.measurements.iter().filter(|m| ours.contains(&m.line.peer.as_str())) {
            let error = m.line.error.unwrap_or(f64::NAN).max(m.line.round_trip.unwrap_or(f64::NAN) / 2.0);
            ensure!(error <= bound, "{case}: the error of {} is {error:.1e}, more than {bound:.1e}", m.line.peer);
        }
        for ours in ours {
            if let Some(reason) = outcome.left_out.get(ours).filter(|_| case.ranks > 1 || ours == Peer::Ours.name()) {
                anyhow::bail!("{case}: {ours} could not be measured: {reason}");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(options: &str, seconds: f64) -> Line {
        let (peer, options, version) = ("heffte".to_owned(), options.to_owned(), String::new());
        Line { peer, options, version, seconds: vec![seconds], error: None, round_trip: None, memory: 0.0 }
    }

    #[test]
    fn reasons_keep_no_folders() {
        let reason = without_folders("ld: /usr/lib/x86/libfftw3.so.3: error; cannot open '/a/b.c'");
        assert_eq!(reason, "ld: libfftw3.so.3: error; cannot open 'b.c'");
    }

    #[test]
    fn the_fastest_options_are_the_best() {
        let choice = Choice::among(vec![line("stock:a2av:pencils:reorder", 2.0), line("fftw:p2p:slabs:reorder", 1.0)]);
        assert_eq!(choice.options_for(Peer::Heffte), ["fftw:p2p:slabs:reorder", "stock:a2av:pencils:reorder"]);
        assert_eq!(choice.named(line("fftw:p2p:slabs:reorder", 1.0)).peer, "heffte, best");
        assert_eq!(choice.named(line(Choice::DEFAULT, 1.0)).peer, "heffte, default");
        assert_eq!(Choice::among(vec![line(Choice::DEFAULT, 1.0)]).options_for(Peer::Heffte), [Choice::DEFAULT]);
        assert_eq!(choice.options_for(Peer::Scipy), [""]);
    }
}
