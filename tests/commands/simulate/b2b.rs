//! The simulated market of companies: the same seed gives the same market, it is one that sales and marketing would recognise, and
//! the model `b2b10` shows a funnel in it.

use super::every_shop::{self, time_ms};
use crate::program::{json_lines, succeed};
use leadstream::app::cli::ShopKind;
use leadstream::app::simulate::{Market, Record, ShopOptions, Topic};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const DAY_MS: i64 = 86_400_000;
/// Sunday 1 March 2026.
const START_MS: i64 = 1_772_323_200_000;
const DAYS: i64 = 180;
/// Enough companies for some dozens of deals.
const PROSPECTS: u32 = 5_000;

fn options() -> ShopOptions {
    ShopOptions { prospects: 600, start_ms: START_MS, ..ShopOptions::default() }
}

/// Half a year, seeded; events that are read back.
fn half_a_year() -> Vec<(Record, Value)> {
    let mut market = Market::new(ShopOptions { prospects: PROSPECTS, ..options() });
    let mut events = Vec::new();
    while market.next_at_ms() <= DAYS * DAY_MS {
        let mut record = Record::default();
        market.next_into(&mut record);
        let event = serde_json::from_slice(&record.value).unwrap();
        events.push((record, event));
    }
    events
}

fn name(event: &Value) -> &str {
    event["event"].as_str().or(event["type"].as_str()).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_market_and_another_seed_another() {
    every_shop::follows_its_seed(ShopKind::B2b, &options(), 4_000);
}

#[test]
fn a_dry_run_passes_the_same_time() {
    every_shop::passes_the_same_time_dry(ShopKind::B2b, &options(), 4_000);
}

#[test]
fn records_come_in_the_order_of_their_times_each_under_its_own_key_and_message() {
    let options = ShopOptions { late: 0.02, late_by_ms: 3_600_000, ..options() };
    let late = every_shop::comes_in_order(ShopKind::B2b, &options, 8_000);
    assert!((100..240).contains(&late), "about one in fifty is late: {late}");
}

#[test]
fn dirt_and_times_of_now_are_those_of_every_shop() {
    let dirty = every_shop::take(ShopKind::B2b, ShopOptions { corrupt_share: 0.2, ..options() }, 8_000);
    let unreadable = dirty.iter().filter(|r| serde_json::from_slice::<Value>(&r.value).is_err()).count();
    assert!((240..1_000).contains(&unreadable), "{unreadable}");
    every_shop::carries_the_time_of_now(ShopKind::B2b, &options(), 1_000);
}

#[test]
fn the_market_is_believable() {
    let events = half_a_year();
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    let mut weekdays = [0_u32; 7];
    // Companies: people, employees.
    let mut companies: HashMap<&str, (BTreeSet<&str>, u64)> = HashMap::new();
    let mut titles = BTreeSet::new();
    for (record, event) in &events {
        *names.entry(name(event)).or_default() += 1;
        if record.topic == Topic::Clickstream {
            weekdays[usize::try_from((record.record_ms / DAY_MS + 3) % 7).unwrap()] += 1;
        }
        if event["type"] == "group" {
            let company = companies.entry(event["groupId"].as_str().unwrap()).or_default();
            company.0.insert(event["userId"].as_str().unwrap());
            company.1 = event["traits"]["employees"].as_u64().unwrap();
        }
        if event["type"] == "identify" {
            titles.extend(["title", "job_title", "jobTitle"].iter().filter_map(|t| event["traits"][t].as_str()));
        }
    }
    for wanted in [
        "page",
        "identify",
        "group",
        "White Paper Downloaded",
        "Guide Downloaded",
        "White Paper Read",
        "Webinar Registered",
        "Webinar Attended",
        "Subscribed",
        "Form Submitted",
        "Email Delivered",
        "Email Opened",
        "Email Link Clicked",
        "Email Bounced",
        "Unsubscribed",
        "Email Marked as Spam",
        "Products Compared",
        "Price Checked",
        "Demo Requested",
        "Demo Booked",
        "Quote Requested",
        "Trial Started",
        "Trial Ended",
        "Contact Sales Form Submitted",
        "Meeting Booked",
        "Meeting Cancelled",
        "Meeting Held",
        "Demo Attended",
        "Security Review Started",
        "Reference Requested",
        "Proposal Sent",
        "Price Negotiated",
        "Lead Accepted",
        "Lead Rejected",
        "Lead Recycled",
        "Lead Won",
        "Lead Lost",
        "Lead No-Show",
        "Lead Disqualified",
        "Lead Requalified",
        "Feature Missing",
        "Competitor Signed",
        "Contract Signed",
        "Signed Contract",
        "Onboarding Completed",
        "Support Ticket Opened",
        "Support Ticket Solved",
        "Seats Added",
        "Plan Upgraded",
        "Product Reviewed",
        "Invite Sent",
        "Reference Given",
    ] {
        assert!(names.contains_key(wanted), "{wanted} is missing among {names:?}");
    }
    let signed = names["Contract Signed"] + names.get("Signed Contract").copied().unwrap_or(0);
    let reviews = names["Product Reviewed"];
    assert!(reviews * 4 < signed, "few customers write a review: {reviews} of {signed} contracts");
    assert!(weekdays[..5].iter().all(|day| *day > 2 * weekdays[5].max(weekdays[6])), "offices rest at weekends: {weekdays:?}");
    // A group is never larger than twelve; a long tail of sizes.
    assert!(companies.values().all(|(people, _)| (1..=12).contains(&people.len())));
    assert!(companies.values().any(|(people, _)| people.len() >= 5), "some groups are seen whole");
    let small = companies.values().filter(|(_, employees)| *employees < 50).count();
    let large = companies.values().filter(|(_, employees)| *employees > 1_000).count();
    assert!(small * 10 > companies.len() * 4 && large * 100 > companies.len(), "{small} and {large} of {}", companies.len());
    for title in ["Geschäftsführer", "Software Engineer", "Responsable achats", "Marketing Manager", "Student"] {
        assert!(titles.contains(title), "{title} among {titles:?}");
    }
    // Nobody says who it is before it was here: most who become known were anonymous on the same device before.
    let mut anonymous = BTreeSet::new();
    let (mut been_here, mut known) = (0, BTreeSet::new());
    for (_, event) in &events {
        match (event["anonymousId"].as_str(), event["userId"].as_str()) {
            (Some(device), None) => _ = anonymous.insert(device),
            (Some(device), Some(user)) if known.insert(user) => been_here += u32::from(anonymous.contains(device)),
            _ => {}
        }
    }
    assert!(been_here as usize * 10 > known.len() * 9, "{been_here} of {}", known.len());
}

#[test]
fn deals_are_won_lost_and_open_after_weeks_and_months() {
    let events = half_a_year();
    let mut company_of: HashMap<&str, &str> = HashMap::new();
    for (_, event) in events.iter().filter(|(_, e)| e["type"] == "group") {
        company_of.insert(event["userId"].as_str().unwrap(), event["groupId"].as_str().unwrap());
    }
    let company = |event: &Value| event["userId"].as_str().and_then(|user| company_of.get(user).copied());
    let mut first_ms: HashMap<&str, i64> = HashMap::new();
    let (mut cycles_days, mut contracts) = (Vec::new(), BTreeSet::new());
    let (mut accepted, mut won, mut lost) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (record, event) in &events {
        let Some(company) = company(event) else { continue };
        let first_ms = *first_ms.entry(company).or_insert(record.record_ms);
        match name(event) {
            "Lead Accepted" => _ = accepted.insert(company),
            "Lead Lost" => _ = lost.insert(company),
            "Contract Signed" | "Signed Contract" => {
                let contract = &event["properties"];
                assert!(
                    contract["value"].as_u64().unwrap() >= 600 && contract["currency"].as_str().unwrap().len() == 3,
                    "{contract}"
                );
                assert!(contracts.insert(contract["contract_id"].as_str().unwrap()), "a contract is signed once");
                assert!(accepted.contains(company), "sales has whoever signs");
                if contract["kind"] != "renewal" {
                    won.insert(company);
                    cycles_days.push((record.record_ms - first_ms) / DAY_MS);
                }
            }
            _ => {}
        }
    }
    // Half a year cuts off the slow ones, and some begin before the records do: hence from 25 days.
    assert!(cycles_days.iter().all(|days| (25..=DAYS).contains(days)), "{cycles_days:?}");
    cycles_days.sort_unstable();
    let median = cycles_days[cycles_days.len() / 2];
    assert!((45..=110).contains(&median), "{median} days from {cycles_days:?}");
    let open = accepted.iter().filter(|c| !won.contains(*c) && !lost.contains(*c)).count();
    assert!(won.len() > 10 && lost.len() > won.len() && open > 10, "{} won, {} lost, {open} open", won.len(), lost.len());
    let rate = won.len() * 100 / accepted.len();
    assert!((10..=40).contains(&rate), "{rate} % of {} deals", accepted.len());
}

#[test]
fn sales_answers_in_office_hours_and_mostly_within_two_days() {
    let zone = |event: &Value| jiff::tz::TimeZone::get(event["context"]["timezone"].as_str().unwrap()).unwrap();
    let mut answers = 0;
    for (_, event) in half_a_year().iter().filter(|(_, e)| matches!(name(e), "Lead Rejected" | "Meeting Held")) {
        let at = jiff::Timestamp::from_millisecond(time_ms(event, "timestamp")).unwrap();
        let local = zone(event).to_datetime(at);
        assert!((7..19).contains(&local.hour()) && local.weekday().to_monday_zero_offset() < 5, "{local} {event}");
        answers += 1;
    }
    assert!(answers > 50, "{answers}");
}

#[test]
fn without_sales_rules_nobody_who_only_looks_like_a_buyer_gets_far() {
    let mut accepted = BTreeSet::new();
    let mut no_buyers = BTreeSet::new();
    for (_, event) in half_a_year() {
        let Some(user) = event["userId"].as_str().map(str::to_owned) else { continue };
        match name(&event) {
            "Lead Accepted" => _ = accepted.insert(user),
            "identify" if ["title", "job_title", "jobTitle"].iter().any(|t| event["traits"][t] == "Student") => {
                no_buyers.insert(user);
            }
            _ => {}
        }
    }
    assert!(no_buyers.len() > 10, "{}", no_buyers.len());
    assert_eq!(accepted.intersection(&no_buyers).count(), 0);
}

/// The figures need not be those of a certain company: they must lie where teams that sell to companies see theirs.
#[test]
fn the_model_for_business_buyers_shows_a_funnel_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (prospects, days) = (PROSPECTS.to_string(), format!("{DAYS}d"));
    let start = ["--start", "2026-03-01T00:00:00Z"];
    succeed(
        &[&["simulate", "--shop", "b2b", "--prospects", &prospects, "--duration", &days, "--out", &path("in")][..], &start]
            .concat(),
    );
    let inputs = Topic::ALL.map(|t| format!("{}={}", t.name(), path(&format!("in/{}.jsonl", t.name()))));
    let mut replay = vec!["replay", "--set", "model.files=b2b10", "--as-of", "2026-09-01T00:00:00Z"];
    let out = path("out");
    replay.extend(["--out", &out]);
    replay.extend(inputs.iter().flat_map(|input| ["--input", input]));
    succeed(&replay);

    let mut stands: HashMap<String, String> = HashMap::new();
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for change in json_lines(dir.path().join("out/stage-changes.jsonl")).iter().filter(|c| c["axis"] == "journey") {
        let (who, to) = (change["prospect"].as_str().unwrap().to_owned(), change["to"].as_str().unwrap_or_default().to_owned());
        reached.entry(to.clone()).or_default().insert(who.clone());
        stands.insert(who, to);
    }
    let people = |stage: &str| reached.get(stage).map_or(0, BTreeSet::len);
    // Whoever has come to a stage has come past those before it, though some are skipped.
    let at_least = |stages: &[&str]| stages.iter().filter_map(|s| reached.get(*s)).flatten().collect::<BTreeSet<_>>().len();
    let most = stands.values().fold(BTreeMap::<&str, usize>::new(), |mut counts, stage| {
        *counts.entry(stage.as_str()).or_default() += 1;
        counts
    });
    let fullest = most.values().max().copied().unwrap_or(0);
    assert!(fullest * 3 < stands.len() * 2, "not all in one stage: {most:?}");
    assert!(most.len() >= 8, "most of the ten stages hold somebody: {most:?}");
    // Each gate lets a part through.
    let order = ["awareness", "connection", "commitment", "consideration", "evaluation-of-options", "validation", "purchase"];
    let gates: Vec<usize> = (0..order.len()).map(|n| at_least(&order[n..])).collect();
    assert!(gates.is_sorted_by(|a, b| a > b), "a funnel: {gates:?}");
    assert!(gates[0] > 50 * gates[6], "few of all who come buy: {gates:?}");

    let hand_overs = json_lines(dir.path().join("out/hand-overs.jsonl"));
    let leads = |kind: &str, qualification: &str| -> BTreeSet<&str> {
        let of = |e: &&Value| e["type"] == kind && e["qualification"] == qualification;
        hand_overs.iter().filter(of).map(|e| e["prospect"].as_str().unwrap()).collect()
    };
    let (mql, sql) = (leads("lead.handed-over", "MQL"), leads("lead.handed-over", "SQL"));
    let known = stands.keys().filter(|who| who.starts_with("p-")).count();
    // Marketing that hands over one in fifty is told to try harder, one in eight is told to be choosier.
    assert!((2.0..=12.5).contains(&(mql.len() as f64 / known as f64 * 100.0)), "{} MQL of {known} known", mql.len());
    // Sales takes up a good part of them, and finds others by itself.
    assert!(sql.len() * 4 > mql.len() && sql.len() < mql.len() * 2, "{} SQL, {} MQL", sql.len(), mql.len());
    let answered = |answer: &str| -> usize {
        let of = |e: &&Value| e["type"] == "lead.answered" && e["answer"] == answer;
        hand_overs.iter().filter(of).map(|e| e["prospect"].as_str().unwrap()).collect::<BTreeSet<_>>().len()
    };
    let won = answered("won");
    // Some of half a year's leads are still open, so that the rate of all is below that of those decided.
    assert!((10..=55).contains(&(won * 100 / sql.len().max(1))), "{won} won of {} SQL", sql.len());
    assert!(people("purchase") >= 10, "{} customers", people("purchase"));

    let accounts = json_lines(dir.path().join("out/accounts.jsonl"));
    let of = |wanted: &dyn Fn(&Value) -> bool| -> usize {
        accounts.iter().filter(|e| wanted(e)).map(|e| e["account"].as_str().unwrap()).collect::<BTreeSet<_>>().len()
    };
    let (all, agreed) = (of(&|_| true), of(&|e| e["type"] == "account.consensus-reached"));
    // Every deal of some size comes to it; most companies are only read about.
    assert!(agreed >= 10 && agreed * 4 < all, "{agreed} of {all} buying groups agreed");
    leads_know_their_companies(&hand_overs, &accounts);
}

