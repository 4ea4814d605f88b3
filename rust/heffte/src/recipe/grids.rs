//! Process grids for the stages between the boxes.

use crate::geometry::{Box3d, Distribution, Grid};

/// What a stage asks of its grid.
pub(super) struct Wanted<'a> {
    /// The points to divide.
    pub world: Box3d,
    /// The axes that must not be cut.
    pub whole: &'a [usize],
    /// The number of ranks to divide among.
    pub participants: usize,
    /// Who they are, as in [`Grid::members`].
    pub members: &'a Option<std::sync::Arc<[usize]>>,
}

/// Ranks whose boxes are compared to find the grid that leaves most elements where they are.
const SAMPLE: usize = 64;

/// The grid that balances the load best; among those the squarest; among those the one that leaves most elements of
/// `previous` on their rank.
pub(super) fn choose(wanted: &Wanted<'_>, previous: &Distribution, ranks: usize) -> Grid {
    let numberings = [[0, 1, 2], [1, 0, 2], [2, 0, 1]];
    let (size, order) = (wanted.world.size(), wanted.world.order);
    let grids = best_parts(wanted).into_iter().flat_map(|parts| {
        let even = Grid::even(size, parts, order);
        numberings.into_iter().map(move |numbering| even.clone().numbered(numbering, wanted.members.clone()))
    });
    grids
        .min_by_key(|grid| std::cmp::Reverse(kept(grid, previous, ranks)))
        .expect("there is always the grid of one brick")
}

/// Elements that stay on their rank, for a sample of ranks.
fn kept(grid: &Grid, previous: &Distribution, ranks: usize) -> usize {
    let step = ranks.div_ceil(SAMPLE);
    (0..ranks).step_by(step).map(|rank| grid.box_of(rank).intersection(&previous.box_of(rank)).count()).sum()
}

/// The cuts with the least load of the fullest rank and, among those, the least sum of parts.
fn best_parts(wanted: &Wanted<'_>) -> Vec<[i64; 3]> {
    let size = wanted.world.size();
    let most = wanted.participants as i64;
    let cut: Vec<usize> = (0..3).filter(|axis| !wanted.whole.contains(axis)).collect();
    let limit = |axis: usize| size[axis].min(most);
    let mut candidates: Vec<[i64; 3]> = match cut[..] {
        [] => vec![[1, 1, 1]],
        [e] => vec![with(&[(e, limit(e))])],
        [e, f] => useful_parts([size[e], size[f]], most)
            .into_iter()
            .map(|p| with(&[(e, p), (f, limit(f).min(most / p))]))
            .collect(),
        _ => unreachable!("a stage with a grid of its own has an axis to transform"),
    };
    let load = |parts: &[i64; 3]| -> i64 { (0..3).map(|d| (size[d] + parts[d] - 1) / parts[d]).product() };
    let key = |parts: &[i64; 3]| (load(parts), parts.iter().sum::<i64>());
    let best = candidates.iter().map(key).min();
    candidates.retain(|parts| Some(key(parts)) == best);
    candidates
}

/// Numbers of parts of the first of two axes that are worth a look when there are `most` bricks, ascending: the least that
/// make ranges of a given length, along either axis, and the divisors. Other numbers balance the load no better. There are
/// about as many as the square roots of all three numbers together, not as many as there are ranks.
fn useful_parts([first, second]: [i64; 2], most: i64) -> Vec<i64> {
    let divisors = (1..).take_while(|d| d * d <= most).filter(|d| most % d == 0).flat_map(|d| [d, most / d]);
    let others = least_parts(second).map(|q| most / q);
    let mut parts: Vec<i64> = least_parts(first).chain(others).chain(divisors).collect();
    parts.retain(|p| (1..=first.min(most)).contains(p));
    parts.push(first.min(most));
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// For each length that the longest of equal ranges of `extent` points can have, the least number of them.
fn least_parts(extent: i64) -> impl Iterator<Item = i64> {
    let few = (1..).take_while(move |p| p * p <= extent);
    let short =
        (1..).take_while(move |length| length * length <= extent).map(move |length| (extent + length - 1) / length);
    few.chain(short)
}

fn with(cuts: &[(usize, i64)]) -> [i64; 3] {
    let mut parts = [1; 3];
    for &(axis, count) in cuts {
        parts[axis] = count;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::split_world;

    fn parts(size: [i64; 3], whole: &[usize], participants: usize) -> Vec<[i64; 3]> {
        best_parts(&Wanted { world: Box3d::of_size(size), whole, participants, members: &None })
    }

    #[test]
    fn cubes_are_cut_squarely() {
        assert_eq!(parts([64, 64, 64], &[0], 16), [[1, 4, 4]]);
        assert_eq!(parts([64, 64, 64], &[1], 8), [[2, 1, 4], [4, 1, 2]]);
    }

    proptest! {
        #[test]
        fn no_cut_balances_better_than_the_best(e in 1i64..300, f in 1i64..300, participants in 1usize..3000) {
            let size = [e, f, 5];
            let load = |p: i64, q: i64| (e + p - 1) / p * ((f + q - 1) / q);
            let most = participants as i64;
            let best = (1..=e.min(most)).map(|p| load(p, f.min(most / p))).min().unwrap();
            let found = parts(size, &[2], participants);
            prop_assert!(found.iter().all(|parts| load(parts[0], parts[1]) == best), "{found:?}");
        }
    }

    #[test]
    fn axes_are_not_cut_into_more_parts_than_points() {
        assert_eq!(parts([2, 2, 8], &[2], 7), [[2, 2, 1]]);
        assert_eq!(parts([8, 1, 1], &[0], 4), [[1, 1, 1]]);
        assert_eq!(parts([8, 8, 3], &[0, 1], 4), [[1, 1, 3]]);
    }

    #[test]
    fn a_pencil_grid_follows_the_one_before() {
        let world = Box3d::of_size([12, 12, 12]);
        let x_pencils = Distribution::Irregular(split_world(&world, [1, 2, 3]).into());
        let wanted = Wanted { world, whole: &[1], participants: 6, members: &None };
        let grid = Distribution::Grid(choose(&wanted, &x_pencils, 6));
        for rank in 0..6 {
            let partners = grid.overlaps(&x_pencils.box_of(rank)).len();
            assert!(partners <= 3, "rank {rank} has {partners} partners, a row of the grid has at most 3");
        }
    }
}
