//! What ranks tell each other before they act.

use super::Comm;

/// `[size − lowest failed rank or 0, signature, −signature]`, to be reduced
/// by maximum.
pub(super) struct Words(pub(super) [i64; Words::COUNT]);

impl Words {
    /// The number of words.
    pub const COUNT: usize = 3;

    pub fn new(comm: &Comm, failed: bool, signature: i64) -> Words {
        let urgency = if failed { (comm.size() - comm.rank()) as i64 } else { 0 };
        Words([urgency, signature, -signature])
    }

    pub fn failed_rank(&self, comm: &Comm) -> Option<usize> {
        (self.0[0] > 0).then(|| comm.size() - self.0[0] as usize)
    }
}
