//! Asking all ranks of a communicator what they want.

use crate::comm::Comm;
use crate::error::Result;
use crate::recipe::{Assembly, Machine, Problem};
use crate::spec::Spec;

/// Ranks that are few enough to tell each other everything in one call. Many ranks ask questions, whose answers do not
/// grow with their number.
const FEW: usize = 64;

/// What all ranks know after they were asked.
pub(super) struct Known {
    pub spec: Spec,
    pub problem: Problem,
}

/// Finds out what all ranks of `comm` want together. Collective.
///
/// # Errors
/// What any rank finds wrong, the same on all.
pub(super) fn ask(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    if comm.size() > FEW {
        return question(comm, spec);
    }
    let words = comm.agree_and_gather(spec.map(Spec::to_words))?;
    let specs: Vec<Spec> = words.iter().map(Spec::from_words).collect::<Result<_>>()?;
    Ok(Known { spec: specs[comm.rank()], problem: Problem::new(&specs)? })
}

/// The same by the questions of [`Assembly`].
pub(super) fn question(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    let spec = comm.agree(spec)?;
    Ok(Known { spec, problem: Problem::of(&Apart { comm, spec }, &spec)? })
}

/// Where the ranks are.
pub(super) struct Nodes {
    /// The ranks on this one's node.
    pub local: Comm,
    /// Whether all ranks are on one node.
    pub is_one: bool,
    /// Whether each is on a node of its own.
    pub is_apart: bool,
    /// What costs, and so routes, depend on: the nodes that there are, even where others are pretended.
    pub machine: Machine,
}

impl Nodes {
    /// Finds out where the ranks of `comm` are. Collective.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`].
    pub fn find(comm: &Comm, spec: &Spec) -> Result<Nodes> {
        let real = comm.split_node(None)?;
        let on_node = real.size() as i64;
        let local = match spec.options.pretended_node {
            0 => real,
            ranks => comm.split_node(Some(ranks))?,
        };
        let size = local.size() as i64;
        let most = comm.max(&[size, -size, -on_node])?;
        let machine = Machine { ranks_per_node: -most[2] as usize, shares_memory: false };
        Ok(Nodes { local, is_one: -most[1] as usize == comm.size(), is_apart: most[0] == 1, machine })
    }
}

/// Ranks with a spec each, of which this one knows its own.
struct Apart<'a> {
    comm: &'a Comm,
    spec: Spec,
}

impl Assembly for Apart<'_> {
    fn ranks(&self) -> usize {
        self.comm.size()
    }

    fn max(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [i64])) -> Result<Vec<i64>> {
        let mut words = vec![i64::MIN; count];
        say(self.comm.rank(), &self.spec, &mut words);
        self.comm.max(&words)
    }

    fn union(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [u64])) -> Result<Vec<u64>> {
        let mut words = vec![0; count];
        say(self.comm.rank(), &self.spec, &mut words);
        self.comm.union(&words)
    }

    fn specs(&self) -> Result<Vec<Spec>> {
        let words = self.comm.all_gather(self.spec.to_words())?;
        words.iter().map(Spec::from_words).collect()
    }
}
