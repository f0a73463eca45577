//! What people write into the fields of a form, and what a seller hears in it.

use super::super::rng::SeededRng;

/// An answer, and what a seller would give for it, of 25 points.
type Answer = (&'static str, u8);

const BUDGET: [Answer; 12] = [
    ("approved", 25),
    ("€20,000", 25),
    ("15000", 25),
    ("10.000 – 25.000 €", 25),
    ("yes", 25),
    ("$50k", 25),
    ("planned", 25),
    ("planned for next year", 10),
    ("not yet", 0),
    ("no budget", 0),
    ("unknown", 0),
    ("noch offen", 0),
];
const AUTHORITY: [Answer; 10] = [
    ("I am the final decision maker", 25),
    ("decision maker", 25),
    ("I decide", 25),
    ("CEO", 25),
    ("I recommend", 15),
    ("influencer", 15),
    ("part of the committee", 15),
    ("my manager decides", 5),
    ("I am only looking", 0),
    ("Einkauf entscheidet", 5),
];
const NEED: [Answer; 9] = [
    ("urgent", 25),
    ("high", 25),
    ("critical", 25),
    ("we lose leads every week", 25),
    ("yes", 25),
    ("medium", 10),
    ("nice to have", 10),
    ("just curious", 0),
    ("low", 0),
];
const TIMING: [Answer; 11] = [
    ("0–3 months", 25),
    ("0-3 months", 25),
    ("this quarter", 25),
    ("ASAP", 25),
    ("immediately", 25),
    ("3–6 months", 10),
    ("next quarter", 10),
    ("6-12 months", 10),
    ("this year", 10),
    ("next year", 0),
    ("no plans", 0),
];

/// Answers to the four questions, where given: budget, authority, need, timing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Answers([Option<u8>; 4]);

const QUESTIONS: [(&str, &[Answer]); 4] = [("budget", &BUDGET), ("authority", &AUTHORITY), ("need", &NEED), ("timing", &TIMING)];

impl Answers {
    /// `in_earnest`: the share of good answers, from 0 to 1.
    pub(super) fn draw(rng: &mut SeededRng, in_earnest: f64, fills_in: f64) -> Self {
        let mut answers = Self::default();
        for (answer, (_, words)) in answers.0.iter_mut().zip(QUESTIONS) {
            if !rng.chance(fills_in) {
                continue;
            }
            let good = rng.chance(in_earnest);
            let fitting = |points: u8| if good { points >= 25 } else { points < 25 };
            let count = words.iter().filter(|(_, points)| fitting(*points)).count();
            let pick = rng.below(u32::try_from(count).unwrap_or(1)) as usize;
            *answer = words
                .iter()
                .enumerate()
                .filter(|(_, (_, points))| fitting(*points))
                .nth(pick)
                .and_then(|(n, _)| u8::try_from(n).ok());
        }
        answers
    }

    /// The newer answer to each question counts.
    pub(super) fn add(&mut self, newer: Self) {
        for (answer, newer) in self.0.iter_mut().zip(newer.0) {
            *answer = newer.or(*answer);
        }
    }

    /// Question and answer, of those that were answered.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.known().map(|(question, (text, _))| (question, text))
    }

    /// What a seller would give for them, of 100 points.
    pub(super) fn points(&self) -> u32 {
        self.known().map(|(_, (_, points))| u32::from(points)).sum()
    }

    fn known(&self) -> impl Iterator<Item = (&'static str, Answer)> + '_ {
        self.0.iter().zip(QUESTIONS).filter_map(|(answer, (question, words))| {
            answer.and_then(|n| words.get(usize::from(n))).map(|answer| (question, *answer))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_in_earnest_gives_better_answers() {
        let mut rng = SeededRng::new(1);
        let mut points = |in_earnest| (0..500).map(|_| Answers::draw(&mut rng, in_earnest, 1.0).points()).sum::<u32>() / 500;
        let (earnest, curious) = (points(0.9), points(0.1));
        assert!(earnest > 80 && curious < 40, "{earnest} against {curious}");
    }

    #[test]
    fn a_newer_answer_replaces_an_older_one_and_silence_none() {
        let mut rng = SeededRng::new(1);
        let mut answers = Answers::draw(&mut rng, 1.0, 1.0);
        answers.add(Answers::default());
        assert_eq!(answers.points(), 100);
        assert_eq!(answers.each().count(), 4);
    }
}
