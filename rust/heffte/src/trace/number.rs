//! Numbers as C++ streams print them by default.

/// `value` with so many significant digits at most, without trailing zeros: C's `%g`.
#[must_use]
pub fn general(value: f64, digits: u8) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let digits = i32::from(digits.max(1));
    // Rounding decides about the exponent: 999999.5 has seven digits afterwards.
    let scientific = format!("{value:.*e}", digits as usize - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..digits).contains(&exponent) {
        let decimals = (digits - 1 - exponent) as usize;
        return without_trailing_zeros(&format!("{value:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", without_trailing_zeros(mantissa), exponent.abs())
}

fn without_trailing_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_percent_g_prints() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.0005, "0.0005"),
            (1e-11, "1e-11"),
            (3.3306690738754696e-16, "3.33067e-16"),
            (0.0123, "0.0123"),
            (0.012_345_678, "0.0123457"),
            (0.000_012_345_67, "1.23457e-05"),
            (17.912_34, "17.9123"),
            (123_456.0, "123456"),
            (1_234_567.0, "1.23457e+06"),
            (999_999.5, "1e+06"),
            (0.000_099_999_99, "0.0001"),
            (100.0, "100"),
            (-2.5e100, "-2.5e+100"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, expected) in cases {
            assert_eq!(general(value, 6), expected, "{value:?}");
        }
        assert_eq!(general(123_456.789_012_345, 12), "123456.789012");
        assert_eq!(general(1.0 / 3.0 * 1e-7, 12), "3.33333333333e-08");
    }
}
