//! One transform: what it is asked to do, and whether it can.

use super::Plan;
use crate::array::{ElementType, RawArray};
use crate::axis::Domain;
use crate::error::{Error, Result};
use crate::options::{Direction, Scale};

/// One collective transform, as the language borders ask for it.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Which way.
    pub direction: Direction,
    /// What is read: `batch` inboxes forward, outboxes backward.
    pub input: RawArray,
    /// What is written: `batch` outboxes forward, inboxes backward. May be the input itself.
    pub output: RawArray,
    /// Room for [`Plan::size_workspace`] elements for each transform of the batch; `None` for the plan's own.
    pub workspace: Option<RawArray>,
    /// The number of transforms, whose arrays lie one after the other.
    pub batch: usize,
    /// The factor for the result.
    pub scale: Scale,
    /// The stream of the device on which a plan that has one does its work: a `cudaStream_t` or `hipStream_t`; 0 is the default one.
    pub stream: usize,
}

/// A signature has the direction in bit 0, the output's type in bits 1 and 2, the input's in 3 and 4, the scale in 5
/// and 6, and the batch above.
const BATCH_SHIFT: u32 = 7;

impl Call {
    /// A single transform with the plan's own workspace.
    #[must_use]
    pub fn new(direction: Direction, input: RawArray, output: RawArray, scale: Scale) -> Call {
        Call { direction, input, output, workspace: None, batch: 1, scale, stream: 0 }
    }

    /// The array of the inbox side and the array of the outbox side.
    pub(super) fn near_and_far(&self) -> (RawArray, RawArray) {
        match self.direction {
            Direction::Forward => (self.input, self.output),
            Direction::Backward => (self.output, self.input),
        }
    }

    /// What must be the same on all ranks, as a number; [`describe`] reads it.
    pub(super) fn signature(&self) -> i64 {
        let direction = i64::from(self.direction == Direction::Backward);
        (self.batch as i64) << BATCH_SHIFT
            | (self.scale as i64) << 5
            | (self.input.element as i64) << 3
            | (self.output.element as i64) << 1
            | direction
    }

    /// What can be found wrong with the call on this rank alone.
    pub(super) fn check(&self, plan: &Plan) -> Result<()> {
        self.check_elements(plan)?;
        let (input, output) = match self.direction {
            Direction::Forward => (plan.size_inbox(), plan.size_outbox()),
            Direction::Backward => (plan.size_outbox(), plan.size_inbox()),
        };
        let (near, far) = (("inbox", plan.inbox()), ("outbox", plan.outbox()));
        let (from, to) = if self.direction == Direction::Forward { (near, far) } else { (far, near) };
        let reason = |(name, held): (&str, crate::geometry::Box3d)| match self.batch {
            1 => format!(" for the {name} {held}"),
            batch => format!(" for a batch of {batch} times the {name} {held}"),
        };
        check_array("input", &self.input, input, self.batch, || reason(from))?;
        check_array("output", &self.output, output, self.batch, || reason(to))?;
        let Some(workspace) = &self.workspace else { return Ok(()) };
        let expected = plan.working(self);
        if workspace.element != expected {
            return Err(Error::WorkspaceElements { given: workspace.element.name(), expected: expected.name() });
        }
        check_array("workspace", workspace, plan.size_workspace(), self.batch, || {
            " (size_workspace for each transform of the batch)".to_owned()
        })?;
        let needed = plan.size_workspace();
        for (array, other, count) in [("input", &self.input, input), ("output", &self.output, output)] {
            if overlaps((workspace, needed * self.batch), (other, count * self.batch)) {
                return Err(Error::WorkspaceOverlap { array });
            }
        }
        Ok(())
    }

    /// That the plan transforms the input's elements to the output's.
    fn check_elements(&self, plan: &Plan) -> Result<()> {
        let (near, far) = self.near_and_far();
        let domain = plan.domain();
        let fits = match domain {
            Domain::C2c => far.element == near.element.to_complex(),
            Domain::R2c => far.element == near.element.to_complex() && !near.element.is_complex(),
            Domain::R2r => far.element == near.element,
        };
        if fits {
            return Ok(());
        }
        Err(Error::Elements {
            direction: self.direction.name(),
            plan: domain.name(),
            input: self.input.element.name(),
            output: self.output.element.name(),
            expected: match (domain, self.direction) {
                (Domain::R2c, Direction::Forward) => "float32 to complex64 or float64 to complex128",
                (Domain::R2c, Direction::Backward) => "complex64 to float32 or complex128 to float64",
                (Domain::C2c, Direction::Forward) => {
                    "float32 or complex64 to complex64, or float64 or complex128 to complex128"
                }
                (Domain::C2c, Direction::Backward) => {
                    "complex64 to float32 or complex64, or complex128 to float64 or complex128"
                }
                (Domain::R2r, _) => "float32, float64, complex64 or complex128 for both",
            },
        })
    }
}

/// A signature in words.
pub(super) fn describe(signature: i64) -> String {
    const TYPES: [ElementType; 4] =
        [ElementType::Float32, ElementType::Float64, ElementType::Complex64, ElementType::Complex128];
    const SCALES: [&str; 4] = ["none", "full", "symmetric", "?"];
    let name = |shift: u32| TYPES[(signature >> shift & 3) as usize].name();
    let direction = if signature & 1 == 0 { Direction::Forward } else { Direction::Backward };
    format!(
        "{} from {} to {} with batch {} and scale {}",
        direction.name(),
        name(3),
        name(1),
        signature >> BATCH_SHIFT,
        SCALES[(signature >> 5 & 3) as usize]
    )
}

fn check_array(
    array: &'static str,
    given: &RawArray,
    count: usize,
    batch: usize,
    reason: impl Fn() -> String,
) -> Result<()> {
    let expected = count.saturating_mul(batch);
    if given.address.is_null() && expected > 0 {
        return Err(Error::Null { array, expected, reason: reason() });
    }
    match given.len {
        Some(len) if len < expected => Err(Error::Length { array, given: len, expected, reason: reason() }),
        _ => Ok(()),
    }
}

/// Whether two arrays of so many elements share memory.
pub(super) fn overlaps(a: (&RawArray, usize), b: (&RawArray, usize)) -> bool {
    let range = |(array, count): (&RawArray, usize)| {
        let begin = array.address as usize;
        begin..begin + count * array.element.size()
    };
    let (a, b) = (range(a), range(b));
    a.start < b.end && b.start < a.end
}
