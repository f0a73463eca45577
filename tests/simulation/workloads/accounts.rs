//! Members of companies on several partitions, whose accounts come to a decision.

use super::Input;
use super::events::{CART, CLICKSTREAM, event, own_time, page, stamp, track, useless};
use crate::api::Us;
use crate::dice::Die;

const TITLES: [&str; 4] = ["CEO", "VP Engineering", "Developer", "Student"];
const COMPANIES: [&str; 4] = ["Acme", "Globex Industries", "Initech GmbH", "Umbrella"];

/// As it comes.
pub fn draw(die: &mut Die, until: Us) -> Vec<Input> {
    let (people, records) = (die.between(3, 20), die.between(30, 160));
    let mut all = Vec::new();
    for n in 0..records {
        let (at, person) = (die.below(until), die.below(people));
        if die.chance(0.02) {
            all.push(useless(die, at, person));
            continue;
        }
        // Most belong to one company; some change it.
        let company = if die.chance(0.1) { die.below(4) } else { person % 3 };
        let what = what(die, n, person, usize::try_from(company).unwrap_or(0));
        all.push(event(at, n, person, what, own_time(die), stamp(die)));
    }
    all
}

fn what(die: &mut Die, n: u64, person: u64, company: usize) -> (usize, String) {
    let (company, title) = (COMPANIES[company], TITLES[usize::try_from(person % 4).unwrap_or(0)]);
    let body = match die.below(20) {
        0..=3 => format!(r#"{{"type":"group","groupId":"{company}",$head,"traits":{{"name":"{company}","employees":200}}}}"#),
        4..=6 => format!(
            r#"{{"type":"identify",$head,"traits":{{"email":"u{person}@{}.com","title":"{title}","company":"{company}"}}}}"#,
            company.split(' ').next().unwrap_or("").to_lowercase()
        ),
        7..=9 => page("/pricing"),
        10 | 11 => track("Webinar Attended", ""),
        12 | 13 => track("Demo Requested", ""),
        14 | 15 => track("Trial Started", ""),
        16 => track("Competitor Signed", ""),
        17 => track("Quote Requested", ""),
        18 => return (CART, track("Contract Signed", &format!(r#""order_id":"k-{n}","amount":1000"#))),
        _ => track("White Paper Read", ""),
    };
    (CLICKSTREAM, body)
}
