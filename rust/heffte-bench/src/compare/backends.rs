//! The backends of this build beside each other: lines of many lengths, and whole transforms, on one rank.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use heffte::geometry::Box3d;
use heffte::{AxisKind, BackendKind, Complex, Element, Plan, PlanOptions, PlanningEffort, Scale, Spec};
use mpi::topology::SimpleCommunicator;
use serde::{Deserialize, Serialize};

use super::case::{Kind, Precision};
use super::machine::Machine;
use super::record;
use super::results::plot;
use super::statistics::median;

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Lengths of lines, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = LENGTHS)]
    lengths: Vec<i64>,
    /// Lengths of the edges of cubes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = EDGES)]
    edges: Vec<i64>,
    /// The JSON file; the plot gets its name.
    #[arg(long, default_value = "build/bench/backends.json")]
    output: PathBuf,
    /// No plot.
    #[arg(long)]
    no_plot: bool,
    /// The Python that has matplotlib.
    #[arg(long, default_value = "python3")]
    python: String,
    /// The folder `benchmarks` of the project.
    #[arg(long, default_value = "benchmarks")]
    benchmarks: PathBuf,
}

/// Powers of two and three, products of small primes, and primes.
const LENGTHS: [i64; 40] = [
    2, 3, 4, 5, 7, 8, 11, 13, 16, 17, 19, 23, 31, 32, 47, 60, 64, 81, 97, 100, 121, 127, 128, 211, 243, 256, 360, 499,
    512, 720, 1000, 1009, 1024, 1536, 2003, 2048, 2187, 3000, 4093, 4096,
];
const EDGES: [i64; 12] = [8, 13, 16, 32, 60, 64, 97, 100, 127, 128, 200, 256];

/// What is measured of each length, and the columns of tables.
const COLUMNS: [(Kind, Precision); 4] = [
    (Kind::C2c, Precision::F64),
    (Kind::C2c, Precision::F32),
    (Kind::R2c, Precision::F64),
    (Kind::R2c, Precision::F32),
];

/// Elements of the arrays that hold lines: both sides stay in the second level of cache.
const ELEMENTS: i64 = 1 << 15;
/// Samples of each backend, one after the other in turn.
const ROUNDS: usize = 5;
/// Seconds of a sample, at least.
const SAMPLE: f64 = 1e-3;

/// How the source file begins that [`Results::source`] writes.
const SOURCE_HEAD: &str = "\
//! Times of lines by backend, a line of each precision together, one core, in cache: made of benchmarks/results/backends.json by
//! `heffte-bench report benchmarks/results/backends.json --source rust/heffte/src/backend/measured.rs`.

/// A length, and the nanoseconds of two lines by stock, FFTW (estimate) and MKL.
pub(super) type Measured = (i64, [f64; 3]);
";

/// What was measured in one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Results {
    machine: Machine,
    /// Backends that are not there, and why.
    missing: BTreeMap<String, String>,
    /// In cache: seconds of one line.
    lines: Vec<Times>,
    /// Along all three: seconds of a transform.
    worlds: Vec<Times>,
}

/// The seconds of each backend for one forward transform.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Times {
    /// Points along the dimension, or along each.
    length: i64,
    kind: Kind,
    precision: Precision,
    seconds: BTreeMap<String, f64>,
}

/// A backend and what it spends on planning, under a name.
struct Contender {
    name: String,
    backend: BackendKind,
    effort: PlanningEffort,
}

/// The whole subcommand.
pub fn run(options: &Options) -> Result<()> {
    let universe = mpi::initialize();
    ensure!(universe.is_some(), "MPI cannot be initialised");
    let comm = SimpleCommunicator::self_comm();
    let (contenders, missing) = contenders();
    let mut results = Results { machine: Machine::here(), missing, lines: Vec::new(), worlds: Vec::new() };
    for (kind, precision) in COLUMNS {
        let measure = |case| match (kind, precision) {
            (Kind::C2c, Precision::F64) => measure::<Complex<f64>, Complex<f64>>(&comm, &contenders, kind, case),
            (Kind::C2c, Precision::F32) => measure::<Complex<f32>, Complex<f32>>(&comm, &contenders, kind, case),
            (Kind::R2c, Precision::F64) => measure::<f64, Complex<f64>>(&comm, &contenders, kind, case),
            (Kind::R2c, Precision::F32) => measure::<f32, Complex<f32>>(&comm, &contenders, kind, case),
        };
        for (lengths, is_world) in [(&options.lengths, false), (&options.edges, true)] {
            for &length in lengths {
                let times = Times { length, kind, precision, seconds: measure((length, is_world))? };
                println!("{}", times.line(is_world));
                if is_world { &mut results.worlds } else { &mut results.lines }.push(times);
            }
        }
    }
    record::write(&results, &options.output)?;
    println!("{}", options.output.display());
    if !options.no_plot {
        plot(&options.python, &options.benchmarks, &options.output);
    }
    Ok(())
}

