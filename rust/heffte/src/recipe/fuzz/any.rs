//! What ranks may ask for.

use proptest::prelude::*;
use proptest::sample::select;

use crate::axis::{AxisKind, R2rKind};
use crate::error::Error;
use crate::geometry::{Box3d, Order, proc_setup_min_surface, split_world};
use crate::options::{Participants, PlanOptions, Transport};
use crate::spec::Spec;

/// A problem as its ranks state it, and which of its recipes is wanted.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub size: [i64; 3],
    pub kinds: [AxisKind; 3],
    pub inboxes: Vec<Box3d>,
    pub outboxes: Vec<Box3d>,
    pub use_pencils: bool,
    pub transport: Transport,
    /// Who takes part in the stages between the boxes.
    pub participants: Who,
    pub ranks_per_node: usize,
    pub shares_memory: bool,
    /// The place of the recipe among the sound ones; the last if there are fewer.
    pub route: usize,
}

/// As [`Participants`], for all ranks at once.
#[derive(Debug, Clone)]
pub(super) enum Who {
    All,
    First(i64),
    Members(Vec<bool>),
}

impl Asked {
    pub fn specs(&self) -> Vec<Spec> {
        let options = |rank: usize| PlanOptions {
            use_pencils: self.use_pencils,
            transport: self.transport,
            participants: match &self.participants {
                Who::All => Participants::All,
                Who::First(n) => Participants::First(*n),
                Who::Members(members) => Participants::Member(members[rank]),
            },
            ..PlanOptions::default()
        };
        let boxes = self.inboxes.iter().zip(&self.outboxes).enumerate();
        let spec = |(rank, (inbox, outbox)): (usize, (&Box3d, &Box3d))| {
            Spec::c2c(*inbox, *outbox).with_kinds(self.kinds).with_options(options(rank))
        };
        boxes.map(spec).collect()
    }

    /// Whether it is right to refuse it with `error`.
    pub fn is_refused(&self, error: &Error) -> bool {
        let is_short = |(kind, size): (&AxisKind, &i64)| *kind == AxisKind::R2r(R2rKind::Cos1) && *size < 2;
        matches!(error, Error::LineTooShort { .. }) && self.kinds.iter().zip(&self.size).any(is_short)
    }

    /// Points along each axis after a forward transform.
    pub fn size_after(&self) -> [i64; 3] {
        size_after(self.size, self.kinds)
    }
}

fn size_after(size: [i64; 3], kinds: [AxisKind; 3]) -> [i64; 3] {
    std::array::from_fn(|d| if kinds[d] == AxisKind::R2c { size[d] / 2 + 1 } else { size[d] })
}

/// Few ranks with all sorts of boxes most of the time, up to 4096 now and then.
pub(super) fn any_asked() -> impl Strategy<Value = Asked> {
    let ranks = prop_oneof![60 => 1usize..9, 30 => 9usize..33, 9 => 33usize..129, 1 => 129usize..4097];
    let extent = prop_oneof![1 => Just(1i64), 8 => 1i64..12, 1 => select(vec![13i64, 16, 17, 19])];
    (ranks, prop::array::uniform3(extent), any_kinds()).prop_flat_map(|(ranks, size, kinds)| {
        let half = size_after(size, kinds);
        let transports = select(vec![Transport::Alltoallv, Transport::Alltoall, Transport::P2p, Transport::P2pPlined]);
        let route = prop_oneof![Just(0), 0usize..40];
        let options = (any::<bool>(), transports, any_who(ranks), 1..=ranks, any::<bool>(), route);
        (any_boxes(size, ranks), any_boxes(half, ranks), options).prop_map(move |(inboxes, outboxes, options)| {
            let (use_pencils, transport, participants, ranks_per_node, shares_memory, route) = options;
            #[rustfmt::skip]
            let asked = Asked {
                size, kinds, inboxes, outboxes, use_pencils, transport, participants, ranks_per_node, shares_memory, route,
            };
            asked
        })
    })
}

