//! What somebody said of a product, on a scale of one to five: 8 of 10 is 4 stars, and so is `4/5`.

/// The property that models ask for.
pub const STARS: &str = "stars";

/// What a rating is on a scale that ends at 5. The end of its own scale is what is said, else what its text says, else the smallest of
/// 5, 10 and 100 that holds it.
#[must_use]
pub fn stars(rating: &str, best: Option<f64>) -> Option<f64> {
    let drawn = rating.chars().filter(|c| *c == '★').count();
    let (given, of_text) = if drawn > 0 {
        (f64::from(u8::try_from(drawn).ok()?), Some(5.0))
    } else if let Some(percent) = rating.trim().strip_suffix('%') {
        (number(percent)?, Some(100.0))
    } else if let Some((given, of)) =
        rating.split_once('/').or_else(|| rating.split_once("out of")).or_else(|| rating.split_once(" of "))
    {
        (number(given)?, Some(number(of)?))
    } else {
        (number(rating)?, None)
    };
    let fits = |best: &f64| best.is_finite() && *best >= 1.0 && given <= *best;
    let best = of_text.or(best).or_else(|| [5.0, 10.0, 100.0].into_iter().find(|best| given <= *best)).filter(fits)?;
    (given >= 0.0).then_some(given * 5.0 / best)
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches("stars").trim_end_matches("star").trim();
    text.replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_is_read_on_its_own_scale() {
        for (rating, best, want) in [
            ("5", None, Some(5.0)),
            ("4,5", None, Some(4.5)),
            ("8", None, Some(4.0)),
            ("80", None, Some(4.0)),
            ("4", Some(10.0), Some(2.0)),
            ("8", Some(10.0), Some(4.0)),
            ("4/5", None, Some(4.0)),
            ("4 / 10", Some(5.0), Some(2.0)),
            ("9 out of 10", None, Some(4.5)),
            ("90%", None, Some(4.5)),
            ("4 stars", None, Some(4.0)),
            ("★★★★☆", None, Some(4.0)),
            ("0", None, Some(0.0)),
        ] {
            assert_eq!(stars(rating, best), want, "{rating} {best:?}");
        }
    }

    #[test]
    fn what_is_no_rating_says_nothing() {
        for (rating, best) in [
            ("", None),
            ("good", None),
            ("-1", None),
            ("7", Some(5.0)),
            ("3", Some(0.0)),
            ("NaN", None),
            ("1/0", None),
            ("101", None),
        ] {
            assert_eq!(stars(rating, best), None, "{rating}");
        }
    }
}