fn contenders() -> (Vec<Contender>, BTreeMap<String, String>) {
    let (mut there, mut missing) = (Vec::new(), BTreeMap::new());
    for backend in [BackendKind::Stock, BackendKind::Fftw, BackendKind::Mkl] {
        if let Err(reason) = backend.check() {
            println!("left out: {reason}");
            missing.insert(backend.name().to_owned(), reason.to_string());
            continue;
        }
        let efforts: &[_] = match backend {
            BackendKind::Fftw => &[PlanningEffort::Estimate, PlanningEffort::Measure],
            _ => &[PlanningEffort::Estimate],
        };
        there.extend(efforts.iter().map(|&effort| {
            let is_usual = effort == PlanningEffort::default();
            let name =
                if is_usual { backend.name().to_owned() } else { format!("{} {}", backend.name(), effort.name()) };
            Contender { name, backend, effort }
        }));
    }
    (there, missing)
}

/// A world in which lines of one length are transformed.
struct Layout {
    size: [i64; 3],
    kinds: [AxisKind; 3],
    /// What times are divided by.
    count: i64,
}

impl Layout {
    /// A cube; or lines along the fastest dimension, and as many across it.
    fn all(kind: Kind, length: i64, is_world: bool) -> Vec<Layout> {
        let first = if kind == Kind::R2c { AxisKind::R2c } else { AxisKind::C2c };
        if is_world {
            return vec![Layout { size: [length; 3], kinds: [first, AxisKind::C2c, AxisKind::C2c], count: 1 }];
        }
        const WIDTH: i64 = 64;
        let (lines, layers) = ((ELEMENTS / length).max(1), (ELEMENTS / length / WIDTH).max(1));
        let idle = AxisKind::Identity;
        vec![
            Layout { size: [length, lines, 1], kinds: [first, idle, idle], count: lines },
            Layout { size: [WIDTH, length, layers], kinds: [idle, first, idle], count: WIDTH * layers },
        ]
    }
}

/// The seconds of each contender for one line, the mean of those along and across, or for one world.
fn measure<I: Element + Default, O: Element + Default>(
    comm: &SimpleCommunicator,
    contenders: &[Contender],
    kind: Kind,
    (length, is_world): (i64, bool),
) -> Result<BTreeMap<String, f64>> {
    let layouts = Layout::all(kind, length, is_world);
    let mut sums = vec![0.0; contenders.len()];
    for layout in &layouts {
        for (sum, seconds) in sums.iter_mut().zip(race::<I, O>(comm, contenders, layout)?) {
            *sum += seconds;
        }
    }
    let mean = |sum: f64| sum / layouts.len() as f64;
    Ok(contenders.iter().zip(sums).map(|(contender, sum)| (contender.name.clone(), mean(sum))).collect())
}

/// The median seconds of each contender, in turn.
fn race<I: Element + Default, O: Element + Default>(
    comm: &SimpleCommunicator,
    contenders: &[Contender],
    layout: &Layout,
) -> Result<Vec<f64>> {
    let inbox = Box3d::of_size(layout.size);
    let outbox = match layout.kinds.iter().position(|kind| *kind == AxisKind::R2c) {
        Some(axis) => inbox.r2c(axis),
        None => inbox,
    };
    let (input, mut output) = (vec![I::default(); inbox.count()], vec![O::default(); outbox.count()]);
    let mut plans = Vec::new();
    for Contender { backend, effort, .. } in contenders {
        let options = PlanOptions { effort: *effort, tune: false, threads: 1, ..PlanOptions::for_backend(*backend) };
        let spec = Spec::c2c(inbox, outbox).with_backend(*backend).with_kinds(layout.kinds).with_options(options);
        plans.push(Plan::new(comm, spec)?);
    }
    let mut sample = |plan: &Plan, calls: usize| -> Result<f64> {
        let begin = Instant::now();
        for _ in 0..calls {
            plan.forward(&input, &mut output, Scale::None)?;
        }
        Ok(begin.elapsed().as_secs_f64() / calls as f64)
    };
    let mut calls = Vec::new();
    for plan in &plans {
        // The first call plans lines, and the second is one to warm up.
        sample(plan, 1)?;
        calls.push((SAMPLE / sample(plan, 1)?).ceil().clamp(1.0, 1e4) as usize);
    }
    let mut seconds = vec![Vec::new(); plans.len()];
    for _ in 0..ROUNDS {
        for ((plan, seconds), calls) in plans.iter().zip(&mut seconds).zip(&calls) {
            seconds.push(sample(plan, *calls)? / layout.count as f64);
        }
    }
    Ok(seconds.iter().map(|seconds| median(seconds)).collect())
}

