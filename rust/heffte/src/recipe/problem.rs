//! The problem as all ranks together state it.

use std::sync::Arc;

use super::Assembly;
use super::survey::Survey;
use crate::axis::{AxisKind, Domain};
use crate::error::{Error, Result};
use crate::geometry::{Box3d, Distribution};
use crate::options::{Participants, Transport};
use crate::spec::Spec;

/// The boxes of all ranks, checked, and what is to happen to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Number of ranks.
    pub ranks: usize,
    /// All points before a forward transform.
    pub world_in: Box3d,
    /// All points after it.
    pub world_out: Box3d,
    /// Who holds what before.
    pub inboxes: Distribution,
    /// Who holds what after.
    pub outboxes: Distribution,
    /// What happens along each axis.
    pub kinds: [AxisKind; 3],
    /// How data travels.
    pub transport: Transport,
    /// Whether a stage between the boxes transforms one axis only.
    pub use_pencils: bool,
    /// The ranks of the stages between the boxes, ascending; `None` stands for all.
    pub members: Option<Arc<[usize]>>,
}

impl Problem {
    /// The problem that the specs of all ranks make together, as every rank finds it.
    ///
    /// # Errors
    /// Whatever is wrong with the boxes, and [`Error::Disagreement`] where ranks want different things.
    pub fn new(specs: &[Spec]) -> Result<Problem> {
        Problem::of(specs, &specs[0])
    }

    /// The problem of an assembly of ranks; `spec` is that of one of them. Collective, where asking is.
    ///
    /// # Errors
    /// As for [`Problem::new`], the same on all ranks; [`Error::Mpi`].
    pub fn of(assembly: &(impl Assembly + ?Sized), spec: &Spec) -> Result<Problem> {
        let Some(Survey { worlds, distributions, members }) = Survey::take(assembly, spec)? else {
            let specs = assembly.specs()?;
            return Err(disagreement(&specs).expect_err("some rank wants something else"));
        };
        let [world_in, world_out] = worlds;
        let [inboxes, outboxes] = distributions;
        check_worlds(spec, world_in, world_out)?;
        check_lengths(spec, world_in)?;
        Ok(Problem {
            ranks: assembly.ranks(),
            world_in,
            world_out,
            inboxes,
            outboxes,
            kinds: spec.kinds,
            transport: spec.options.transport,
            use_pencils: spec.options.use_pencils,
            members: participants(spec.options.participants, members, assembly.ranks())?,
        })
    }

    /// The numbers in which a plan for it works.
    #[must_use]
    pub fn domain(&self) -> Domain {
        Domain::of(&self.kinds)
    }

    /// Axes with a lower number are transformed before those with a higher one, forward: real data is there before the axis that
    /// halves it is transformed, and complex data after that.
    pub(super) fn turn(&self, axis: usize) -> u8 {
        match self.kinds[axis] {
            _ if self.domain() != Domain::R2c => 0,
            AxisKind::Identity | AxisKind::R2r(_) => 0,
            AxisKind::R2c => 1,
            AxisKind::C2c => 2,
        }
    }

    /// The axis that halves real data, if there is one.
    #[must_use]
    pub fn r2c_axis(&self) -> Option<usize> {
        self.kinds.iter().position(|kind| *kind == AxisKind::R2c)
    }

    /// The axes along which something happens: neither identities nor complex lines of one point, which are.
    pub fn transformed_axes(&self) -> Vec<usize> {
        let is_trivial = |axis: usize| match self.kinds[axis] {
            AxisKind::Identity => true,
            AxisKind::C2c => self.world_in.size()[axis] == 1,
            AxisKind::R2c | AxisKind::R2r(_) => false,
        };
        (0..3).filter(|&axis| !is_trivial(axis)).collect()
    }

    /// The number of ranks in the stages between the boxes.
    #[must_use]
    pub fn participants(&self) -> usize {
        self.members.as_ref().map_or(self.ranks, |members| members.len())
    }
}

/// # Errors
/// The first thing on which ranks disagree, and who does.
fn disagreement(specs: &[Spec]) -> Result<()> {
    must_agree(specs, "the backend", |s| s.backend.name().to_owned())?;
    must_agree(specs, "the r2c direction", |s| s.r2c_axis().map_or("none (c2c)".to_owned(), |a| a.to_string()))?;
    must_agree(specs, "the kinds of the axes", |s| s.kinds.map(AxisKind::name).join(", "))?;
    must_agree(specs, "whether backward transforms are doubled", |s| s.doubles_backward.to_string())?;
    must_agree(specs, "the reshape algorithm", |s| s.options.transport.name().to_owned())?;
    must_agree(specs, "use_pencils", |s| s.options.use_pencils.to_string())?;
    must_agree(specs, "the participants", |s| match s.options.participants {
        Participants::All => "all ranks".to_owned(),
        Participants::First(n) => format!("the first {n} ranks"),
        Participants::Member(_) => "a sub-communicator".to_owned(),
    })?;
    must_agree(specs, "use_shared_memory (or HEFFTE_SHARED_MEMORY)", |s| s.options.use_shared_memory.to_string())?;
    must_agree(specs, "tune (or HEFFTE_TUNE)", |s| s.options.tune.to_string())?;
    must_agree(specs, "the count limit", |s| s.options.count_limit.to_string())
}

