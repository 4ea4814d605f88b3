//! The backend of plans that leave the choice to the library, by what was measured of lines (`docs/which-backend.md`).

use super::BackendKind;
use super::measured::{C2C, Measured, R2C};
use crate::axis::AxisKind;

/// The time of another backend over stock's below which it is preferred: what is closer differs from run to run, and stock needs no library.
const WORTH_IT: f64 = 0.9;

/// The backends of this build that should be faster than stock for all axes of a world together, the fastest first, each with its time
/// over stock's. Cosines and sines were not measured, and are left to stock.
pub(crate) fn faster_than_stock(size: [i64; 3], kinds: [AxisKind; 3]) -> Vec<(BackendKind, f64)> {
    let is_real = kinds.contains(&AxisKind::R2c);
    let mut sums = [0.0; 3];
    for (kind, n) in kinds.into_iter().zip(size) {
        let (table, share) = match kind {
            AxisKind::Identity => continue,
            AxisKind::C2c if n == 1 => continue,
            // Half of the points are left once real lines were transformed.
            AxisKind::C2c => (&C2C, if is_real { 0.5 } else { 1.0 }),
            AxisKind::R2c => (&R2C, 1.0),
            AxisKind::R2r(_) => return Vec::new(),
        };
        for (sum, time) in sums.iter_mut().zip(for_a_point(table, n)) {
            *sum += share * time;
        }
    }
    let [stock, others @ ..] = sums;
    let others = [BackendKind::Fftw, BackendKind::Mkl].into_iter().zip(others.map(|other| other / stock));
    let mut faster: Vec<_> = others.filter(|(backend, ratio)| backend.is_built() && *ratio < WORTH_IT).collect();
    faster.sort_by(|a, b| a.1.total_cmp(&b.1));
    faster
}

/// The time of each backend for a point of a line of `n`: that for a line of the nearest length that was measured and has such factors,
/// which grows as `n log n` does.
fn for_a_point(table: &[Measured], n: i64) -> [f64; 3] {
    let distance = |length: i64| (length as f64 / n as f64).ln().abs();
    let alike = table.iter().filter(|(length, _)| Factors::of(*length) == Factors::of(n));
    let nearest = alike.min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)));
    let Some((length, times)) = nearest else { return [1.0; 3] };
    let growth = |n: i64| (n.max(2) as f64).log2();
    times.map(|time| time / *length as f64 * growth(n) / growth(*length))
}

/// What the time of a length depends on, apart from its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Factors {
    /// Two alone.
    PowerOfTwo,
    /// Those up to 7.
    Small,
    /// Those up to 17, for which stock has butterflies.
    Middling,
    /// A prime beyond.
    Large,
}

impl Factors {
    fn of(n: i64) -> Factors {
        let without = |n: i64, prime: i64| {
            let mut n = n;
            while n > 1 && n % prime == 0 {
                n /= prime;
            }
            n
        };
        let odd = without(n, 2);
        let large = [3, 5, 7].into_iter().fold(odd, without);
        let larger = [11, 13, 17].into_iter().fold(large, without);
        match (odd, large, larger) {
            (1, ..) => Factors::PowerOfTwo,
            (_, 1, _) => Factors::Small,
            (.., 1) => Factors::Middling,
            _ => Factors::Large,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_apart_by_their_largest_factor() {
        let of = [1, 64, 60, 343, 22, 17 * 16, 19, 2 * 211].map(Factors::of);
        let expected = [Factors::PowerOfTwo, Factors::PowerOfTwo, Factors::Small, Factors::Small];
        assert_eq!(of[..4], expected);
        assert_eq!(of[4..], [Factors::Middling, Factors::Middling, Factors::Large, Factors::Large]);
    }

    #[test]
    fn every_length_that_was_measured_is_chosen_for_by_its_own_times() {
        for (table, kind) in [(&C2C, AxisKind::C2c), (&R2C, AxisKind::R2c)] {
            for (length, [stock, fftw, mkl]) in table {
                let chosen = faster_than_stock([*length, 1, 1], [kind, AxisKind::Identity, AxisKind::Identity]);
                let wanted = |time: &f64, backend: BackendKind| backend.is_built() && time / stock < WORTH_IT;
                let expected: Vec<_> = [(*fftw, BackendKind::Fftw), (*mkl, BackendKind::Mkl)]
                    .into_iter()
                    .filter(|(time, backend)| wanted(time, *backend))
                    .map(|(_, backend)| backend)
                    .collect();
                assert_eq!(chosen.len(), expected.len(), "{length}");
                assert!(expected.iter().all(|backend| chosen.iter().any(|(other, _)| other == backend)), "{length}");
                assert!(chosen.is_sorted_by(|a, b| a.1 <= b.1), "{length}");
            }
        }
    }

    #[test]
    fn cosines_and_sines_are_left_to_stock() {
        let cos = AxisKind::R2r(crate::axis::R2rKind::Cos);
        assert!(faster_than_stock([4093; 3], [cos, AxisKind::C2c, AxisKind::C2c]).is_empty());
    }
}
