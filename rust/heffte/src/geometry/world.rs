//! Whether the boxes of all ranks tile a world.

use std::collections::BTreeMap;

use super::Box3d;
use crate::error::{Error, Result};

/// The world that `boxes` (one per rank) fill: their bounding box, in the order of the first.
///
/// The check is exact and takes O(P log P): boxes tile the world if and only if the indicator functions of the boxes
/// add up to that of the world, and a sum of boxes is determined by its signed corners. Where they differ, the
/// lexicographically first corner left over is the first point that is held twice (negative) or by nobody (positive).
///
/// # Errors
/// [`Error::EmptyWorld`], [`Error::Origin`], [`Error::Overlap`] or [`Error::Hole`]; `what` names the boxes in it.
pub fn tiled_world(what: &'static str, boxes: &[Box3d]) -> Result<Box3d> {
    let filled = || boxes.iter().enumerate().filter(|(_, b)| !b.is_empty());
    let world = filled()
        .map(|(_, b)| *b)
        .reduce(|a, b| a.bounding(&b))
        .ok_or(Error::EmptyWorld { what, size: boxes.len() })?
        .checked(what)?;
    if let Some(d) = (0..3).find(|&d| world.low[d] != 0) {
        let (rank, given) = filled().find(|(_, b)| b.low[d] == world.low[d]).expect("some box has the lowest corner");
        return Err(Error::Origin { what, low: world.low, rank, given: *given });
    }

    let mut corners = BTreeMap::new();
    add_corners(&mut corners, &world, 1);
    for (_, b) in filled() {
        add_corners(&mut corners, b, -1);
    }
    match corners.into_iter().find(|&(_, weight)| weight != 0) {
        None => Ok(world),
        Some((point, weight)) if weight > 0 => Err(Error::Hole { what, point, world }),
        Some((point, _)) => {
            let mut holders = filled().filter(|(_, b)| b.contains(point));
            let (first, second) =
                holders.next().zip(holders.next()).expect("a point that is held twice has two holders");
            Err(Error::Overlap { what, ranks: (first.0, second.0), first: *first.1, second: *second.1, point })
        }
    }
}

/// Adds `sign` times the signed corners of the half-open box to `corners`.
fn add_corners(corners: &mut BTreeMap<[i64; 3], i64>, b: &Box3d, sign: i64) {
    for corner in 0..8 {
        let point = std::array::from_fn(|d| if corner >> d & 1 == 0 { b.low[d] } else { b.high[d] + 1 });
        let parity = if (corner as u32).count_ones().is_multiple_of(2) { 1 } else { -1 };
        *corners.entry(point).or_insert(0) += sign * parity;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::split_world;

    /// What a person would do: count the holders of each point.
    fn holders(world: &Box3d, boxes: &[Box3d]) -> Vec<([i64; 3], usize)> {
        let mut counts = Vec::new();
        for x in world.low[0]..=world.high[0] {
            for y in world.low[1]..=world.high[1] {
                for z in world.low[2]..=world.high[2] {
                    let held = boxes.iter().filter(|b| b.contains([x, y, z])).count();
                    counts.push(([x, y, z], held));
                }
            }
        }
        counts
    }

    #[test]
    fn a_split_world_is_tiled() {
        let world = Box3d::of_size([7, 5, 3]);
        assert_eq!(tiled_world("inboxes", &split_world(&world, [3, 2, 4])).unwrap(), world);
    }

    #[test]
    fn an_overlap_names_both_ranks_and_a_shared_point() {
        let boxes = [Box3d::new([0, 0, 0], [3, 3, 2]), Box3d::empty(), Box3d::new([0, 0, 2], [3, 3, 3])];
        match tiled_world("inboxes", &boxes).unwrap_err() {
            Error::Overlap { ranks, point, .. } => {
                assert_eq!(ranks, (0, 2));
                assert_eq!(point, [0, 0, 2]);
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_world_off_the_origin_names_the_rank() {
        let boxes = [Box3d::new([0, 0, 1], [3, 3, 1]), Box3d::new([0, 0, 2], [3, 3, 3])];
        let error = tiled_world("outboxes", &boxes).unwrap_err();
        assert!(matches!(error, Error::Origin { low: [0, 0, 1], rank: 0, .. }), "{error}");
    }

    proptest! {
        #[test]
        fn agrees_with_counting_the_holders_of_every_point(
            corners in prop::collection::vec((prop::array::uniform3(0i64..4), prop::array::uniform3(-1i64..3)), 1..5)
        ) {
            let boxes: Vec<_> =
                corners.iter().map(|&(low, span)| Box3d::new(low, std::array::from_fn(|d| low[d] + span[d]))).collect();
            let result = tiled_world("inboxes", &boxes);
            let Some(world) = boxes.iter().filter(|b| !b.is_empty()).copied().reduce(|a, b| Box3d::new(
                std::array::from_fn(|d| a.low[d].min(b.low[d])),
                std::array::from_fn(|d| a.high[d].max(b.high[d])),
            )) else {
                prop_assert!(matches!(result, Err(Error::EmptyWorld { .. })), "{result:?}");
                return Ok(());
            };
            let first_wrong = holders(&world, &boxes).into_iter().find(|&(_, held)| held != 1);
            match (result, first_wrong) {
                (Ok(found), None) => prop_assert!(found.same_points(&world) && world.low == [0; 3]),
                (Err(Error::Origin { low, .. }), _) => prop_assert!(low == world.low && low != [0; 3]),
                (Err(Error::Hole { point, .. }), Some((wrong, 0))) => prop_assert_eq!(point, wrong),
                (Err(Error::Overlap { point, .. }), Some((wrong, 2..))) => prop_assert_eq!(point, wrong),
                (result, wrong) => prop_assert!(false, "{result:?} but counting finds {wrong:?}"),
            }
        }
    }
}