/// What leaves of a lead says of its company what the topic of accounts said last; and nobody of a customer or of a company that is out
/// is handed over.
fn leads_know_their_companies(leads: &[Value], accounts: &[Value]) {
    let at = |record: &Value| time_ms(record, "at");
    let mut said: HashMap<&str, Vec<&Value>> = HashMap::new();
    for record in accounts {
        said.entry(record["account"].as_str().unwrap()).or_default().push(record);
    }
    let of_companies = || leads.iter().filter(|lead| lead["company"].is_object());
    for lead in of_companies() {
        let (company, none) = (&lead["company"], Value::Null);
        let past = said.get(lead["account"].as_str().unwrap()).map_or(&[][..], Vec::as_slice);
        let before = past.iter().rev().find(|record| at(record) <= at(lead));
        // A company that stands nowhere has said nothing yet.
        let known = |field: &str| before.map_or(&none, |record| &record[field]);
        for field in ["journey", "funnel"] {
            assert_eq!(&company[field], known(field), "{field} of {lead}");
        }
        for field in ["consensus", "disqualified"] {
            assert_eq!(company[field] == true, *known(field) == true, "{field} of {lead}");
        }
        let is_change =
            |record: &&&Value| record["type"].as_str().unwrap().starts_with("account.consensus-") && at(record) <= at(lead);
        let since = past.iter().rev().find(is_change).filter(|record| record["type"] == "account.consensus-reached");
        assert_eq!(&company["consensus_since"], since.map_or(&none, |record| &record["at"]), "{lead}");
        let colleagues = company["active_colleagues"].as_array().unwrap().len() as u64;
        assert!(colleagues < company["members"].as_u64().unwrap(), "the lead itself is none: {lead}");
        assert!(
            lead["type"] != "lead.handed-over" || lead["reasons"][0] == "accepted" || company["disqualified"] == false,
            "{lead}"
        );
    }
    let kinds = |kind: &str| of_companies().filter(|lead| lead["type"] == kind).count();
    assert!(kinds("lead.handed-over") > 50, "{} leads of companies", kinds("lead.handed-over"));
    assert!(kinds("lead.held-back") > 0, "somebody of a customer would be a lead");
    // Who was held back is not reminded of.
    let key = |lead: &Value| (lead["prospect"].to_string(), lead["handed_over_at"].to_string());
    let held: BTreeSet<_> = leads.iter().filter(|lead| lead["type"] == "lead.held-back").map(key).collect();
    assert!(!leads.iter().any(|lead| lead["type"] == "lead.reminded" && held.contains(&key(lead))));
}

#[test]
fn the_command_writes_the_same_files_again_and_its_history_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let run = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let arguments = ["simulate", "--shop", "b2b", "--events", "2500", "--prospects", "500", "--out", out.to_str().unwrap()];
        succeed(&[&arguments[..], more].concat());
        Topic::ALL.map(|t| std::fs::read(out.join(format!("{}.jsonl", t.name()))).unwrap())
    };
    let fixed = ["--start", "2026-03-01T00:00:00Z", "--late", "0.01", "--dirt", "0.01", "--seed", "7"];
    let files = run("one", &fixed);
    assert_eq!(files.iter().flatten().filter(|b| **b == b'\n').count(), 2_500);
    assert_eq!(files, run("two", &fixed));
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let files = run("now", &[]).concat();
    let records = files.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let last_ms = records.map(|line| time_ms(&serde_json::from_slice(line).unwrap(), "receivedAt")).max().unwrap();
    // How shortly before now depends on the day (holidays): `app/simulate/history.rs` looks at many.
    assert!(
        (now_ms - 30 * DAY_MS..=now_ms + 60_000).contains(&last_ms),
        "the history ends {} h ago",
        (now_ms - last_ms) / 3_600_000
    );
}
