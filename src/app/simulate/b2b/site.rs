//! What people do on the site.

use super::super::record::Topic;
use super::act::Act;
use super::answers::Answers;
use super::calendar::Pace;
use super::market::Market;
use super::people::{Kind, Phase};
use super::role::Role;
use super::what::{Call, Props, What, group, identify, page, track};
use crate::domain::{DAY_MS, HOUR_MS, Ms};

/// Pause between two pages.
const DWELL_MS: (Ms, Ms) = (8_000, 140_000);
/// A form sends what it has to send at once.
const FORM_MS: (Ms, Ms) = (1_600, 3_000);

const HOME: What = page("/", "Home");
const BLOG: [What; 8] = [
    page("/blog/why-spreadsheets-break", "Blog"),
    page("/blog/the-cost-of-doing-nothing", "Blog"),
    page("/blog/ten-questions-for-your-vendor", "Blog"),
    page("/blog/how-finance-reads-a-funnel", "Blog"),
    page("/blog/what-we-learned-from-40-migrations", "Blog"),
    page("/de/blog/was-ein-lead-wert-ist", "Blog"),
    page("/fr/blog/le-juste-prix-d-un-lead", "Blog"),
    page("/blog/security-without-tears", "Blog"),
];
const SOLUTIONS: [What; 4] = [
    page("/solutions/manufacturing", "Solutions"),
    page("/solutions/finance-teams", "Solutions"),
    page("/solutions/integrations", "Solutions"),
    page("/solutions/analytics", "Solutions"),
];
const PRICING: [What; 5] = [
    page("/pricing", "Pricing"),
    page("/pricing", "Pricing"),
    page("/pricing/enterprise", "Pricing"),
    page("/en/pricing", "Pricing"),
    page("/plans", "Plans"),
];
const COMPARE: [What; 3] =
    [page("/compare/spreadsheets", "Compare"), page("/compare/the-big-suite", "Compare"), page("/compare", "Compare")];
const CASES: [What; 5] = [
    page("/case-studies/bakery-group", "Case study"),
    page("/case-studies/city-hospital", "Case study"),
    page("/case-studies/precision-parts", "Case study"),
    page("/customers", "Customers"),
    page("/customers/nordic-bank", "Customers"),
];
const DOCS: [What; 4] =
    [page("/docs", "Docs"), page("/docs/api", "Docs"), page("/docs/single-sign-on", "Docs"), page("/security", "Security")];
const CAREERS: [What; 3] = [page("/careers", "Careers"), page("/careers/engineering", "Careers"), page("/about", "About us")];
const PAPERS: [&str; 4] =
    ["Scoring that sales believes", "A buyer's guide in twelve pages", "The state of the funnel", "Security white paper"];
const WEBINARS: [&str; 3] = ["From clicks to contracts", "Integrations in an hour", "Ask an engineer"];

impl Market {
    /// Plans the next visit by one's own will, if there is a reason for one.
    pub(super) fn plan_visit(&mut self, person: u32) {
        let who = &self.people[person as usize];
        let (company, visit, reads) = (who.company, who.visit, who.reads);
        let group = &self.companies[company as usize];
        let days = match (group.kind, group.phase) {
            (Kind::Robot, _) => 6.0,
            (Kind::Student, _) => 30.0,
            (Kind::Rival, _) => 24.0,
            (Kind::JobSeeker, _) => 75.0,
            (Kind::Buyer, Phase::Learning) if self.is_awake(person) => 6.0,
            (Kind::Buyer, Phase::Considering) if self.is_awake(person) => 5.0,
            (Kind::Buyer, Phase::Evaluating) if self.is_awake(person) => 4.0,
            (Kind::Buyer, Phase::Deal) if self.is_awake(person) => 9.0,
            (Kind::Buyer, Phase::Customer) if self.is_awake(person) => 30.0,
            (Kind::Buyer, _) if reads => 50.0,
            (Kind::Buyer, _) => return,
        };
        let season = self.calendar.season(self.now_ms);
        let in_ms = if self.companies[company as usize].kind == Kind::Robot {
            self.rng.around(days * DAY_MS as f64)
        } else {
            self.in_days(company, days / season, Pace::Desk)
        };
        self.plan(in_ms, person, Act::Visit(visit));
    }

