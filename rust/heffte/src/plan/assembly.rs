//! Asking all ranks of a communicator what they want.

use crate::comm::Comm;
use crate::error::Result;
use crate::recipe::{Assembly, Machine, Problem};
use crate::spec::{SPEC_WORDS, Spec};
use crate::trace;

/// Ranks that are few enough to tell each other everything in one call. Many ranks ask questions, whose answers do not
/// grow with their number.
const FEW: usize = 64;

/// What all ranks know after they were asked.
pub(super) struct Known {
    pub spec: Spec,
    pub problem: Problem,
    pub nodes: Nodes,
    /// Whether this rank is to join others in a trace; none where no rank is.
    pub is_waiting: Option<bool>,
}

/// Finds out what all ranks of `comm` want together, and where they are. Collective.
///
/// # Errors
/// What any rank finds wrong, the same on all.
pub(super) fn ask(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    if comm.size() > FEW {
        return question(comm, spec);
    }
    let local = comm.split_node(None);
    let is_waiting = trace::is_waiting();
    let words = comm.agree_and_gather(spec.and_then(|spec| {
        let local = local.as_ref().map_err(Clone::clone)?;
        let mut words = [0; SPEC_WORDS + 2];
        words[..SPEC_WORDS].copy_from_slice(&spec.to_words());
        words[SPEC_WORDS..].copy_from_slice(&[local.size() as i64, i64::from(is_waiting)]);
        Ok(words)
    }))?;
    let local = local?;
    let spec_of = |words: &[i64; SPEC_WORDS + 2]| Spec::from_words(words.first_chunk().expect("it is longer"));
    let specs: Vec<Spec> = words.iter().map(spec_of).collect::<Result<_>>()?;
    let (problem, spec) = (Problem::new(&specs)?, specs[comm.rank()]);
    let on_node = || words.iter().map(|words| words[SPEC_WORDS] as usize);
    let (least, most) = (on_node().min().unwrap_or(1), on_node().max().unwrap_or(1));
    let nodes = Nodes::new(comm, local, least, most).pretended(comm, &spec)?;
    let is_waiting = words.iter().any(|words| words[SPEC_WORDS + 1] != 0).then_some(is_waiting);
    Ok(Known { spec, problem, nodes, is_waiting })
}

/// The same by the questions of [`Assembly`].
pub(super) fn question(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    let spec = comm.agree(spec)?;
    let problem = Problem::of(&Apart { comm, spec }, &spec)?;
    let is_waiting = trace::is_waiting();
    let (nodes, any) = Nodes::find(comm, &spec, i64::from(is_waiting))?;
    Ok(Known { spec, problem, nodes, is_waiting: (any != 0).then_some(is_waiting) })
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
    /// Finds out where the ranks of `comm` are. On the way, ranks learn the largest `word` of any. Collective.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`].
    pub fn find(comm: &Comm, spec: &Spec, word: i64) -> Result<(Nodes, i64)> {
        let local = comm.split_node(None);
        let size = local.as_ref().map_or(0, |local| local.size() as i64);
        let most = comm.max(&[size, -size, word, i64::from(local.is_err())])?;
        // There is no need to agree but where a rank has an error.
        let local = if most[3] == 0 { local } else { comm.agree(local) }?;
        Ok((Nodes::new(comm, local, -most[1] as usize, most[0] as usize).pretended(comm, spec)?, most[2]))
    }

    /// With the least and the most ranks of any node.
    fn new(comm: &Comm, local: Comm, least: usize, most: usize) -> Nodes {
        let machine = Machine { ranks_per_node: least, shares_memory: false };
        Nodes { local, is_one: least == comm.size(), is_apart: most == 1, machine }
    }

    /// The nodes that are to be pretended, if any are. Collective.
    fn pretended(self, comm: &Comm, spec: &Spec) -> Result<Nodes> {
        if spec.options.pretended_node == 0 {
            return Ok(self);
        }
        let local = comm.agree(comm.split_node(Some(spec.options.pretended_node)))?;
        let size = local.size() as i64;
        let most = comm.max(&[size, -size])?;
        Ok(Nodes { is_one: -most[1] as usize == comm.size(), is_apart: most[0] == 1, local, ..self })
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
