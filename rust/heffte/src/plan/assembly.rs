//! Asking all ranks of a communicator what they want.

use crate::comm::Comm;
use crate::error::Result;
use crate::recipe::{Assembly, Machine, Problem};
use crate::spec::{SPEC_WORDS, Spec};

/// Ranks that are few enough to tell each other everything in one call. Many ranks ask questions, whose answers do not
/// grow with their number.
const FEW: usize = 64;

/// What all ranks know after they were asked.
pub(super) struct Known {
    pub spec: Spec,
    pub problem: Problem,
    pub machine: Machine,
    pub nodes: Nodes,
}

/// The nodes of the ranks.
pub(super) struct Nodes {
    /// The ranks on this one's node; none where there is one rank.
    pub local: Option<Comm>,
    /// The most ranks on any node.
    pub largest: usize,
}

impl Nodes {
    /// Collective. A rank without a spec takes nodes as they are.
    fn find(comm: &Comm, spec: &Result<Spec>) -> Result<Nodes> {
        if comm.size() == 1 {
            return Ok(Nodes { local: None, largest: 1 });
        }
        let pretended = spec.as_ref().map_or(0, |spec| spec.options.pretended_node);
        let local = comm.split_node((pretended > 0).then_some(pretended))?;
        let largest = local.size();
        Ok(Nodes { local: Some(local), largest })
    }
}

/// Finds out what all ranks of `comm` want together. Collective.
///
/// # Errors
/// What any rank finds wrong, the same on all.
pub(super) fn ask(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    if comm.size() <= FEW { tell_all(comm, spec) } else { question(comm, spec) }
}

/// Everybody's words to everybody.
fn tell_all(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    let nodes = Nodes::find(comm, &spec)?;
    let on_node = nodes.largest;
    let words = spec.map(|spec| {
        let mut words = [0; SPEC_WORDS + 1];
        words[..SPEC_WORDS].copy_from_slice(&spec.to_words());
        words[SPEC_WORDS] = on_node as i64;
        words
    });
    let words = comm.agree_and_gather(words)?;
    let specs: Vec<Spec> = words
        .iter()
        .map(|words| Spec::from_words(words.first_chunk().expect("it is longer")))
        .collect::<Result<_>>()?;
    let on_nodes = || words.iter().map(|words| words[SPEC_WORDS] as usize);
    let (ranks_per_node, largest) = (on_nodes().min().unwrap_or(1), on_nodes().max().unwrap_or(1));
    let problem = Problem::new(&specs)?;
    let spec = specs[comm.rank()];
    let machine = Machine { ranks_per_node, shares_memory: spec.options.use_shared_memory };
    Ok(Known { spec, problem, machine, nodes: Nodes { largest, ..nodes } })
}

/// By the questions of [`Assembly`].
pub(super) fn question(comm: &Comm, spec: Result<Spec>) -> Result<Known> {
    let nodes = Nodes::find(comm, &spec)?;
    let on_node = nodes.largest as i64;
    let spec = comm.agree(spec)?;
    let problem = Problem::of(&Apart { comm, spec }, &spec)?;
    let most = comm.max(&[-on_node, on_node])?;
    let (ranks_per_node, largest) = (-most[0] as usize, most[1] as usize);
    let machine = Machine { ranks_per_node, shares_memory: spec.options.use_shared_memory };
    Ok(Known { spec, problem, machine, nodes: Nodes { largest, ..nodes } })
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
