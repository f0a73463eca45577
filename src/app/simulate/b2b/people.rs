//! Companies with their buying groups, and those who only look like buyers: students, competitors, job seekers, robots.

use super::super::rng::SeededRng;
use super::answers::Answers;
use super::names::{self, CITIES, COUNTRIES, Country, INDUSTRIES, Industry, MAKERS};
use super::role::Role;
use crate::domain::Ms;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Buyer,
    Student,
    Rival,
    JobSeeker,
    Robot,
}

/// How far a company is with its purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No one thinks of it.
    Asleep,
    Learning,
    Considering,
    Evaluating,
    /// With sales.
    Deal,
    Customer,
}

#[derive(Debug)]
pub(super) struct Company {
    pub country: usize,
    pub industry: usize,
    /// Which of its words the industry is called by.
    pub word: usize,
    pub employees: u32,
    pub name: String,
    pub domain: String,
    pub kind: Kind,
    /// Its people: the first, and how many.
    pub first: u32,
    pub size: u32,
    pub phase: Phase,
    /// Counts its stories; what was planned for an earlier one is void.
    pub story: u32,
    /// How many of its people take part by now.
    pub awake: u32,
    pub deal: Deal,
}

/// What sales and the company are about.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Deal {
    pub no_shows: u8,
    pub cents: u64,
    pub seats: u32,
    pub contract: u32,
    pub pilot: bool,
}

/// Whose a lead is, as sales' own system sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lead {
    #[default]
    Marketing,
    /// With sales, not answered yet.
    Handed,
    Accepted,
    /// Given back: not looked at again before.
    Returned(Ms),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mail {
    #[default]
    NoAddress,
    Welcome,
    Stopped,
}

#[derive(Debug)]
pub(super) struct Person {
    pub company: u32,
    pub role: Role,
    pub title: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    /// Follows the blog even while nothing is to be bought.
    pub reads: bool,
    /// Has said who it is: its events carry a user id from here on.
    pub known: bool,
    /// Its company was named by a group call.
    pub company_told: bool,
    pub mail: Mail,
    /// Counts replanned visits; an earlier plan is void.
    pub visit: u32,
    pub been_here: bool,
    /// Asked sales for something in this story.
    pub asked: bool,
    pub answers: Answers,
    pub lead: Lead,
    /// Points by the rule of sales' own system, as of a time.
    pub points: f64,
    pub points_ms: Ms,
}

impl Company {
    pub(super) fn country(&self) -> &'static Country {
        &COUNTRIES[self.country % COUNTRIES.len()]
    }

    pub(super) fn industry(&self) -> &'static Industry {
        &INDUSTRIES[self.industry % INDUSTRIES.len()]
    }

    pub(super) fn people(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.size
    }

    /// Large companies take longer: a factor on all steps of a deal.
    pub(super) fn slowness(&self) -> f64 {
        (0.55 + 0.3 * (f64::from(self.employees) / 10.0).log10()).clamp(0.5, 1.6)
    }

    /// What a human would give for industry and size, of 50 points.
    pub(super) fn points(&self) -> u32 {
        let industry = if self.industry < 4 { 20 } else { 0 };
        let size = match self.employees {
            0..50 => 0,
            50..1_000 => 20,
            _ => 30,
        };
        industry + size
    }
}

/// Number `n` of all, with people from `first` on.
pub(super) fn company(rng: &mut SeededRng, n: u32, first: u32) -> (Company, Vec<Person>) {
    let kind = match rng.below(1_000) {
        0..735 => Kind::Buyer,
        735..835 => Kind::Student,
        835..855 => Kind::Rival,
        855..993 => Kind::JobSeeker,
        _ => Kind::Robot,
    };
    let industry = if kind == Kind::Rival { 0 } else { weighted(rng, INDUSTRIES.iter().map(|i| i.weight)) };
    let country = weighted(rng, COUNTRIES.iter().map(|c| c.weight));
    let employees = employees(rng);
    let size = if kind == Kind::Buyer { group_size(rng, employees) } else { 1 };
    let name = match kind {
        Kind::Buyer | Kind::Rival => company_name(n, industry),
        _ => format!("University {}", CITIES[n as usize % CITIES.len()]),
    };
    let domain = match kind {
        Kind::Buyer | Kind::Rival => format!("{}.example", names::slug(&name)),
        Kind::Student => format!("uni-{}.example", names::slug(CITIES[n as usize % CITIES.len()])),
        Kind::JobSeeker | Kind::Robot => "mailbox.example".to_owned(),
    };
    let people = (0..size).map(|place| person(rng, n, kind, place, employees, country)).collect();
    let company = Company {
        country,
        industry,
        word: usize::from(rng.chance(0.15)),
        employees,
        name,
        domain,
        kind,
        first,
        size,
        phase: Phase::Asleep,
        story: 0,
        awake: 0,
        deal: Deal::default(),
    };
    (company, people)
}

