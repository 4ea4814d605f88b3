//! The ranks on this rank's node, where a plan's ranks are on several: what leaves for them is read where it lies.

use std::sync::Arc;

use crate::comm::{Comm, Node};
use crate::error::Result;
use crate::exchange::{Schedule, Side, SidePiece};
use crate::options::Direction;
use crate::recipe::Recipe;
use crate::trace::{self, What};

/// The ranks on this rank's node.
pub(super) struct Vicinity {
    pub comm: Comm,
    pub node: Node,
    /// The rank in `comm` of each rank of the plan that is on the node.
    index: Vec<Option<usize>>,
    /// Exchanges that all ranks of the node have met for. Areas are used in turn: a rank that writes for one exchange while
    /// others still read for the one before does not disturb them, and nobody comes to that one's end before all have read
    /// what was there two exchanges ago.
    exchanges: usize,
    /// For each exchange, where each piece that arrives on its near and on its far side begins in the packed side of its rank.
    offsets: Vec<[Vec<usize>; 2]>,
}

impl Vicinity {
    /// The ranks of `local`, which are on the node of this one, with room for the messages of `schedules`. Collective over all
    /// ranks of the plan.
    ///
    /// # Errors
    /// Why there is no room, on any node; the same on all ranks.
    pub fn new(comm: &Comm, local: Comm, recipe: &Recipe, schedules: &[Schedule]) -> Result<Vicinity> {
        let slots = schedules.iter().enumerate().map(|(index, schedule)| {
            let len = schedule.near.len.max(schedule.far.len);
            if recipe.is_real_after(index) { len.div_ceil(2) } else { len }
        });
        let area_len = slots.max().unwrap_or(0);
        let element = recipe.problem().domain().usual().size();
        let found = Node::find(&local, [area_len; 2], element, true, comm.rank() as i64);
        let (node, ranks) = comm.agree(found)?;
        let mut index = vec![None; comm.size()];
        for (position, rank) in ranks.into_iter().enumerate() {
            index[rank as usize] = Some(position);
        }
        let offsets =
            (0..schedules.len()).map(|exchange| offsets(recipe, exchange, &schedules[exchange], comm, &index));
        let offsets = offsets.collect();
        Ok(Vicinity { comm: local, node, index, exchanges: 0, offsets })
    }

    /// Whether each rank of the plan is on the node.
    pub fn near_by(&self) -> Arc<[bool]> {
        self.index.iter().map(Option::is_some).collect()
    }

    /// Where what leaves this rank in the next exchange lies.
    pub fn leaving(&self) -> *mut u8 {
        self.node.area(self.comm.rank(), self.exchanges % 2)
    }

    /// Where, in the exchange that ranks have just met for, the packed side of `rank` lies, if it is on the node.
    pub fn arriving(&self, rank: usize) -> Option<*mut u8> {
        self.index[rank].map(|index| self.node.area(index, (self.exchanges + 1) % 2))
    }

    /// Where the pieces that arrive by an exchange begin in the packed sides of their ranks, in elements.
    pub fn offsets(&self, exchange: usize, direction: Direction) -> &[usize] {
        &self.offsets[exchange][usize::from(direction == Direction::Forward)]
    }

    /// Waits until what leaves all ranks of the node is there.
    pub fn meet(&mut self) {
        let _span = trace::span(|| What::Meeting);
        self.node.meet(&self.comm);
        self.exchanges += 1;
    }
}

/// Where the pieces that arrive here, on the near and on the far side, begin in the packed sides of their ranks; 0 for ranks of
/// other nodes.
fn offsets(
    recipe: &Recipe,
    exchange: usize,
    schedule: &Schedule,
    comm: &Comm,
    index: &[Option<usize>],
) -> [Vec<usize>; 2] {
    let pair = &recipe.stages()[exchange..exchange + 2];
    let of = |rank: usize| {
        index[rank].map(|_| Schedule::between(&pair[0].after, &pair[1].before, rank, recipe.inner_order()))
    };
    let begins = |arriving: &Side, far_leaves: bool| {
        let begin = |piece: &SidePiece| {
            let theirs = of(piece.rank)?;
            let side = if far_leaves { theirs.far } else { theirs.near };
            side.pieces.iter().find(|piece| piece.rank == comm.rank()).map(|piece| piece.offset)
        };
        arriving.pieces.iter().map(|piece| begin(piece).unwrap_or(0)).collect()
    };
    [begins(&schedule.near, true), begins(&schedule.far, false)]
}