    /// A whole visit, planned step by step.
    pub(super) fn visit(&mut self, person: u32) {
        let company = self.people[person as usize].company;
        let kind = self.companies[company as usize].kind;
        let mut steps = vec![self.landing(person)];
        match kind {
            Kind::Robot => {
                let pages = 15 + self.rng.below(40);
                for _ in 0..pages {
                    let what = [self.one(&BLOG), self.one(&SOLUTIONS), self.one(&DOCS), self.one(&CASES)]
                        [self.rng.below(4) as usize % 4];
                    steps.push(what);
                }
            }
            Kind::JobSeeker => {
                self.some(&mut steps, &CAREERS, 3);
                if self.rng.chance(0.12) {
                    self.fill_in(&mut steps, person, 0.0, track("Form Submitted", Props::Form("job application")));
                }
            }
            Kind::Student => {
                self.some(&mut steps, &BLOG, 4);
                if self.rng.chance(0.22) {
                    let paper = self.paper(person, true);
                    self.fill_in(&mut steps, person, 0.0, paper);
                }
            }
            Kind::Rival => self.spy(&mut steps, person),
            Kind::Buyer => self.look_around(&mut steps, person),
        }
        let robot = kind == Kind::Robot;
        let mut at_ms = 0;
        for what in steps {
            self.say(at_ms, person, what);
            let quick = matches!(what.call, Call::Identify | Call::Group);
            let (low, high) = if robot {
                (1_500, 2_500)
            } else if quick {
                FORM_MS
            } else {
                DWELL_MS
            };
            at_ms += self.rng.between(low, high);
        }
        self.people[person as usize].been_here = true;
        self.plan_visit(person);
    }

    /// First visits come from somewhere; later ones by the way that one knows.
    fn landing(&mut self, person: u32) -> What {
        let new = !self.people[person as usize].been_here;
        let campaign = if self.rng.chance(if new { 0.55 } else { 0.06 }) { Some(self.rng.below(4) as usize) } else { None };
        let entry = if self.rng.chance(0.5) { HOME } else { self.one(&BLOG) };
        match entry.props {
            Props::Page { path, .. } => What { props: Props::Page { path, campaign }, ..entry },
            _ => entry,
        }
    }

    fn look_around(&mut self, steps: &mut Vec<What>, person: u32) {
        let company = self.people[person as usize].company;
        let phase = if self.is_awake(person) { self.companies[company as usize].phase } else { Phase::Asleep };
        match phase {
            Phase::Asleep => {
                self.some(steps, &BLOG, 2);
                if self.rng.chance(0.3) {
                    self.fill_in(steps, person, 0.2, track("Subscribed", Props::Form("newsletter")));
                }
            }
            Phase::Learning => {
                self.some(steps, &BLOG, 3);
                self.maybe_some(steps, 0.3, &SOLUTIONS, 1);
                self.read_on(steps, person, 0.22);
            }
            Phase::Considering => {
                self.some(steps, &SOLUTIONS, 3);
                self.maybe_some(steps, 0.4, &BLOG, 2);
                self.maybe_some(steps, 0.25, &CASES, 1);
                self.read_on(steps, person, 0.3);
            }
            Phase::Evaluating => {
                self.some(steps, &SOLUTIONS, 1);
                self.maybe_some(steps, 0.6, &PRICING, 1);
                self.maybe_some(steps, 0.45, &COMPARE, 2);
                self.maybe_some(steps, 0.4, &CASES, 2);
                self.maybe_some(steps, 0.3, &DOCS, 2);
                if self.rng.chance(0.12) {
                    steps.push(track("Products Compared", Props::None));
                }
                if self.rng.chance(0.1) {
                    steps.push(track("Price Checked", Props::None));
                }
                self.read_on(steps, person, 0.1);
                self.ask(steps, person);
            }
            Phase::Deal => {
                self.maybe_some(steps, 0.5, &PRICING, 1);
                self.maybe_some(steps, 0.55, &CASES, 2);
                self.maybe_some(steps, 0.4, &DOCS, 2);
                self.maybe_some(steps, 0.2, &COMPARE, 1);
            }
            Phase::Customer => {
                self.some(steps, &DOCS, 3);
                self.maybe_some(steps, 0.2, &BLOG, 2);
            }
        }
    }

