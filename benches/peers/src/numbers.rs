//! Numbers for people.

/// A count with a comma after the thousands.
pub fn thousands(count: usize) -> String {
    let (high, low) = (count / 1_000, count % 1_000);
    if high == 0 { low.to_string() } else { format!("{},{low:03}", thousands(high)) }
}

/// A figure with three significant digits.
pub fn number(figure: f64) -> String {
    let magnitude = figure.abs();
    if magnitude >= 1_000.0 {
        return thousands(magnitude.round() as usize);
    }
    let decimals = match magnitude {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        0.001.. => 5,
        0.0 => 0,
        _ => 7,
    };
    format!("{figure:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        let figures = [12_345.6, 123.4, 12.34, 1.234, 0.1234, 0.01234, 0.0].map(number);
        assert_eq!(figures, ["12,346", "123", "12.3", "1.23", "0.123", "0.0123", "0"]);
    }
}
