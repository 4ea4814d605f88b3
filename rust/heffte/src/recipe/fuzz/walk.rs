//! A recipe followed point by point: each rank holds the numbers of its points in place of their values.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::any::Asked;
use crate::axis::AxisKind;
use crate::exchange::{Schedule, Side};
use crate::geometry::{Box3d, Distribution};
use crate::options::{Direction, Transport};
use crate::recipe::{Recipe, Stage};

type Checked = Result<(), TestCaseError>;

/// No point is where this is.
const NOBODY: u32 = u32::MAX;

/// What each rank holds: the numbers of the points of its box, in the recipe's order.
type Held = Vec<Vec<u32>>;

pub(super) struct Walk<'a> {
    recipe: &'a Recipe,
    asked: &'a Asked,
}

impl Walk<'_> {
    pub fn of<'a>(recipe: &'a Recipe, asked: &'a Asked) -> Walk<'a> {
        Walk { recipe, asked }
    }

    pub fn check(&self) -> Checked {
        self.begins_and_ends_at_the_callers_boxes()?;
        self.transforms_each_axis_once_in_turn()?;
        let stages = self.recipe.stages();
        for (index, stage) in stages.iter().enumerate() {
            self.holds_whole_lines(stage)?;
            self.has_room_for(index, stage)?;
        }
        for (index, pair) in stages.windows(2).enumerate() {
            self.moves(index, &pair[0].after, &pair[1].before)?;
        }
        Ok(())
    }

    fn ranks(&self) -> usize {
        self.asked.inboxes.len()
    }

    fn begins_and_ends_at_the_callers_boxes(&self) -> Checked {
        let (first, last) = (&self.recipe.stages()[0], self.recipe.stages().last().expect("there is one"));
        for (rank, (inbox, outbox)) in self.asked.inboxes.iter().zip(&self.asked.outboxes).enumerate() {
            prop_assert!(first.before.box_of(rank).same_points(inbox), "the inbox of rank {}", rank);
            prop_assert!(last.after.box_of(rank).same_points(outbox), "the outbox of rank {}", rank);
        }
        Ok(())
    }

    /// Cosines, sines, then the axis that is halved, then complex lines; a complex line of one point is its own transform.
    fn transforms_each_axis_once_in_turn(&self) -> Checked {
        let kinds = self.asked.kinds;
        let turn = |axis: usize| match kinds[axis] {
            AxisKind::Identity | AxisKind::R2r(_) => 0,
            AxisKind::R2c => 1,
            AxisKind::C2c => 2,
        };
        let done: Vec<usize> = self.recipe.stages().iter().flat_map(|stage| stage.axes.iter().copied()).collect();
        if kinds.contains(&AxisKind::R2c) {
            prop_assert!(done.iter().map(|axis| turn(*axis)).is_sorted(), "{:?}", done);
        }
        for (axis, kind) in kinds.into_iter().enumerate() {
            let is_nothing = match kind {
                AxisKind::Identity => true,
                AxisKind::C2c => self.asked.size[axis] == 1,
                AxisKind::R2c | AxisKind::R2r(_) => false,
            };
            let times = done.iter().filter(|other| **other == axis).count();
            prop_assert!(times == 1 || is_nothing && times == 0, "axis {} is transformed {} times", axis, times);
        }
        Ok(())
    }

    fn holds_whole_lines(&self, stage: &Stage) -> Checked {
        for rank in 0..self.ranks() {
            let (before, after) = (stage.before.box_of(rank), stage.after.box_of(rank));
            prop_assert!(before.is_empty() == after.is_empty());
            for &axis in stage.axes.iter().filter(|_| !before.is_empty()) {
                prop_assert_eq!((before.low[axis], before.size()[axis]), (0, self.asked.size[axis]));
                prop_assert_eq!((after.low[axis], after.size()[axis]), (0, self.asked.size_after()[axis]));
            }
            for axis in (0..3).filter(|axis| !stage.axes.contains(axis) && !before.is_empty()) {
                prop_assert_eq!((before.low[axis], before.high[axis]), (after.low[axis], after.high[axis]));
            }
        }
        Ok(())
    }

    /// The largest box that a plan says it has room for is none too small, where it counts complex points.
    fn has_room_for(&self, index: usize, stage: &Stage) -> Checked {
        if !self.asked.kinds.contains(&AxisKind::R2c) || !self.recipe.is_real_after(index) {
            for rank in 0..self.ranks() {
                prop_assert!(self.recipe.largest_box(rank) >= stage.after.box_of(rank).count());
            }
        }
        Ok(())
    }

    /// The exchange between two stages, there and back.
    fn moves(&self, index: usize, near: &Distribution, far: &Distribution) -> Checked {
        let order = self.recipe.inner_order();
        let between = |rank| Schedule::between(near, far, rank, order);
        let mut schedules: Vec<Schedule> = (0..self.ranks()).map(between).collect();
        if self.asked.transport == Transport::Alltoall {
            let block = schedules.iter().map(Schedule::largest_piece).max().unwrap_or(0);
            schedules.iter_mut().for_each(|schedule| schedule.pad(block, self.ranks()));
        }
        let world = if self.recipe.is_real_after(index) { self.asked.size } else { self.asked.size_after() };
        for (direction, from, to) in [(Direction::Forward, near, far), (Direction::Backward, far, near)] {
            let held = self.numbered(from, world);
            let arrived = self.shipped(&schedules, direction, &held, (from, to))?;
            prop_assert_eq!(arrived, self.numbered(to, world), "{:?} after stage {}", direction, index);
        }
        Ok(())
    }

    /// What ranks hold that have the right points.
    fn numbered(&self, boxes: &Distribution, world: [i64; 3]) -> Held {
        let number = |p: [i64; 3]| ((p[2] * world[1] + p[1]) * world[0] + p[0]) as u32;
        let own = |rank: usize| points(&boxes.box_of(rank).with_order(self.recipe.inner_order())).map(number).collect();
        (0..self.ranks()).map(own).collect()
    }

    /// What ranks hold after all have packed, sent, received and unpacked; every place is written once and read once.
    fn shipped(
        &self,
        schedules: &[Schedule],
        direction: Direction,
        held: &Held,
        (from, to): (&Distribution, &Distribution),
    ) -> Result<Held, TestCaseError> {
        let mut packed: Held = Vec::new();
        for (rank, schedule) in schedules.iter().enumerate() {
            let leaving = schedule.sides(direction).0;
            let places = self.places(leaving, &from.box_of(rank))?;
            let mut buffer = vec![NOBODY; leaving.len];
            for (own, place) in places.into_iter().enumerate() {
                prop_assert_eq!(buffer[place], NOBODY, "two points in one place");
                buffer[place] = held[rank][own];
            }
            packed.push(buffer);
        }
        let mut arrived = Held::new();
        for (rank, schedule) in schedules.iter().enumerate() {
            let arriving = schedule.sides(direction).1;
            let mut buffer = vec![NOBODY; arriving.len];
            for piece in &arriving.pieces {
                let sent = schedules[piece.rank].sides(direction).0.pieces.iter().find(|sent| sent.rank == rank);
                let Some(sent) = sent else { return Err(TestCaseError::fail("what is expected is not sent")) };
                prop_assert_eq!(sent.len, piece.len);
                let words = &packed[piece.rank][sent.offset..sent.offset + sent.len];
                buffer[piece.offset..piece.offset + piece.len].copy_from_slice(words);
            }
            let places = self.places(arriving, &to.box_of(rank))?;
            arrived.push(places.into_iter().map(|place| buffer[place]).collect());
        }
        Ok(arrived)
    }

    /// For each point of a box, in its order, the place in a packed side; the pieces make up the box.
    fn places(&self, side: &Side, whole: &Box3d) -> Result<Vec<usize>, TestCaseError> {
        let whole = whole.with_order(self.recipe.inner_order());
        let mut places = vec![usize::MAX; whole.count()];
        let strides = whole.strides();
        for piece in &side.pieces {
            prop_assert_eq!(piece.region.count(), piece.len);
            prop_assert!(piece.offset + piece.len <= side.len);
            for (nth, point) in points(&piece.region).enumerate() {
                prop_assert!(whole.contains(point), "{:?} is none of {:?}", point, whole);
                let at: usize = (0..3).map(|d| (point[d] - whole.low[d]) as usize * strides[d]).sum();
                prop_assert_eq!(places[at], usize::MAX, "a point in two pieces");
                places[at] = piece.offset + nth;
            }
        }
        prop_assert!(!places.contains(&usize::MAX), "a point in no piece");
        Ok(places)
    }
}

/// The points of a box in its order.
fn points(b: &Box3d) -> impl Iterator<Item = [i64; 3]> {
    let [fast, mid, slow] = b.order.dimensions();
    let (low, high) = (b.low, b.high);
    let ranges = move |d: usize| low[d]..=high[d];
    ranges(slow).flat_map(move |z| {
        ranges(mid).flat_map(move |y| {
            ranges(fast).map(move |x| {
                let mut point = [0; 3];
                (point[fast], point[mid], point[slow]) = (x, y, z);
                point
            })
        })
    })
}
