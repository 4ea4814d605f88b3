//! Medians and the like.

/// The middle of the numbers, or the mean of the two in the middle; no number for none.
pub fn median(numbers: &[f64]) -> f64 {
    let sorted = sorted(numbers);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The smallest of the numbers that 95 % of them do not exceed.
pub fn percentile_95(numbers: &[f64]) -> f64 {
    let sorted = sorted(numbers);
    let rank = (sorted.len() * 95).div_ceil(100);
    rank.checked_sub(1).map_or(f64::NAN, |index| sorted[index])
}

pub fn maximum(numbers: &[f64]) -> f64 {
    sorted(numbers).last().copied().unwrap_or(f64::NAN)
}

fn sorted(numbers: &[f64]) -> Vec<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_even_and_none() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn percentiles_are_numbers_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile_95(&hundred), 95.0);
        assert_eq!(percentile_95(&[1.0, 9.0, 5.0]), 9.0);
        assert_eq!(maximum(&hundred), 100.0);
        assert!(percentile_95(&[]).is_nan() && maximum(&[]).is_nan());
    }
}
