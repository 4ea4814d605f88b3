//! What all ranks together find out about what each of them wants.

use crate::error::Result;
use crate::spec::Spec;

/// Ranks with a spec each, which can ask questions of all of them at once.
///
/// On a communicator each question is a collective call; a slice of all ranks' specs answers without one.
pub trait Assembly {
    /// The number of ranks.
    fn ranks(&self) -> usize;

    /// The largest value that any rank has for each of `count` words. `say` fills in those of the rank that it is given;
    /// what it leaves alone counts as less than anything.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`].
    fn max(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [i64])) -> Result<Vec<i64>>;

    /// The bits that any rank sets in `count` words.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`].
    fn union(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [u64])) -> Result<Vec<u64>>;

    /// The specs of all ranks, in rank order: much to carry for many ranks.
    ///
    /// # Errors
    /// [`crate::Error::Mpi`].
    fn specs(&self) -> Result<Vec<Spec>>;
}

impl Assembly for [Spec] {
    fn ranks(&self) -> usize {
        self.len()
    }

    fn max(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [i64])) -> Result<Vec<i64>> {
        let mut most = vec![i64::MIN; count];
        let mut own = most.clone();
        for (rank, spec) in self.iter().enumerate() {
            own.fill(i64::MIN);
            say(rank, spec, &mut own);
            most.iter_mut().zip(&own).for_each(|(most, own)| *most = (*most).max(*own));
        }
        Ok(most)
    }

    fn union(&self, count: usize, say: &dyn Fn(usize, &Spec, &mut [u64])) -> Result<Vec<u64>> {
        let mut all = vec![0; count];
        // Bits are only ever set, so that all can write to the same words.
        self.iter().enumerate().for_each(|(rank, spec)| say(rank, spec, &mut all));
        Ok(all)
    }

    fn specs(&self) -> Result<Vec<Spec>> {
        Ok(self.to_vec())
    }
}