fn person(rng: &mut SeededRng, company: u32, kind: Kind, place: u32, employees: u32, country: usize) -> Person {
    let role = role(rng, place, employees);
    let own = COUNTRIES[country % COUNTRIES.len()].language;
    let language = if rng.chance(0.85) { own } else { names::Language::English };
    let (first, last) = names::names(language);
    let titles = match kind {
        Kind::Student => &names::STUDENTS[..],
        Kind::Rival => &names::RIVALS[..],
        _ => names::titles(role, language),
    };
    let pick = |rng: &mut SeededRng, from: &[&'static str]| {
        from[rng.below(u32::try_from(from.len()).unwrap_or(1)) as usize % from.len()]
    };
    Person {
        company,
        role,
        title: pick(rng, titles),
        first_name: pick(rng, first),
        last_name: pick(rng, last),
        reads: rng.chance(0.55),
        known: false,
        company_told: false,
        mail: Mail::NoAddress,
        visit: 0,
        been_here: false,
        asked: false,
        answers: Answers::default(),
        lead: Lead::Marketing,
        points: 0.0,
        points_ms: 0,
    }
}

/// The first of a group is the one who begins; in small companies that is the boss. Then come those whose word is needed.
fn role(rng: &mut SeededRng, place: u32, employees: u32) -> Role {
    match place {
        0 if employees < 25 && rng.chance(0.6) => Role::Executive,
        0 => [Role::Engineer, Role::Engineer, Role::Marketing, Role::Marketing, Role::User][rng.below(5) as usize % 5],
        1 => Role::Executive,
        2 if employees >= 50 => Role::Purchasing,
        2 | 4 => Role::Engineer,
        3 | 7 => Role::User,
        5 => Role::Marketing,
        6 | 9 => Role::Executive,
        _ => Role::User,
    }
}

/// Most companies are small, a few are very large (a Pareto distribution, median 34).
fn employees(rng: &mut SeededRng) -> u32 {
    let rest = f64::from(rng.below(1_000_000) + 1) / 1_000_000.0;
    (12.0 * rest.powf(-1.5)).min(60_000.0) as u32
}

fn group_size(rng: &mut SeededRng, employees: u32) -> u32 {
    let usual = 1.0 + 1.1 * (f64::from(employees) / 6.0).max(1.0).ln();
    ((usual + f64::from(rng.below(30)) / 10.0 - 1.5).round() as u32).clamp(1, 12)
}

/// Different for every number.
fn company_name(n: u32, industry: usize) -> String {
    let n = n as usize;
    let words = &INDUSTRIES[industry % INDUSTRIES.len()].names;
    let (maker, rest) = (MAKERS[n % MAKERS.len()], n / MAKERS.len());
    let (word, rest) = (words[rest % words.len()], rest / words.len());
    match rest {
        0 => format!("{maker} {word}"),
        1..13 => format!("{maker} {word} {}", CITIES[(rest - 1) % CITIES.len()]),
        _ => format!("{maker} {word} {rest}"),
    }
}

fn weighted(rng: &mut SeededRng, weights: impl Iterator<Item = u32> + Clone) -> usize {
    let mut left = rng.below(weights.clone().sum());
    for (n, weight) in weights.enumerate() {
        if left < weight {
            return n;
        }
        left -= weight;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn companies() -> Vec<(Company, Vec<Person>)> {
        let mut rng = SeededRng::new(5);
        (0..3_000).map(|n| company(&mut rng, n, 0)).collect()
    }

    #[test]
    fn a_long_tail_of_sizes_and_groups_that_grow_with_them() {
        let buyers: Vec<_> = companies().into_iter().filter(|(c, _)| c.kind == Kind::Buyer).collect();
        let mut employees: Vec<u32> = buyers.iter().map(|(c, _)| c.employees).collect();
        employees.sort_unstable();
        let at = |share: f64| employees[(employees.len() as f64 * share) as usize];
        assert!(
            (25..45).contains(&at(0.5)) && (300..500).contains(&at(0.9)) && at(0.99) > 8_000,
            "{} {} {}",
            at(0.5),
            at(0.9),
            at(0.99)
        );
        assert!(buyers.iter().all(|(c, people)| (1..=12).contains(&c.size) && people.len() == c.size as usize));
        let mean = |large: bool| {
            let sizes: Vec<u32> = buyers.iter().filter(|(c, _)| (c.employees >= 1_000) == large).map(|(c, _)| c.size).collect();
            f64::from(sizes.iter().sum::<u32>()) / sizes.len() as f64
        };
        assert!(mean(false) < 5.0 && mean(true) > 7.0, "{} and {}", mean(false), mean(true));
    }

    #[test]
    fn every_company_has_a_domain_of_its_own() {
        let mut domains: Vec<String> =
            companies().into_iter().filter(|(c, _)| c.kind == Kind::Buyer).map(|(c, _)| c.domain).collect();
        let all = domains.len();
        domains.sort();
        domains.dedup();
        assert_eq!(domains.len(), all);
    }
}
