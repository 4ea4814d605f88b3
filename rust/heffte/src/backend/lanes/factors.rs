//! Lengths as products of what there are butterflies for.

use super::butterfly::RADICES;

/// What a pass costs for each element beside its butterflies, in vector operations: a load, a twiddle factor, a store.
const PASS: f64 = 6.0;

/// What it costs each element more where the rows of a butterfly fall into one set of the first level of cache: where they are this many
/// rows, 4 KiB, apart, and more than the 8 for which a set has room.
const CONFLICT: f64 = 20.0;
const CONFLICT_STRIDE: usize = 64;
const CONFLICT_RADIX: usize = 8;

/// The radices whose passes cost the least, in the order of the passes; `None` for a length that has another prime factor.
pub(super) fn radices(length: usize) -> Option<Vec<usize>> {
    let (_, mut radices) = cheapest(length, usize::MAX, 1)?;
    radices.reverse();
    Some(radices)
}

/// The length of at least `least` whose passes over all elements cost the least.
pub(super) fn cheapest_length(least: usize) -> usize {
    // A power of two is below twice the length; what costs less is seldom more than a quarter longer.
    let candidates = (least..least + least / 4).chain([least.next_power_of_two()]);
    let costs = candidates.filter_map(|length| Some((length as f64 * cheapest(length, usize::MAX, 1)?.0, length)));
    costs.min_by(|a, b| a.0.total_cmp(&b.0)).expect("powers of two have butterflies").1
}

/// The cheapest way for what is left of a line, `length`, with radices up to `most`, and its cost for each element: the last pass
/// first. The first pass has no twiddle factors, so it should be the longest; the butterflies of the next one have rows that are
/// `stride` rows apart.
fn cheapest(length: usize, most: usize, stride: usize) -> Option<(f64, Vec<usize>)> {
    if length == 1 {
        return Some((0.0, Vec::new()));
    }
    let fitting = RADICES.into_iter().filter(|&(radix, _)| radix <= most && length.is_multiple_of(radix));
    let ways = fitting.filter_map(|(radix, operations)| {
        let (cost, mut radices) = cheapest(length / radix, radix, stride * radix)?;
        radices.push(radix);
        let conflict = if radix > CONFLICT_RADIX && stride.is_multiple_of(CONFLICT_STRIDE) { CONFLICT } else { 0.0 };
        Some((cost + PASS + conflict + operations as f64 / radix as f64, radices))
    });
    ways.min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Where each element of a line must be before the first pass.
pub(super) fn places(radices: &[usize]) -> Vec<u32> {
    let length: usize = radices.iter().product();
    let place = |mut element: usize| {
        let (mut place, mut block) = (0, length);
        for radix in radices.iter().rev() {
            block /= radix;
            place += element % radix * block;
            element /= radix;
        }
        place as u32
    };
    (0..length).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_cut_into_few_passes() {
        assert_eq!(radices(256), Some(vec![16, 16]));
        assert_eq!(radices(128), Some(vec![16, 8]));
        assert_eq!(radices(100), Some(vec![10, 10]));
        assert_eq!(radices(4096), Some(vec![8; 4]));
        assert_eq!(radices(1), Some(vec![]));
        assert_eq!([97, 2 * 19].map(radices), [None, None]);
        for length in 1..2000usize {
            if let Some(radices) = radices(length) {
                assert_eq!(radices.iter().product::<usize>(), length);
            }
        }
    }

    #[test]
    fn convolutions_have_lengths_of_cheap_factors() {
        for least in [1, 2, 61, 2061, 8197, 20021] {
            let length = cheapest_length(least);
            let costs = |length: usize| length as f64 * cheapest(length, usize::MAX, 1).expect("it has butterflies").0;
            assert!(length >= least && costs(length) <= costs(least.next_power_of_two()), "{least}: {length}");
        }
    }

    #[test]
    fn every_element_has_a_place_of_its_own() {
        let places = places(&[4, 3, 5]);
        let mut sorted = places.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..60));
        // The last pass takes every fifth element together.
        assert_eq!(places[0..6], [0, 12, 24, 36, 48, 4]);
    }
}