    /// Gives a name for something to read or to hear.
    fn read_on(&mut self, steps: &mut Vec<What>, person: u32, share: f64) {
        if self.rng.chance(share) {
            let paper = self.paper(person, false);
            self.fill_in(steps, person, 0.35, paper);
        } else if self.rng.chance(share * 0.4) {
            let title = WEBINARS[self.rng.below(3) as usize % 3];
            self.fill_in(steps, person, 0.35, track("Webinar Registered", Props::Title(title)));
            let company = self.people[person as usize].company;
            let in_ms = self.about_days(company, 9.0, Pace::Office);
            self.plan(in_ms, person, Act::Webinar(title));
        } else if self.rng.chance(share * 0.4) {
            self.fill_in(steps, person, 0.35, track("Subscribed", Props::Form("newsletter")));
        }
    }

    /// A download; some are read to the end, which the viewer reports a few hours later.
    fn paper(&mut self, person: u32, student: bool) -> What {
        let title = PAPERS[self.rng.below(4) as usize % 4];
        if !student && self.rng.chance(0.45) {
            let later_ms = self.rng.between(HOUR_MS, 30 * HOUR_MS);
            self.say(later_ms, person, track("White Paper Read", Props::Title(title)));
        }
        track(if title.starts_with("A buyer") { "Guide Downloaded" } else { "White Paper Downloaded" }, Props::Title(title))
    }

    /// One in a group asks sales first; it is mostly the one who began, or the boss.
    fn ask(&mut self, steps: &mut Vec<What>, person: u32) {
        let who = &self.people[person as usize];
        let share = match (who.asked, person == self.companies[who.company as usize].first, who.role) {
            (true, ..) => return,
            (_, true, _) => 0.3,
            (_, _, Role::Executive | Role::Purchasing) => 0.08,
            _ => 0.04,
        };
        if !self.rng.chance(share) {
            return;
        }
        self.people[person as usize].asked = true;
        let (name, form) = match self.rng.below(100) {
            0..52 => ("Demo Requested", "demo"),
            52..64 => ("Demo Booked", "demo"),
            64..84 => ("Quote Requested", "quote"),
            84..93 => ("Trial Started", "trial"),
            _ => ("Contact Sales Form Submitted", "contact"),
        };
        self.fill_in(steps, person, 0.62, track(name, Props::Form(form)));
    }

    /// Competitors look at prices and comparisons, and some ask for a demo under their own name.
    fn spy(&mut self, steps: &mut Vec<What>, person: u32) {
        self.some(steps, &PRICING, 2);
        self.some(steps, &COMPARE, 2);
        self.maybe_some(steps, 0.5, &DOCS, 3);
        if self.rng.chance(0.1) {
            let paper = self.paper(person, false);
            self.fill_in(steps, person, 0.5, paper);
        } else if self.rng.chance(0.06) {
            self.fill_in(steps, person, 0.5, track("Demo Requested", Props::Form("demo")));
        }
    }

    /// A form: who it is, whose people it belongs to (an enrichment service knows most companies), and what was asked for.
    fn fill_in(&mut self, steps: &mut Vec<What>, person: u32, in_earnest: f64, deed: What) {
        let who = &self.people[person as usize];
        let (known, told, company) = (who.known, who.company_told, who.company);
        let asks_much = matches!(deed.props, Props::Form("demo" | "quote" | "trial" | "contact"));
        let answers = if asks_much { Answers::draw(&mut self.rng, in_earnest, 0.75) } else { Answers::default() };
        if !known || asks_much {
            steps.push(identify(Topic::Clickstream, answers));
        }
        let firm = matches!(self.companies[company as usize].kind, Kind::Buyer | Kind::Rival);
        if firm && !told && self.rng.chance(0.88) {
            steps.push(group(Topic::Clickstream));
        }
        steps.push(deed);
    }

    pub(super) fn webinar(&mut self, person: u32, title: &'static str) -> Option<What> {
        (self.people[person as usize].known && self.rng.chance(0.55)).then_some(track("Webinar Attended", Props::Title(title)))
    }

    fn one(&mut self, of: &[What]) -> What {
        of[self.rng.below(u32::try_from(of.len()).unwrap_or(1)) as usize % of.len()]
    }

    /// From one to this many.
    fn some(&mut self, steps: &mut Vec<What>, of: &[What], most: u32) {
        for _ in 0..=self.rng.below(most) {
            let what = self.one(of);
            steps.push(what);
        }
    }

    fn maybe_some(&mut self, steps: &mut Vec<What>, share: f64, of: &[What], most: u32) {
        if self.rng.chance(share) {
            self.some(steps, of, most);
        }
    }
}
