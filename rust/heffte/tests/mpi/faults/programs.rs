//! What is done behind an MPI that fails: transforms; a plan that tunes, with wisdom in a file; a trace.

use std::fs;
use std::path::PathBuf;

use heffte::geometry::{Box3d, split_world};
use heffte::{AxisKind, Complex, Direction, Plan, PlanOptions, Scale, Spec, trace};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use crate::oracle::{Field, is_close};

/// Messages of it are too long to leave before somebody receives them.
const SIZE: [usize; 3] = [32, 48, 40];
/// What tunes transforms a hundred times.
const SMALL: [usize; 3] = [8, 12, 10];

/// What a program does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Transforms,
    Tunes,
    Traces,
}

impl Kind {
    /// Calls that are made again where they fail, since others wait for what they say.
    pub fn repeats(self) -> &'static [&'static str] {
        if self == Kind::Traces { &["MPI_Comm_get_errhandler", "MPI_Recv", "MPI_Send"] } else { &[] }
    }
}

/// A plan, a transform there and one back, and the end of the plan.
pub struct Transforms<'a> {
    comm: &'a SimpleCommunicator,
    rank: usize,
    inbox: Box3d,
    outbox: Box3d,
    input: Vec<Complex<f64>>,
    expected: Vec<Complex<f64>>,
    /// What the names of files begin with.
    root: PathBuf,
}

impl<'a> Transforms<'a> {
    pub fn new(comm: &'a SimpleCommunicator, kind: Kind) -> Transforms<'a> {
        let size = if kind == Kind::Tunes { SMALL } else { SIZE };
        let (rank, ranks) = (comm.rank() as usize, i64::from(comm.size()));
        let world = Box3d::of_size(size.map(|n| n as i64));
        let (inbox, outbox) = (split_world(&world, [1, 1, ranks])[rank], split_world(&world, [1, ranks, 1])[rank]);
        let field = Field::random(size, 7, false);
        let expected = field.transformed([AxisKind::C2c; 3], Direction::Forward).local(&outbox);
        let root = std::env::temp_dir().join(format!("heffte-faults-{}", std::process::id()));
        Transforms { comm, rank, inbox, outbox, input: field.local(&inbox), expected, root }
    }

    /// Whether the results are right.
    pub fn run(&self, kind: Kind, options: PlanOptions) -> heffte::Result<bool> {
        match kind {
            Kind::Transforms => self.transforms(options).map(|(_, is_right)| is_right),
            Kind::Tunes => self.tunes(options),
            Kind::Traces => self.traces(options),
        }
    }

    fn transforms(&self, options: PlanOptions) -> heffte::Result<(Plan, bool)> {
        let plan = Plan::new(self.comm, Spec::c2c(self.inbox, self.outbox).with_options(options))?;
        let mut output = vec![Complex::default(); plan.size_outbox()];
        let mut back = vec![Complex::default(); plan.size_inbox()];
        plan.forward(&self.input, &mut output, Scale::None)?;
        plan.backward(&output, &mut back, Scale::Full)?;
        Ok((plan, is_close(&output, &self.expected) && is_close(&back, &self.input)))
    }

    /// A plan that is measured, and one that is remembered by a file.
    fn tunes(&self, options: PlanOptions) -> heffte::Result<bool> {
        let options = PlanOptions { tune: true, ..options };
        let file = self.root.with_extension("wisdom");
        // Rank 0 alone looks at it.
        let _ = fs::remove_file(&file);
        // SAFETY: the watchdogs are the only other threads, and they look at no variable.
        unsafe { std::env::set_var("HEFFTE_WISDOM", &file) };
        let both = || {
            let (measured, first) = self.transforms(options)?;
            let (remembered, second) = self.transforms(options)?;
            let is_remembered = [measured, remembered].map(|plan| plan.recipe().tuned().map(|way| way.is_remembered));
            Ok(first && second && is_remembered == [Some(false), Some(true)])
        };
        let result = both();
        // SAFETY: as above.
        unsafe { std::env::remove_var("HEFFTE_WISDOM") };
        let _ = fs::remove_file(&file);
        result
    }

    /// A trace of a plan and of two transforms. Whatever fails, nothing is traced afterwards.
    fn traces(&self, options: PlanOptions) -> heffte::Result<bool> {
        let traced = trace::start(self.comm, &self.root).and_then(|()| {
            let result = self.transforms(options);
            let stopped = trace::stop();
            result.and_then(|(_, is_right)| stopped.map(|()| is_right))
        });
        assert!(!trace::is_on(), "a trace went on");
        let file = |end: &str| {
            let mut name = self.root.clone().into_os_string();
            name.push(end);
            PathBuf::from(name)
        };
        let log = file(&format!("_{}.log", self.rank));
        let text = fs::read_to_string(&log).unwrap_or_default();
        let count =
            |name: &str| text.lines().filter(|line| line.get(..40).is_some_and(|text| text.trim() == name)).count();
        let mut is_whole = count("forward") == 1 && count("backward") == 1;
        if self.rank == 0 {
            let viewer = fs::read_to_string(file(".json")).unwrap_or_default();
            is_whole &= serde_json::from_str::<serde_json::Value>(&viewer).is_ok();
            [".json", ".txt"].iter().for_each(|end| _ = fs::remove_file(file(end)));
        }
        let _ = fs::remove_file(log);
        traced.map(|is_right| is_right && is_whole)
    }
}