impl Times {
    /// For the terminal: times, and how long others take beside stock.
    fn line(&self, is_world: bool) -> String {
        let what = if is_world { "cube" } else { "line" };
        let (kind, precision) = (self.kind.name(), self.precision.name());
        let mut text = format!("{what} of {:4} {kind} {precision}", self.length);
        for (name, seconds) in &self.seconds {
            let _ = write!(text, "  {name} {:.3e} s", seconds);
        }
        text
    }

    /// For a document: the fastest of the others, and its time over stock's; bold where that is less.
    fn cell(&self) -> String {
        let stock = self.seconds.get("stock").copied().unwrap_or(f64::NAN);
        let others = self.seconds.iter().filter(|(name, _)| *name != "stock");
        let Some((name, seconds)) = others.min_by(|a, b| a.1.total_cmp(b.1)) else { return "–".to_owned() };
        let ratio = seconds / stock;
        let text = format!("{name} {ratio:.2}");
        if ratio < 1.0 { format!("**{text}**") } else { text }
    }
}

impl Results {
    /// Whether a file is of this kind.
    pub fn read(text: &str) -> Option<Results> {
        serde_json::from_str(text).ok()
    }

    /// The times of lines, both precisions together, as a source file of the library, which picks by them.
    ///
    /// # Errors
    /// Where one of the backends was not measured.
    pub fn source(&self) -> Result<String> {
        let mut text = SOURCE_HEAD.to_owned();
        for (name, kind) in [("C2C", Kind::C2c), ("R2C", Kind::R2c)] {
            let of = |precision| self.lines.iter().filter(move |t| (t.kind, t.precision) == (kind, precision));
            let mut lines: Vec<(&Times, &Times)> = of(Precision::F64).zip(of(Precision::F32)).collect();
            lines.sort_by_key(|(double, _)| double.length);
            let _ = write!(
                text,
                "\n/// {} lines.\npub(super) const {name}: [Measured; {}] = [\n",
                kind.name(),
                lines.len()
            );
            for (double, single) in lines {
                let seconds = |times: &Times, backend: &str| {
                    times.seconds.get(backend).copied().with_context(|| format!("{backend} was not measured"))
                };
                let nanoseconds = |backend: &str| {
                    anyhow::Ok(format!("{:.1}", 1e9 * (seconds(double, backend)? + seconds(single, backend)?)))
                };
                let [stock, fftw, mkl] = [nanoseconds("stock")?, nanoseconds("fftw")?, nanoseconds("mkl")?];
                let _ = writeln!(text, "    ({}, [{stock}, {fftw}, {mkl}]),", double.length);
            }
            text.push_str("];\n");
        }
        Ok(text)
    }

    /// The tables of a document.
    pub fn markdown(&self) -> String {
        let machine = &self.machine;
        let mut text = format!(
            "Measured on {}: one core of {}, medians of {ROUNDS} samples, all backends in turn. In each cell the fastest backend but stock, and its time \
             over stock's; **bold where stock is slower**.\n",
            machine.date, machine.cpu
        );
        for (title, times) in [("lines of", &self.lines), ("cubes of", &self.worlds)] {
            let _ = writeln!(text, "\n| {title} | c2c f64 | c2c f32 | r2c f64 | r2c f32 |\n|---|---|---|---|---|");
            let mut lengths: Vec<i64> = times.iter().map(|times| times.length).collect();
            lengths.sort_unstable();
            lengths.dedup();
            for length in lengths {
                let cell = |(kind, precision)| {
                    let found = times.iter().find(|t| (t.length, t.kind, t.precision) == (length, kind, precision));
                    found.map_or("–".to_owned(), Times::cell)
                };
                let cells = COLUMNS.map(cell).join(" | ");
                let _ = writeln!(text, "| {length} | {cells} |");
            }
        }
        for (backend, reason) in &self.missing {
            let _ = writeln!(text, "\nNot measured: {backend} ({reason}).");
        }
        text
    }
}