fn any_kinds() -> impl Strategy<Value = [AxisKind; 3]> {
    let others: Vec<AxisKind> = AxisKind::ALL.into_iter().filter(|kind| *kind != AxisKind::R2c).collect();
    let mixed = prop::array::uniform3(select(others));
    let halved = |kinds: [AxisKind; 3], axis: usize| {
        let mut kinds = kinds;
        kinds[axis] = AxisKind::R2c;
        kinds
    };
    prop_oneof![
        3 => Just([AxisKind::C2c; 3]),
        3 => (0usize..3).prop_map(move |axis| halved([AxisKind::C2c; 3], axis)),
        2 => mixed.clone(),
        2 => (mixed, 0usize..3).prop_map(move |(kinds, axis)| halved(kinds, axis)),
    ]
}

fn any_who(ranks: usize) -> impl Strategy<Value = Who> {
    prop_oneof![
        4 => Just(Who::All),
        1 => (1..=ranks as i64).prop_map(Who::First),
        1 => prop::collection::vec(any::<bool>(), ranks).prop_map(Who::Members),
    ]
}

/// Boxes of `ranks` ranks that tile a world: bricks of a grid, or halves of halves dealt in any order, some of them empty.
fn any_boxes(size: [i64; 3], ranks: usize) -> impl Strategy<Value = Vec<Box3d>> {
    let orders = select(vec![[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]);
    let order = orders.prop_map(|dimensions| Order::new(dimensions, "box").expect("all six are permutations"));
    let cuts = prop::collection::vec((any::<u16>(), 0usize..3, any::<u16>()), ranks - 1);
    let halves = (cuts, prop::collection::vec(any::<u16>(), ranks), order.clone())
        .prop_map(move |(cuts, keys, order)| dealt(halved_again(Box3d::of_size(size), &cuts), &keys, order));
    let bricks = (0usize..3, order).prop_map(move |(whole, order)| bricks(size, ranks, whole, order));
    // Many boxes of a small world would be empty but for a few.
    if ranks > 128 { bricks.boxed() } else { prop_oneof![3 => halves, 1 => bricks].boxed() }
}

/// One box cut again and again: which, along which axis, and where; where there is nothing to cut, the rest is empty.
fn halved_again(world: Box3d, cuts: &[(u16, usize, u16)]) -> Vec<Box3d> {
    let mut boxes = vec![world];
    for &(which, axis, at) in cuts {
        let count = boxes.len();
        let lower = &mut boxes[usize::from(which) % count];
        let mut upper = *lower;
        let extent = lower.size()[axis].max(1);
        let cut = lower.low[axis] + i64::from(at) % extent;
        if !lower.is_empty() {
            (lower.high[axis], upper.low[axis]) = (cut, cut + 1);
        }
        boxes.push(upper);
    }
    boxes
}

fn dealt(boxes: Vec<Box3d>, keys: &[u16], order: Order) -> Vec<Box3d> {
    let mut keyed: Vec<(u16, Box3d)> = keys.iter().copied().zip(boxes).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, b)| b.with_order(order)).collect()
}

/// Bricks that are whole along an axis, for as many ranks as the world has room for; the others have none.
fn bricks(size: [i64; 3], ranks: usize, whole: usize, order: Order) -> Vec<Box3d> {
    let mut flat = size;
    flat[whole] = 1;
    let points = flat.iter().product::<i64>() as usize;
    let mut grid = proc_setup_min_surface(&Box3d::of_size(flat), ranks.min(points));
    grid.iter_mut().zip(flat).for_each(|(parts, extent)| *parts = (*parts).min(extent));
    let mut boxes = split_world(&Box3d::of_size(size), grid);
    boxes.resize(ranks, Box3d::empty());
    boxes.into_iter().map(|b| b.with_order(order)).collect()
}