/// # Errors
/// [`Error::Disagreement`] where `value` is not the same on all ranks.
fn must_agree(specs: &[Spec], what: &'static str, value: impl Fn(&Spec) -> String) -> Result<()> {
    let first = value(&specs[0]);
    match specs.iter().position(|spec| value(spec) != first) {
        None => Ok(()),
        Some(other) => Err(Error::Disagreement { what, ranks: (0, other), first, second: value(&specs[other]) }),
    }
}

fn check_worlds(spec: &Spec, world: Box3d, found: Box3d) -> Result<()> {
    let axis = spec.r2c_axis();
    let expected = axis.map_or(world, |axis| world.r2c(axis));
    if found.same_points(&expected) {
        return Ok(());
    }
    let (transform, remedy) = match axis {
        None => (
            format!("{} transform", spec.domain().name()),
            "divide the same world on both sides, and give each rank its boxes of both".to_owned(),
        ),
        Some(axis) => (
            format!("r2c transform in direction {axis}"),
            format!("divide r2c({axis}) of the world, which is shorter there, and give each rank its box of it"),
        ),
    };
    Err(Error::WorldsDiffer { transform, world, expected, found, remedy })
}

/// # Errors
/// [`Error::LineTooShort`] where there is no such transform of so few points.
fn check_lengths(spec: &Spec, world: Box3d) -> Result<()> {
    for (axis, kind) in spec.kinds.into_iter().enumerate() {
        let (length, least) = (world.size()[axis], kind.least_length());
        if length < least {
            return Err(Error::LineTooShort { axis, kind: kind.name(), length, least });
        }
    }
    Ok(())
}

/// The ranks of the stages between the boxes, if these are not all; `members` are those that say so of themselves.
fn participants(wanted: Participants, members: Vec<usize>, size: usize) -> Result<Option<Arc<[usize]>>> {
    let members: Arc<[usize]> = match wanted {
        Participants::All => return Ok(None),
        Participants::First(given) => match usize::try_from(given) {
            Ok(n) if (1..=size).contains(&n) => (0..n).collect(),
            _ => return Err(Error::Subranks { given, size }),
        },
        // A null communicator on every rank restricts nobody: programs for heFFTe pass it, and get their results there.
        Participants::Member(_) if members.is_empty() => return Ok(None),
        Participants::Member(_) => members.into(),
    };
    Ok((members.len() < size).then_some(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::split_world;

    fn specs(ranks: i64) -> Vec<Spec> {
        let boxes = split_world(&Box3d::of_size([4, 4, 4]), [1, 1, ranks]);
        boxes.into_iter().map(|b| Spec::c2c(b, b)).collect()
    }

    #[test]
    fn a_disagreement_names_both_ranks_and_both_values() {
        let mut specs = specs(3);
        specs[2].options.transport = Transport::P2p;
        let error = Problem::new(&specs).unwrap_err().to_string();
        assert!(error.contains("ranks 0 and 2") && error.contains("alltoallv") && error.contains("p2p"), "{error}");
    }

    #[test]
    fn outboxes_of_an_r2c_plan_must_fill_the_half_world() {
        let mut specs = specs(1);
        specs[0].kinds[1] = AxisKind::R2c;
        let error = Problem::new(&specs).unwrap_err();
        assert!(matches!(&error, Error::WorldsDiffer { expected, .. } if expected.size() == [4, 3, 4]), "{error}");
        assert!(
            error
                .to_string()
                .ends_with("divide r2c(1) of the world, which is shorter there, and give each rank its box of it")
        );
        specs[0].outbox = specs[0].inbox.r2c(1);
        assert!(Problem::new(&specs).is_ok());
    }

    #[test]
    fn participants_are_counted_and_refused() {
        let with = |participants: [Participants; 2]| {
            let mut specs = specs(2);
            for (spec, p) in specs.iter_mut().zip(participants) {
                spec.options.participants = p;
            }
            Problem::new(&specs).map(|problem| problem.participants())
        };
        assert_eq!(with([Participants::First(1); 2]), Ok(1));
        assert_eq!(with([Participants::First(3); 2]), Err(Error::Subranks { given: 3, size: 2 }));
        assert_eq!(with([Participants::First(0); 2]), Err(Error::Subranks { given: 0, size: 2 }));
        assert_eq!(with([Participants::Member(false), Participants::Member(true)]), Ok(1));
        assert_eq!(with([Participants::Member(false); 2]), Ok(2));
    }
}
